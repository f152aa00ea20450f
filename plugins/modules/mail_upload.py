# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads the mail of a POP3 account that was replaced."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mail_upload
version_added: 0.1.0
short_description: Upload the local mail of replaced POP3 accounts
description:
  - Adds the messages that a POP3 account of Thunderbird has left on a host to the mailbox of the IMAP account that has
    replaced it. O(migrate) replaces the account, and this module needs its folders.
  - A message that the server has in any folder is not sent again. It is recognised by its Message-ID and its size.
    Messages that are marked as deleted, and the folders for deleted mail, junk and unsent mail, are left out.
  - Nothing is deleted or changed, neither on the host nor on the server. Thunderbird may be open.
  - A run that is interrupted is resumed by the next one.
  - The host signs in by itself, with O(password) or with the password that Thunderbird has stored for the server. It
    does so only over TLS with a verified certificate, as M(charter.mail.mail_verify) does.
extends_documentation_fragment:
  - charter.mail.account
  - charter.mail.attributes
options:
  folder:
    description:
      - The folder of the server that gets the messages. It is made if it is not there.
      - Below it, each local folder is a folder.
    type: str
    default: Local mail
  location:
    description: Which Thunderbird has the mail.
    type: str
    choices: [auto, native, snap, flatpak]
    default: auto
  ca_path:
    description: A file with the certificates of a private certificate authority (PEM), instead of the system's.
    type: path
  timeout:
    description: How many seconds the server may take for an answer, or for 64 KiB of a message.
    type: float
    default: 60.0
attributes:
  diff_mode:
    support: none
    details: The counts tell what check mode foresees.
  platform:
    platforms: posix
seealso:
  - module: charter.mail.mail_accounts
  - module: charter.mail.mail_verify
notes:
  - Every hundred messages, a line in the host's log tells how far the task is.
  - Evolution keeps the mail of all POP3 accounts in common folders, so that it cannot be told whose it is. It is not
    uploaded.
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: See how many messages the server does not have
  charter.mail.mail_upload:
    user: mario
    email: mario.rossi@charter.net
  become: true
  check_mode: true

- name: Upload them
  charter.mail.mail_upload:
    user: mario
    email: mario.rossi@charter.net
    folder: Old mail
  become: true
"""

RETURN = r"""
accounts:
  description: The result of each IMAP account that is to be present, in the order of the task's accounts.
  returned: always, except for bad options
  type: list
  elements: dict
  contains:
    email:
      description: The address.
      type: str
      returned: always
      sample: mario.rossi@charter.net
    user:
      description: The local user.
      type: str
      returned: always
      sample: mario
    found:
      description: How many local messages were compared.
      type: int
      returned: always
      sample: 1532
    uploaded:
      description: How many were added to the server. In check mode, how many would be.
      type: int
      returned: always
      sample: 1480
    there:
      description: How many the server had.
      type: int
      returned: always
      sample: 50
    deleted:
      description: How many are marked as deleted, and were left out.
      type: int
      returned: always
      sample: 2
    refused:
      description: How many the server did not take, or were larger than 64 MiB.
      type: int
      returned: always
      sample: 0
    reason:
      description: What the server said of the first that it did not take.
      type: str
      returned: always
      sample: ""
    error:
      description: Why the upload ended early. Empty if it did not.
      type: str
      returned: always
      sample: ""
"""

from ..module_utils._ansible import quick_imports

quick_imports.install()

from ..module_utils._ansible.run_upload import run_module


def main() -> None:
    run_module()


if __name__ == "__main__":
    main()
