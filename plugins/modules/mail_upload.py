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
  - Uploads the messages that a POP3 account of Thunderbird has left on a host to the mailbox of the IMAP account that
    has replaced it. The account must have been replaced with O(migrate).
  - A message that the server already has in any folder is not uploaded again. It is recognised by its Message-ID and
    its size. Messages that are marked as deleted, and the folders for deleted mail, junk and unsent mail, are not
    uploaded.
  - Nothing is deleted, and existing mail is not changed, on the host or on the server. Thunderbird may be open.
  - If a run is interrupted, the next run continues it.
  - The host itself signs in, with O(password) or with the password that Thunderbird has stored for the server. It only
    does so over TLS with a verified certificate, as M(charter.mail.mail_verify) does.
extends_documentation_fragment:
  - charter.mail.account
  - charter.mail.attributes
options:
  folder:
    description:
      - The folder on the server that gets the messages. It is created if it does not exist.
      - Each local folder becomes a subfolder of it.
    type: str
    default: Local mail
  location:
    description: Which Thunderbird installation has the mail.
    type: str
    choices: [auto, native, snap, flatpak]
    default: auto
  ca_path:
    description: A file with the certificates of a private certificate authority (PEM). They are trusted instead of
      those of the system.
    type: path
  timeout:
    description: How many seconds the server may take for an answer, or for 64 KiB of a message.
    type: float
    default: 60.0
attributes:
  diff_mode:
    support: none
    details: In check mode, the counts show what would be uploaded.
  platform:
    platforms: posix
seealso:
  - module: charter.mail.mail_accounts
  - module: charter.mail.mail_verify
notes:
  - After every hundred messages, a line in the host's log shows the progress.
  - Evolution keeps the mail of all POP3 accounts in the same folders, so the account of a message cannot be determined.
    Mail in Evolution is not uploaded.
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Count the messages that the server does not have
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
  description: The result of each IMAP account with O(state=present), in the order of the task's accounts.
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
      description: How many were uploaded. In check mode, how many would be.
      type: int
      returned: always
      sample: 1480
    there:
      description: How many the server already had.
      type: int
      returned: always
      sample: 50
    deleted:
      description: How many are marked as deleted and were not uploaded.
      type: int
      returned: always
      sample: 2
    refused:
      description: How many the server rejected, or were larger than 64 MiB.
      type: int
      returned: always
      sample: 0
    reason:
      description: The server's answer to the first message that it rejected.
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
