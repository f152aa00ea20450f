# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mail_accounts
version_added: 0.1.0
short_description: Set up mail accounts in all mail clients of a host
description:
  - Adds, changes or removes mail accounts in every mail client of a host that this collection supports, in one task.
    These are Thunderbird and Evolution on Linux, and classic Outlook on Windows.
  - What it does in each client is what M(charter.mail.thunderbird_account), M(charter.mail.evolution_account) and
    M(charter.mail.outlook_account) do.
  - A host without accounts is left alone, with a warning that names it.
  - If a client cannot be configured, the other clients and users get their accounts, and the task fails at its end.
extends_documentation_fragment:
  - charter.mail.account
  - charter.mail.attributes
  - charter.mail.client
options:
  clients:
    description:
      - The clients that get the accounts, whether installed or not. Clients for other systems are ignored.
      - If it names no client for this host's system, it has no effect.
    type: list
    elements: str
    choices: [thunderbird, evolution, outlook]
  installed:
    description:
      - Configure only clients that are installed. If none is, configure Thunderbird, with a warning.
      - If V(false), configure all clients that this host's system can have. Use it to remove accounts.
    type: bool
    default: true
  seal_key:
    description:
      - A secret of at least 32 random characters. With it, a Linux host that has stored the passwords already is as
        quick as one without passwords, since the module is not sent to it.
      - A run that ends with passwords stored leaves a small file, the seal, beside Thunderbird's password store, or
        beside the keyring of O(evolution.password_store=plaintext_keyring). It holds keyed digests (HMAC-SHA256) and no
        password. Any change of the password store breaks it. The next run then renews it, which is no change.
      - Give all runs the same key, from Ansible Vault or from a file of the controller. Each host gets a key of its
        own, derived from it and from the host's name in the inventory. No key is stored on a host.
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
    description: Has a part that runs on the controller. For Windows hosts, all of it does.
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
  - One list serves all clients. A client ignores what it does not have, such as O(profile) without Thunderbird.
  - Give the whole list in O(accounts), and not one account after the other by C(loop). Ansible prints each item of a
    loop, with its password.
  - On Windows, O(when_running), O(wait_seconds), O(lock_timeout), O(backup) and O(seal_key) have no effect.
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Set up the accounts of each host in the clients that it has
  charter.mail.mail_accounts:
    accounts: "{{ mail_accounts }}"
  become: true

- name: The same, and answer hosts whose passwords are stored already without sending the module
  charter.mail.mail_accounts:
    accounts: "{{ mail_accounts }}"
    seal_key: "{{ lookup('ansible.builtin.password', '~/.ansible/mail-seal-key', length=64) }}"
  become: true

- name: Set up an account in Evolution, installed or not, with the password in a file that is not encrypted
  charter.mail.mail_accounts:
    user: luca
    email: luca@charter.net
    password: "{{ vault_luca }}"
    clients: [evolution]
    evolution:
      password_store: plaintext_keyring
  become: true

- name: Remove an account from all clients, also from those that are no longer installed
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
  description: What O(upload) has done for each account that has it, as M(charter.mail.mail_upload) returns it.
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
  description: Where an unexpected error occurred, without any value, for a report of the error.
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
