# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: thunderbird_account
version_added: 0.1.0
short_description: Set up mail accounts in Thunderbird
description:
  - Adds, changes or removes mail accounts in the Thunderbird profile of a local user. The default servers are those of
    Charter (Spectrum).
  - Recognises an existing account, whether this module or the user created it, and changes only what differs.
    Everything else in the profile is kept byte for byte.
  - If the user has never started Thunderbird, the module creates a profile. The first start then shows the account.
  - Thunderbird need not be installed.
extends_documentation_fragment:
  - charter.mail.account
  - charter.mail.attributes
  - charter.mail.client
options:
  location:
    description:
      - Which Thunderbird to configure. Native, Snap and Flatpak builds keep profiles in different folders.
      - V(auto) selects the installed one. If several or none are installed, it selects the one that was used last. If
        none was used, it selects V(native). A warning names the others that were used.
    type: str
    choices: [auto, native, snap, flatpak]
    default: auto
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
  - module: charter.mail.mail_verify
notes:
  - Passwords are stored in Thunderbird's own encrypted store (C(logins.json), C(key4.db)). Unless the user has set a
    primary password, anybody who can read the profile can read them, as with every password that Thunderbird stores.
  - If Thunderbird has moved its passwords to C(logins.db), as Thunderbird 157 does, they are stored there. The
    preference C(signon.storage.rust.active) of the profile decides this, not the version.
  - If a primary password is set, no password can be stored. A task that has to store one fails without a change.
  - Backups are made of C(prefs.js) and C(profiles.ini), never of the password store.
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Add a Charter account (IMAP) for mario
  charter.mail.thunderbird_account:
    user: mario
    email: mario.rossi@charter.net
    full_name: Mario Rossi
    password: "{{ vault_mario }}"
  become: true

- name: Configure several accounts in one task
  charter.mail.thunderbird_account:
    accounts:
      - user: mario
        email: mario.rossi@charter.net
        full_name: Mario Rossi
      - user: anna
        email: anna.bianchi@charter.net
        protocol: pop3
        leave_on_server_days: 14
      - user: anna
        email: office@twc.com
        provider: auto
  become: true

- name: Set a signature from a template, and add the office's address as an identity
  charter.mail.thunderbird_account:
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
  charter.mail.thunderbird_account:
    user: mario
    email: mario.rossi@charter.net
    reply_to: office@rossi.example
    organization: Rossi & Sons
  become: true

- name: Set folders, the check interval, and a setting that has no option
  charter.mail.thunderbird_account:
    user: mario
    email: mario.rossi@charter.net
    folders:
      sent: server
      drafts: server
      archive: Archive
    check_interval: 15
    offline: 30
    settings:
      server.max_cached_connections: 3
  become: true

- name: Move an account to the servers that Spectrum publishes today, and keep its folders
  charter.mail.thunderbird_account:
    user: mario
    email: mario.rossi@charter.net
    provider: spectrum
    when_running: wait
    wait_seconds: 300
  become: true

- name: Remove an account and its stored passwords, but keep the mail files
  charter.mail.thunderbird_account:
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
      description: The folder of the profile.
      type: str
      returned: unless skipped or failed
      sample: /home/mario/.thunderbird/charter.default
    ids:
      description: The keys of the account, its servers and its identity in Thunderbird's preferences.
      type: dict
      returned: unless skipped or failed
      sample: {account: account1, server: server1, identity: id1, smtp: smtp1}
    changes:
      description:
        - Each setting that differed, by its name in Thunderbird, with passwords hidden.
        - Long lists of Thunderbird's account keys are shown with the middle omitted.
      type: list
      elements: dict
      returned: unless skipped or failed
      sample: [{setting: mail.server.server1.port, before: 143, after: 993}]
    password:
      description:
        - V(stored) if Thunderbird has the password, or would have it in check mode.
        - V(kept) if Thunderbird has another one and O(update_password=on_create).
      type: str
      returned: if a password was given, unless skipped or failed
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
      sample: Thunderbird is running with the profile /home/mario/.thunderbird/charter.default; nothing was changed.
backup_files:
  description: The backup copies that were made.
  returned: always, except for bad options
  type: list
  elements: str
  sample: ["/home/mario/.thunderbird/charter.default/prefs.js.2026-11-22@20:24:03~"]
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
from ..module_utils._clients.thunderbird.client_entry import THUNDERBIRD


def main() -> None:
    run_module(THUNDERBIRD)


if __name__ == "__main__":
    main()
