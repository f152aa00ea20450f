# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Ansible sends everything that a module could import. The action of mail_verify runs this module where the task names
# no client, so that Ansible sends half as many files. ansible-doc lists nothing in a folder whose name begins so.
from __future__ import annotations

DOCUMENTATION = r"""
module: mail_verify
version_added: 0.1.0
short_description: A part of charter.mail.mail_verify
description:
  - Use M(charter.mail.mail_verify). Its action runs this module on Linux hosts where O(ignore:from_client) is omitted.
extends_documentation_fragment:
  - charter.mail.account
  - charter.mail.attributes
  - charter.mail.verify_scope
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
  platform:
    platforms: posix
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Verify that mario can receive and send from this host
  charter.mail.mail_verify:
    email: mario.rossi@charter.net
    password: "{{ vault_mario }}"
"""

RETURN = r"""
accounts:
  description: As M(charter.mail.mail_verify) returns it. The texts of the options refer to these parts.
  returned: always, except for bad options
  type: list
  elements: dict
  contains:
    cause:
      description: Why the account does not work.
      type: dict
      returned: always
      contains:
        suggestion:
          description: Options that work.
          type: dict
          returned: if a test failed
    checks:
      description: The tests.
      type: list
      elements: dict
      returned: always
    warnings:
      description: Problems that do not stop mail yet.
      type: list
      elements: str
      returned: always
"""

from ...module_utils._ansible import quick_imports

quick_imports.install()

from ...module_utils._ansible import run_verify, shared_limit_option
from ...module_utils._ansible.module import MailModule
from ...module_utils._ansible.verify_on_linux import end


def main() -> None:
    end(MailModule(**run_verify.OPTIONS, internal=shared_limit_option.OPTION), None)


if __name__ == "__main__":
    main()
