# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mail_accounts
version_added: 0.1.0
short_description: Set up mail accounts in all mail clients of a host
description:
  - Adds, changes or removes mail accounts in every supported mail client of a host, in one task. Supported are
    Thunderbird and Evolution on Linux, and classic Outlook on Windows.
  - In each client, it does the same as M(charter.mail.thunderbird_account), M(charter.mail.evolution_account) or
    M(charter.mail.outlook_account).
  - A host without accounts is not changed. A warning names it.
  - If a client cannot be configured, the accounts of other clients and users are still set up. The task then fails.
extends_documentation_fragment:
  - charter.mail.account
  - charter.mail.attributes
  - charter.mail.client
options:
  clients:
    description:
      - The clients that get the accounts, whether installed or not. Clients for other systems are ignored.
      - If none of them is for the host's system, the option has no effect.
    type: list
    elements: str
    choices: [thunderbird, evolution, outlook]
  installed:
    description:
      - Configure only clients that are installed. If none is, configure Thunderbird, with a warning.
      - If V(false), configure all clients for the host's system. Use this to remove accounts.
    type: bool
    default: true
  seal_key:
    description:
      - A secret of at least 32 random characters. With it, a task for a Linux host that has already stored the
        passwords is as quick as one without passwords, because no program is sent to the host.
      - After a run that has stored passwords, a small file, the seal, is beside Thunderbird's password store, or beside
        the keyring of O(evolution.password_store=plaintext_keyring). It contains keyed digests (HMAC-SHA256) and no
        password. Any change of the password store invalidates it. The next run then renews it and does not report this
        as a change.
      - Use the same key for all runs, from Ansible Vault or from a file on the controller. Each host gets its own key,
        derived from this key and the host's name in the inventory. No key is stored on a host.
      - The keyring of a user's session cannot be sealed.
    type: str
  thunderbird:
    description: Options for Thunderbird, those of M(charter.mail.thunderbird_account).
    type: dict
    suboptions:
      location:
        description: Which Thunderbird to configure.
        type: str
        choices: [auto, native, snap, flatpak]
        default: auto
  evolution:
    description: Options for Evolution, those of M(charter.mail.evolution_account).
    type: dict
    suboptions:
      location:
        description: Which Evolution to configure.
        type: str
        choices: [auto, native, flatpak]
        default: auto
      password_store:
        description: Where to store passwords.
        type: str
        choices: [secret_service, plaintext_keyring, none]
        default: secret_service
  outlook:
    description: Options for Outlook, those of M(charter.mail.outlook_account).
    type: dict
    suboptions:
      mail_profile:
        description: The Outlook profile for new accounts.
        type: str
      method:
        description: How accounts are staged.
        type: list
        elements: str
        choices: [prf, autodiscover]
        default: [prf, autodiscover]
attributes:
  platform:
    platforms: posix, windows
  action:
    description: Runs in part on the controller, and entirely there for Windows hosts.
    support: partial
  async:
    description: Can be run with C(async).
    support: none
seealso:
  - module: charter.mail.thunderbird_account
  - module: charter.mail.evolution_account
  - module: charter.mail.outlook_account
  - module: charter.mail.mail_clients
  - module: charter.mail.mail_verify
  - module: charter.mail.mail_upload
notes:
  - One list serves all clients. A client ignores options that it does not support, such as O(profile) in Evolution.
  - Pass the whole list in O(accounts), and do not use C(loop). Ansible prints each item of a loop with its password.
  - On Windows, O(when_running), O(wait_seconds), O(lock_timeout), O(backup) and O(seal_key) have no effect.
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Set up the accounts of each host in its installed clients
  charter.mail.mail_accounts:
    accounts: "{{ mail_accounts }}"
  become: true

- name: Set up accounts with a seal key, so that hosts that already have the passwords do not need the module
  charter.mail.mail_accounts:
    accounts: "{{ mail_accounts }}"
    seal_key: "{{ lookup('ansible.builtin.password', '~/.ansible/mail-seal-key', length=64) }}"
  become: true

- name: Set up an account in Evolution, installed or not, with the password in an unencrypted file
  charter.mail.mail_accounts:
    user: luca
    email: luca@charter.net
    password: "{{ vault_luca }}"
    clients: [evolution]
    evolution:
      password_store: plaintext_keyring
  become: true

- name: Remove an account from all clients, including those that are no longer installed
  charter.mail.mail_accounts:
    user: mario
    email: mario.rossi@charter.net
    state: absent
    installed: false
  become: true
"""

RETURN = r"""
accounts:
  description: The result of each account in each client, in the order of the task's accounts, then of the clients.
  returned: always, except for bad options
  type: list
  elements: dict
  contains:
    client:
      description: V(thunderbird), V(evolution) or V(outlook).
      type: str
      returned: always
      sample: thunderbird
    email:
      description: The address.
      type: str
      returned: always
      sample: mario.rossi@charter.net
    protocol:
      description: V(imap) or V(pop3).
      type: str
      returned: always
      sample: imap
    user:
      description: The user.
      type: str
      returned: always
      sample: mario
    status:
      description:
        - V(created), V(updated), V(unchanged), V(removed), V(absent), V(skipped) or V(failed).
        - In check mode, what the task would do.
      type: str
      returned: always
      sample: created
    error:
      description: Why the account was skipped or failed.
      type: str
      returned: if skipped or failed
      sample: Thunderbird is running with the profile /home/mario/.thunderbird/charter.default; nothing was changed.
uploads:
  description: The result of O(upload) for each account that has it, as M(charter.mail.mail_upload) returns it.
  returned: if an account has O(upload=true)
  type: list
  elements: dict
  sample: [{email: mario.rossi@charter.net, user: mario, found: 1532, uploaded: 1480, there: 50, deleted: 2}]
backup_files:
  description: The backup copies that were made.
  returned: always, except for bad options
  type: list
  elements: str
  sample: ["/home/mario/.thunderbird/charter.default/prefs.js.2026-11-22@20:24:03~"]
clients:
  description: The clients that were configured.
  returned: always, except for bad options
  type: list
  elements: str
  sample: [thunderbird, evolution]
run:
  description: The id of the run in the log of changes, by which M(charter.mail.mail_rollback) can undo it.
  returned: if something was changed
  type: str
  sample: 20261128T033000Z-417305-9c2e41
trace:
  description: Where an unexpected error occurred, for a bug report. It contains no values.
  type: list
  elements: str
  returned: if an unexpected error occurred, with C(-vvv)
"""

from ..module_utils._ansible import quick_imports

quick_imports.install()

from ..module_utils._ansible.run_all_on_linux import run_module


def main() -> None:
    run_module()


if __name__ == "__main__":
    main()
