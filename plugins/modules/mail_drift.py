# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the mail accounts of a host's users with those that are wanted."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mail_drift
version_added: 0.1.0
short_description: Compare mail accounts with those that are wanted
description:
  - Compares the accounts in the mail clients of a host with those that M(charter.mail.mail_accounts) would set up, and
    returns the differences. It cannot change anything, and never fails because of a difference.
  - The comparison is the same as in M(charter.mail.mail_accounts). What that module would not change does not count as
    drift.
  - An account that is not in the list counts as V(extra) if this collection created it, or if it uses one of Charter's
    servers. Only users in the list are examined.
extends_documentation_fragment:
  - charter.mail.account
  - charter.mail.attributes
options:
  clients:
    description:
      - The clients to compare, whether installed or not. Clients for other systems are ignored.
      - If none of them is for the host's system, the option has no effect.
    type: list
    elements: str
    choices: [thunderbird, evolution, outlook]
  installed:
    description: Compare only clients that are installed. If none is, compare Thunderbird.
    type: bool
    default: true
  ignore:
    description: Options that are not compared.
    type: list
    elements: str
    choices:
      - check_at_start
      - check_interval
      - compose_format
      - default
      - delete_on_server
      - folders
      - full_name
      - identities
      - idle
      - leave_on_server
      - leave_on_server_days
      - offline
      - organization
      - password
      - reply_to
      - request_receipts
      - settings
      - signature
      - subscribed_only
    default: []
attributes:
  diff_mode:
    support: N/A
    details: The task changes nothing.
  platform:
    platforms: posix, windows
seealso:
  - module: charter.mail.mail_accounts
  - module: charter.mail.mail_account_info
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Compare accounts, but ignore the names of users
  charter.mail.mail_drift:
    accounts: "{{ mail_accounts }}"
    ignore: [full_name]
  become: true
  register: drift
"""

RETURN = r"""
drifted:
  description: Whether anything differs, as far as the accounts could be compared.
  returned: success
  type: bool
not_compared:
  description: How many times an account could not be compared with a client. Whether it differs there is not known.
  returned: success
  type: int
  sample: 0
accounts:
  description: The state of each account in each client, in the order of the task's accounts. Extra accounts come last.
  returned: success
  type: list
  elements: dict
  contains:
    client:
      description: V(thunderbird), V(evolution) or V(outlook).
      type: str
      returned: always
      sample: thunderbird
    user:
      description: The user.
      type: str
      returned: always
      sample: mario
    email:
      description: The address.
      type: str
      returned: always
      sample: mario.rossi@charter.net
    protocol:
      description: V(imap) or V(pop3), or what the client calls another kind of account.
      type: str
      returned: always
      sample: imap
    drift:
      description:
        - V(none) if nothing differs.
        - V(changed) if it was changed since this collection set it up. V(never_ours) if somebody else set it up with
          other settings.
        - V(missing), V(extra), or V(not_removed) if it exists and has O(state=absent).
        - V(left_alone) if its user has changed it on purpose. V(staged) if Outlook has not imported it yet. These do
          not count as drift.
        - V(unreadable) if it could not be compared, with the reason. It is not known whether it has drifted.
      type: str
      returned: always
      sample: changed
    differences:
      description: What differs, with C(setting), C(wanted) and C(stored).
      type: list
      elements: dict
      returned: always
      sample: [{"setting": "incoming.port", "wanted": 993, "stored": 143}]
    reason:
      description: Why it is left alone, staged or unreadable. Empty otherwise.
      type: str
      returned: always
      sample: ""
    sentence:
      description: The drift in a sentence, or why the account could not be compared. Empty otherwise.
      type: str
      returned: always
      sample: "mario, thunderbird: mario.rossi@charter.net (imap) differs from what was set up (incoming.port)."
clients:
  description: The clients that were compared.
  returned: success
  type: list
  elements: str
  sample: [thunderbird]
trace:
  description: Where an unexpected error occurred, for a bug report. It contains no values.
  type: list
  elements: str
  returned: if an unexpected error occurred, with C(-vvv)
"""

from ..module_utils._ansible import quick_imports

quick_imports.install()

from ..module_utils._ansible.drift_on_linux import run_module


def main() -> None:
    run_module()


if __name__ == "__main__":
    main()
