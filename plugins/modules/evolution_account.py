# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: evolution_account
version_added: 0.1.0
short_description: Set up mail accounts in Evolution
description:
  - Adds, changes or removes mail accounts in the Evolution of a local user. The default servers are those of Charter
    (Spectrum).
  - Recognises an existing account, whether this module or the user created it, and changes only what differs. All other
    settings of the user, such as the name of the account and folders, are kept byte for byte.
  - If the user is logged in, the module works through the user's session, and a running Evolution shows the change at
    once. Otherwise the module writes the files. It never starts Evolution. Evolution need not be installed.
extends_documentation_fragment:
  - charter.mail.account
  - charter.mail.attributes
  - charter.mail.client
options:
  location:
    description:
      - Which Evolution to configure. Native and Flatpak builds keep accounts in different folders.
      - V(auto) selects the installed one. If both or none are installed, it selects the one that was used last. If none
        was used, it selects V(native). A warning names the other one if it was used.
      - The folders of the native build follow E(XDG_CONFIG_HOME), E(XDG_DATA_HOME) and E(XDG_CACHE_HOME) of the user's
        session. While the user is not logged in, they follow the files that a login reads, such as C(~/.profile).
      - The Flatpak is only configured while it is closed, see O(when_running). No password can be stored for it.
    type: str
    choices: [auto, native, flatpak]
    default: auto
  password_store:
    description:
      - Where to store passwords.
      - V(secret_service) is the keyring of the user's session. While the user is not logged in, or the keyring is
        locked, no password can be stored. The account is then created without it, with a warning. Evolution asks for
        the password once, unless a later run stores it first.
      - V(plaintext_keyring) is the file C(~/.local/share/keyrings/charter-mail.keyring), which GNOME Keyring reads
        without a prompt. It also works for users who are not logged in. B(The passwords in it are not encrypted);
        only the permissions of the file (0600) protect them.
      - V(none) stores no password, and Evolution asks for it.
    type: str
    choices: [secret_service, plaintext_keyring, none]
    default: secret_service
attributes:
  platform:
    platforms: posix
  action:
    description: Runs in part on the controller, which reads files of the host and answers alone if nothing is to be
      done.
    support: partial
  async:
    description: Can be run with C(async). The module then always runs on the host.
    support: full
seealso:
  - module: charter.mail.thunderbird_account
  - module: charter.mail.mail_verify
notes:
  - Evolution has no profiles. O(profile) and O(accounts[].profile) have no effect.
  - O(default=true) needs C(dconf), and C(dbus-run-session) for a user who is not logged in.
  - An account from GNOME Online Accounts is not changed, and the task fails for its user with this reason. With
    O(state=absent), the account is kept, with a warning.
  - With O(home), only files are written, and passwords can only be stored with O(password_store=plaintext_keyring).
  - When an account is removed, its passwords are deleted from every store that is open. If a keyring is locked at that
    time, Evolution's own services delete the passwords in it within a day of use.
  - O(purge) deletes Evolution's copy of the account's mailbox. Mail received by POP3 is kept in the folders "On This
    Computer", which belong to no account, and is not deleted.
  - Evolution trusts the certificate authorities of the host. Add a private authority to these.
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Add a Charter account (IMAP) for mario, logged in or not
  charter.mail.evolution_account:
    user: mario
    email: mario.rossi@charter.net
    full_name: Mario Rossi
    password: "{{ vault_mario }}"
  become: true

- name: Configure several accounts in one task
  charter.mail.evolution_account:
    accounts:
      - user: mario
        email: mario.rossi@charter.net
        full_name: Mario Rossi
        default: true
      - user: anna
        email: anna.bianchi@charter.net
        protocol: pop3
        leave_on_server_days: 14
      - user: anna
        email: office@twc.com
        provider: auto
  become: true

- name: Add an account for a user who has not logged in yet, with the password in a file that is not encrypted
  charter.mail.evolution_account:
    user: luca
    email: luca@charter.net
    password: "{{ vault_luca }}"
    password_store: plaintext_keyring
  become: true

- name: Set a signature from a template, and add the office's address as an identity
  charter.mail.evolution_account:
    user: mario
    email: mario.rossi@charter.net
    full_name: Mario Rossi
    signature:
      src: signature.html.j2
      vars:
        title: Plumber
    identities:
      - address: office@rossi.example
        full_name: Rossi & Sons
  become: true

- name: Set the reply-to address and the organization
  charter.mail.evolution_account:
    user: mario
    email: mario.rossi@charter.net
    reply_to: office@rossi.example
    organization: Rossi & Sons
  become: true

- name: Set folders, the check interval, and a setting that has no option
  charter.mail.evolution_account:
    user: mario
    email: mario.rossi@charter.net
    folders:
      sent: server
      drafts: server
      archive: Archive
    check_interval: 15
    offline: 30
    settings:
      account/Imapx Backend/FetchOrder: descending
  become: true

- name: Move an account to the servers that Spectrum publishes today, and keep its folders
  charter.mail.evolution_account:
    user: mario
    email: mario.rossi@charter.net
    provider: spectrum
  become: true

- name: Remove an account and its stored passwords
  charter.mail.evolution_account:
    user: mario
    email: mario.rossi@charter.net
    state: absent
  become: true
"""

RETURN = r"""
accounts:
  description: The result of each account, in the order of the task's accounts.
  returned: always, except for bad options
  type: list
  elements: dict
  contains:
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
      description: The local user.
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
    profile:
      description: The folder of Evolution's account files (sources).
      type: str
      returned: unless skipped or failed
      sample: /home/mario/.config/evolution/sources
    ids:
      description: The UIDs of the account's sources.
      type: dict
      returned: unless skipped or failed
      sample:
        account: f67c9d10c8e219359e90a6076fe8bfc41aee776e
        identity: 06c20f32ac7dd1613a7012db1f3bcfe756a42ac7
        transport: a6bd012aad581ad84df7b91af79afefe17258294
    changes:
      description: Each setting that differed, as source, group and key, with passwords hidden.
      type: list
      elements: dict
      returned: unless skipped or failed
      sample: [{setting: f67c9d10c8e219359e90a6076fe8bfc41aee776e/Authentication/Port, before: "143", after: "993"}]
    via:
      description: V(session) if the account is managed through the user's session, V(files) if the files are written.
      type: str
      returned: unless skipped or failed
      sample: files
    password:
      description:
        - V(stored) if the password is stored, or would be in check mode.
        - V(kept) if another one is stored and O(update_password=on_create).
        - V(not stored) if Evolution will ask for it.
      type: str
      returned: if a password was given for an account with O(state=present), unless skipped or failed
      sample: stored
    notices:
      description: Settings that are unusual but valid.
      type: list
      elements: str
      returned: always
      sample: []
    error:
      description: Why the account was skipped or failed.
      type: str
      returned: if skipped or failed
      sample: "/home/mario/.config/evolution/sources: permission denied. See that the user owns this path and the
        folders above it."
backup_files:
  description: The backup copies that were made.
  returned: always, except for bad options
  type: list
  elements: str
  sample:
    - /home/mario/.config/evolution/sources/123456789abcdef123456789abcdef123456789a.source.2026-11-22@20:24:03~
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

from ..module_utils._ansible.run_on_linux import run_module
from ..module_utils._clients.evolution.client_entry import EVOLUTION


def main() -> None:
    run_module(EVOLUTION)


if __name__ == "__main__":
    main()
