# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: outlook_account
version_added: 0.1.0
short_description: Stage mail accounts for classic Outlook on Windows and report their status
description:
  - Stages mail accounts for the classic Outlook (2016 to Microsoft 365) of Windows users. The default servers are those
    of Charter (Spectrum). Then reads back what Outlook did with them, and returns one status for each account.
  - Only Outlook can create its accounts. This module prepares a PRF file, which Outlook imports at its next start, and
    Autodiscover settings, which Outlook uses when the user adds the account. Neither can hold a password, so Outlook
    asks the user for it once.
  - If an account already exists in an Outlook profile of the user, it is compared and never changed, however it was
    created.
  - The task runs on the controller. On the PC it only copies files and runs C(reg.exe), C(icacls.exe) and C(cmd.exe).
    It works with every connection plugin for Windows. Nothing needs to be installed.
  - An account's signature is written to the user's folder of signatures. Once Outlook has the account, new messages get
    the signature, unless the user has chosen another one.
  - Outlook need not be closed. The module neither starts nor closes it.
extends_documentation_fragment:
  - charter.mail.account
  - charter.mail.attributes
options:
  user:
    description:
      - The Windows user whose Outlook is configured, by name, C(DOMAIN\name), C(name@domain) or SID. Either this or
        O(sid) is required for each account, because the task usually connects as another user.
      - Names are those of the user profile folders of the PC. C(mario) means the folder C(mario), or the one that
        Windows creates if that name is taken, such as C(mario.000). C(CORP\mario) and C(mario@CORP) mean C(mario.CORP)
        first. No other folder is used. If several match, the task fails and asks for the SID.
      - C(AzureAD\mario) and C(AzureAD\mario@corp.example.com) mean only accounts of Entra ID. C(.\mario) never does.
    type: str
  sid:
    description: The SID of the Windows user, instead of O(user).
    type: str
  mail_profile:
    description:
      - The Outlook profile for new accounts. If omitted, it is the user's default profile. If there is none, Outlook
        creates one.
      - O(accounts[].profile) is the Thunderbird profile and has no effect.
    type: str
  method:
    description:
      - How accounts are staged.
      - V(prf) is a PRF file with all accounts of the user that Outlook does not have yet.
      - V(autodiscover) is a file with the settings for the domain of the address. There is one file for each domain and
        user. If two accounts share a domain, the method is skipped with a warning. If it is the only method, the task
        fails.
    type: list
    elements: str
    choices: [prf, autodiscover]
    default: [prf, autodiscover]
  offline_hives:
    description:
      - Also write for users who are not logged on, by loading their registry hive.
      - This version refuses V(true). An error while loading a hive can destroy the user's Windows profile, and this was
        not tested on a real Windows.
    type: bool
    default: false
  exclusive:
    description:
      - Also withdraw what is staged for accounts that are not listed. Accounts in Outlook are kept, with a warning.
      - V(charter) withdraws IMAP and POP3 accounts whose incoming server belongs to one of the presets of O(provider).
        V(ours) withdraws those that this collection has staged.
      - This only affects users who have an account with O(state=present) in the list.
    type: str
    choices: [charter, ours]
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details: Shows each file and each registry value.
  idempotent:
    support: full
  platform:
    platforms: windows
  action:
    description: Runs on the controller.
    support: full
  async:
    description: Can be run with C(async).
    support: none
seealso:
  - module: charter.mail.thunderbird_account
  - module: charter.mail.mail_verify
notes:
  - The options O(home), O(password), O(update_password) and O(purge) have no effect. They are accepted so that one list
    of accounts serves all clients. Passwords never leave the controller.
  - The user who connects must be an administrator. C(become) has no effect. Nothing can be written for a user who is
    not logged on. Run the task again while the user is logged on.
  - The staged files are in C(C:\ProgramData\charter.mail\Outlook\<SID>), which only administrators can change and the
    user can read. C(HKLM\SOFTWARE\charter.mail\Outlook\<SID>) records what was staged and the values that were there
    before. O(state=absent) restores exactly those.
  - The new Outlook for Windows stores its accounts at Microsoft and cannot be configured from outside.
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Stage a Charter account (IMAP) for mario's Outlook
  charter.mail.outlook_account:
    user: mario
    email: mario.rossi@charter.net
    full_name: Mario Rossi

