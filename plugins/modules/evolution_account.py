# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: evolution_account
version_added: 0.1.0
short_description: Set up mail accounts in Evolution
description:
  - Adds, changes or removes mail accounts in the Evolution of a local user, with the settings of Charter (Spectrum)
    unless told otherwise.
  - An account that is there already, made by this module or by hand, is recognised and only what differs is changed.
    What the person has set up beside it (name of the account, signature, folders, organization, encryption) stays as
    it was, to the byte.
  - If the person is logged in, everything is done through their session, and an open Evolution shows it at once.
    Otherwise the files are written. Evolution is never started, and need not be installed.
extends_documentation_fragment:
  - charter.mail.account
  - charter.mail.attributes
  - charter.mail.client
options:
  location:
    description:
      - Which kind of Evolution is meant, since each keeps its accounts in a place of its own.
      - With V(auto) it is the one that was used last; if there is none, the one that is installed, and V(native) where
        none or both are.
      - The Flatpak is only configured while it is closed (O(when_running)), and no password can be stored for it.
    type: str
    choices: [auto, native, flatpak]
    default: auto
  password_store:
    description:
      - Where passwords go.
      - V(secret_service) is the keyring of the person's session. While the person is not logged in, or the keyring is
        locked, no password can be stored. Then the account is made all the same, a warning says so, and Evolution asks
        for the password once, which a later run can spare the person.
      - V(plaintext_keyring) is the file C(~/.local/share/keyrings/charter-mail.keyring), which GNOME's keyring reads
        without asking anybody. It works for people who are not logged in. B(The passwords in it are not encrypted);
        only the permissions of the file (0600) keep others from reading them.
      - V(none) stores no password.
    type: str
    choices: [secret_service, plaintext_keyring, none]
    default: secret_service
attributes:
  platform:
    platforms: posix
seealso:
  - module: charter.mail.thunderbird_account
  - module: charter.mail.mail_verify
notes:
  - O(profile) and O(accounts[].profile) must be left out, since Evolution has one profile a person.
  - O(default=true) needs C(dconf), and C(dbus-run-session) for a person who is not logged in.
  - A person's account that comes from GNOME Online Accounts is not touched, and the task fails for that person with the
    reason.
  - With O(home), nothing but files is written, and passwords only go into V(plaintext_keyring).
  - A removed account's passwords are deleted where they can be reached. Those in a keyring that is closed at that time
    are deleted by Evolution's own services, within a day of use.
  - O(purge) deletes what Evolution keeps of the account's mailbox. Mail received by POP3 lies in the folders "On This
    Computer", which belong to no account, and stays.
  - Evolution trusts the host's own certificate authorities. A private one must be added to those.
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Give mario his Charter account (IMAP), logged in or not
  charter.mail.evolution_account:
    user: mario
    email: mario.rossi@charter.net
    full_name: Mario Rossi
    password: "{{ vault_mario }}"
  become: true

- name: Several accounts in one task, which costs no more than one
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

- name: Accounts for people who have not logged in yet, with passwords in a file that is not encrypted
  charter.mail.evolution_account:
    user: luca
    email: luca@charter.net
    password: "{{ vault_luca }}"
    password_store: plaintext_keyring
  become: true

- name: Move an account to the servers that Spectrum publishes today, folders and all
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
  description: What was found and done, in the order of the task's accounts.
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
        - One of V(created), V(updated), V(unchanged), V(removed), V(absent), V(skipped) and V(failed).
        - In check mode, what would be.
      type: str
      returned: always
      sample: created
    profile:
      description: The folder of Evolution's sources.
      type: str
      returned: unless skipped or failed
      sample: /home/mario/.config/evolution/sources
    ids:
      description: The names (uids) of the account's sources.
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
      description: V(session) if the person's session has the account and does the writing; V(files) otherwise.
      type: str
      returned: unless skipped or failed
      sample: files
    password:
      description:
        - What became of the password. V(stored) if it is stored, or would be in check mode; V(kept) if another one is
          stored and O(update_password=on_create); V(not stored) if Evolution will ask for it.
      type: str
      returned: if a password was given for an account that shall be there, unless skipped or failed
      sample: stored
    notices:
      description: What is unusual about the account and yet right.
      type: list
      elements: str
      returned: always
      sample: []
    error:
      description: Why it was skipped or has failed.
      type: str
      returned: if skipped or failed
      sample: "/home/mario/.config/evolution/sources: permission denied. See that the user owns this path and the
        folders above it."
backup_files:
  description: Copies of what was replaced or removed.
  returned: always, except for bad options
  type: list
  elements: str
  sample:
    - /home/mario/.config/evolution/sources/123456789abcdef123456789abcdef123456789a.source.2026-11-22@20:24:03~
"""

from ..module_utils._ansible import quick_imports

quick_imports.install()

from ..module_utils._ansible.desktop_hosts import desktop_hosts
from ..module_utils._ansible.run_on_linux import run_module
from ..module_utils._clients.evolution.entry import EVOLUTION


def main() -> None:
    run_module(EVOLUTION, desktop_hosts)


if __name__ == "__main__":
    main()
