# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoes what a run changed in users' mail clients."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mail_rollback
version_added: 0.1.0
short_description: Undo what a run changed in mail clients
description:
  - Undoes what one run of M(charter.mail.mail_accounts), M(charter.mail.thunderbird_account),
    M(charter.mail.evolution_account) or this module changed, setting by setting.
  - A setting that still has the value of that run gets its former value. A setting that somebody has changed since is
    kept, and RV(clients[].left) names it.
  - An account that the run created is removed, unless somebody has changed one of its settings since. An account that
    the run removed is restored with all of its settings. Its mail files still exist, unless it was removed with
    C(purge).
  - A POP3 account that the run replaced by O(charter.mail.mail_accounts#module:accounts[].migrate) is restored with its
    folders, identities and stored passwords. The IMAP account that the run created is removed. No mail is deleted.
  - The changes are recorded in a log of changes in each user's home, C(~/.local/state/charter-mail). It has the last 50
    changes of each client, in at most 256 KiB, and no password.
  - A former password is not known and cannot be restored. If a password was changed, the result says so.
  - On Windows, what is staged for Outlook is withdrawn, or staged again as before. Only the user can change or remove
    an account that Outlook has already created. The result says which is the case.
  - A rollback is itself a run. To undo it, set O(run) to its RV(rollback).
extends_documentation_fragment:
  - charter.mail.attributes
options:
  run:
    description:
      - The run to undo, as RV(charter.mail.mail_accounts#module:run) names it.
      - With V(last), the last run that changed something for these users on this host and was not a rollback. If the
        newest run did not change a host, its last run is an older one. The playbook C(charter.mail.rollback) only
        undoes the newest run of all hosts.
      - With V(none), nothing is undone, and RV(runs) lists the runs that could be.
    type: str
    default: last
  users:
    description:
      - The users. If omitted on Linux, a task that runs as root serves root and regular users with a home directory.
        Other tasks serve the user who runs them. If omitted on Windows, all users who have a profile.
    type: list
    elements: str
  home:
    description: The home directory to use instead of the user's own. It must be the one that was configured. For a
      single user only.
    type: path
  clients:
    description: The clients. If omitted, all clients for the host's system.
    type: list
    elements: str
    choices: [thunderbird, evolution, outlook]
  accounts:
    description:
      - The addresses of the accounts to undo. If omitted, everything that the run changed.
    type: list
    elements: str
    default: []
  force:
    description:
      - Also undo settings that somebody has changed since, and remove accounts that the run created and somebody has
        changed since.
    type: bool
    default: false
  when_running:
    description: What to do if a client must be closed and is open. See M(charter.mail.thunderbird_account).
    type: str
    choices: [fail, skip, wait]
    default: fail
  wait_seconds:
    description: How many seconds O(when_running=wait) waits.
    type: int
    default: 60
  lock_timeout:
    description: How many seconds to wait for another run of this collection that changes the same client of the same
      user.
    type: int
    default: 30
  backup:
    description: Keep copies of the settings files that change.
    type: bool
    default: true
attributes:
  platform:
    platforms: posix, windows
notes:
  - On Windows, O(home), O(when_running), O(wait_seconds), O(lock_timeout) and O(backup) have no effect.
seealso:
  - module: charter.mail.mail_accounts
  - module: charter.mail.mail_drift
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Undo the last run
  charter.mail.mail_rollback:
  become: true

- name: Undo only what one run changed for mario
  charter.mail.mail_rollback:
    run: 20261128T033000Z-417305-9c2e41
    users: [mario]
    accounts: [mario.rossi@charter.net]
  become: true
"""

RETURN = r"""
run:
  description: The run that was undone. Empty if there is none.
  returned: success
  type: str
  sample: 20261128T033000Z-417305-9c2e41
rollback:
  description: The id of this rollback in the log of changes. Empty if nothing was changed.
  returned: success
  type: str
  sample: 20261128T041500Z-082714-5b07d3
last:
  description: The last run in the log of changes that was not a rollback. Empty if there is none.
  returned: success
  type: str
  sample: 20261128T033000Z-417305-9c2e41
runs:
  description: All runs in the log of changes, the oldest first. C(undoes) is the run that a rollback undid.
  returned: success
  type: list
  elements: dict
  sample: [{"run": "20261128T033000Z-417305-9c2e41", "undoes": ""}]
clients:
  description: The result for each client that the run had changed.
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
    profile:
      description: The client's profile, or the folder of its settings.
      type: str
      returned: always
      sample: /home/mario/.thunderbird/abcd.default
    status:
      description: V(undone), V(nothing) if there is nothing to undo, V(skipped), or V(failed).
      type: str
      returned: always
      sample: undone
    accounts:
      description:
        - The accounts that were undone, with C(email), C(protocol) and C(status).
        - C(status) is V(removed), V(restored), or V(undone) for settings of an account that stays.
        - C(outlook_status) is the account's present status, for Outlook only. See M(charter.mail.outlook_account).
      type: list
      elements: dict
      returned: always
      sample: [{"email": "mario.rossi@charter.net", "protocol": "imap", "status": "removed"}]
    changes:
      description: Each setting that was restored, with C(setting), C(before) and C(after).
      type: list
      elements: dict
      returned: always
      sample: [{"setting": "mail.server.server2.port", "before": 993, "after": 143}]
    left:
      description: Each setting that somebody has changed since, with C(setting), C(ours) and C(stored).
      type: list
      elements: dict
      returned: always
      sample: []
    notices:
      description: What could not be restored, and why, in sentences.
      type: list
      elements: str
      returned: always
      sample: []
    error:
      description: Why it was skipped or failed. Empty otherwise.
      type: str
      returned: always
      sample: ""
backup_files:
  description: The backup copies that were made.
  returned: success
  type: list
  elements: str
  sample: []
trace:
  description: Where an unexpected error occurred, for a bug report. It contains no values.
  type: list
  elements: str
  returned: if an unexpected error occurred, with C(-vvv)
"""

from ..module_utils._ansible import quick_imports

quick_imports.install()

from ..module_utils._ansible.rollback_on_linux import run_module


def main() -> None:
    run_module()


if __name__ == "__main__":
    main()