- name: Stage several accounts on one PC in one task
  charter.mail.outlook_account:
    accounts:
      - user: CORP\mario
        email: mario.rossi@charter.net
        full_name: Mario Rossi
      - user: S-1-5-21-1111111111-2222222222-3333333333-1001
        email: anna.bianchi@charter.net
        protocol: pop3
        leave_on_server_days: 14

- name: Stage an account with a signature from a file in templates
  charter.mail.outlook_account:
    user: mario
    email: mario.rossi@charter.net
    full_name: Mario Rossi
    signature:
      src: signature.html.j2
      replies: true

- name: Read the status of an account without changing it
  charter.mail.outlook_account:
    user: mario
    email: mario.rossi@charter.net
  check_mode: true
  register: outlook

- name: Show what must be done next
  ansible.builtin.debug:
    msg: "{{ outlook.accounts | map(attribute='advice') | select }}"

- name: Withdraw what was staged
  charter.mail.outlook_account:
    user: mario
    email: mario.rossi@charter.net
    state: absent
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
      description: The Windows user, by the name of the user profile folder.
      type: str
      returned: always
      sample: mario
    status:
      description:
        - What the task did. V(created), V(updated), V(unchanged), V(removed), V(absent), V(skipped) or V(failed).
        - In check mode, what the task would do.
      type: str
      returned: always
      sample: created
    outlook_status:
      description:
        - The status of the account in Outlook.
        - V(staged) means that files and registry values are in place for the next start of Outlook.
        - V(configured) means that an Outlook profile has the account with the wanted servers, ports, encryption, login
          and way to sign in.
        - V(drifted) means that an Outlook profile has the account with other settings.
        - V(pending_logon) means that the user is not logged on, so nothing can be read or written.
        - V(consumed_without_account) means that Outlook has imported the PRF file but has no such account.
        - V(blocked) means that something prevents Outlook from using staged files. Nothing is staged and the task
          fails.
        - V(absent) means that nothing is staged and there is no such account.
      type: str
      returned: unless the account failed before this was known
      sample: staged
    advice:
      description: What the administrator or the user must do next, in sentences. Empty if nothing is to be done.
      type: str
      returned: unless the account failed before this was known
      sample: "Have mario close and start Outlook: it then makes the account and asks for its password once."
    outlook_signature:
      description:
        - The status of the account's signature in Outlook.
        - V(staged) means that its files are in place. The account does not have it yet; run the task again when Outlook
          has the account.
        - V(configured) means that the account uses it.
        - V(kept) means that the user has chosen another signature or changed this one. The user's choice is kept, and a
          warning names it.
        - V(absent) means that there is no such signature.
      type: str
      returned: if O(accounts[].signature) is set and the user is logged on
      sample: staged
    profile:
      description: The Outlook profile that has the account. Empty if none has.
      type: str
      returned: unless the account failed before this was known
      sample: Outlook
    ids:
      description: The Outlook profile and the registry key of the account. Empty if no profile has the account.
      type: dict
      returned: unless the account failed before this was known
      contains:
        profile:
          description: The name of the Outlook profile.
          type: str
          returned: if an Outlook profile has the account
          sample: Outlook
        key:
          description: The full path of the account's registry key.
          type: str
          returned: if an Outlook profile has the account
          sample: "HKEY_USERS\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Office\\16.0\\Outlook\\Profiles\\Outlook\\\
            9375CFF0413111d3B88A00104B2A6676\\00000002"
    changes:
      description: Each file and each registry value that differed.
      type: list
      elements: dict
      returned: unless the account failed before this was known
      sample:
        - setting: HKEY_USERS\S-1-5-21-1-2-3-1001\Software\Microsoft\Office\16.0\Outlook\Setup\ImportPRF
          before: null
          after: C:\ProgramData\charter.mail\Outlook\S-1-5-21-1-2-3-1001\accounts.prf
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
run:
  description: The id of the run in the log of changes, by which M(charter.mail.mail_rollback) can undo it.
  returned: if something was changed
  type: str
  sample: 20261128T033000Z-417305-9c2e41
"""
