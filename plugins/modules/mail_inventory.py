# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of an action: plugins/action/mail_inventory.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mail_inventory
version_added: 0.1.0
short_description: Write the mail accounts found on hosts to an inventory
description:
  - Writes a YAML inventory with the variable C(mail_accounts) for each host, from the results of
    M(charter.mail.mail_account_info). The playbook C(charter.mail.inventory) runs both modules.
  - Accounts that an entry cannot express are not listed. Comments in the file name them and the reasons, by host.
  - The file contains no passwords, and only its owner can read it. An existing file is never overwritten.
extends_documentation_fragment:
  - charter.mail.attributes
options:
  path:
    description: The file on the controller.
    type: path
    required: true
  register:
    description: The variable that holds each host's result of M(charter.mail.mail_account_info). If omitted,
      C(mail_found).
    type: str
attributes:
  platform:
    platforms: posix, windows
    details: The hosts are not contacted.
notes:
  - It reads the results of all hosts of the play. Use C(run_once).
seealso:
  - module: charter.mail.mail_account_info
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Write an inventory of the accounts that were found
  charter.mail.mail_inventory:
    path: mail.yml
  run_once: true
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: mail.yml
"""
