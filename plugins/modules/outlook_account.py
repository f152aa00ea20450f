# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: outlook_account
version_added: 0.1.0
short_description: Stage mail accounts for classic Outlook on Windows, and tell what became of them
description:
  - Stages mail accounts for classic Outlook (2016 to Microsoft 365) of Windows users, with the settings of Charter
    (Spectrum) unless told otherwise, reads back what Outlook made of them, and says so in one word for each account.
  - Outlook makes its accounts itself. What can be done from outside is to leave it a PRF file, which it imports at its
    next start, and settings for Autodiscover, which it uses when the person adds the account. Neither can hold a
    password, so Outlook asks the person for it once.
  - An account that is in one of the person's Outlook profiles already, made by whatever means, is compared and never
    changed.
  - The task does all its thinking on the controller. Of the PC it asks only to copy files and to run C(reg.exe),
    C(icacls.exe) and C(cmd.exe), so that it works over every connection to Windows, and there is nothing to install.
  - Outlook need not be closed. It is neither started nor closed.
extends_documentation_fragment:
  - charter.mail.account
  - charter.mail.attributes
options:
  user:
    description:
      - The Windows account whose Outlook is meant, by its name, C(DOMAIN\name) or SID. It is required, since on a PC
        it is not the user who connects.
      - Names are those of the profile folders that the PC knows. Where several folders could be meant, such as
        C(mario) and C(mario.CORP), nothing is guessed, and the SID is needed.
    type: str
  sid:
    description: The SID of the Windows account, instead of O(user).
    type: str
  outlook_profile:
    description:
      - The Outlook profile for new accounts. Defaults to the user's default profile; if there is none, Outlook makes
        one.
    type: str
  method:
    description:
      - How accounts are staged. V(prf) is a PRF file with all accounts of the person that Outlook does not have yet.
      - V(autodiscover) is a file with the settings for the domain of the address, of which a person can have one for
        each domain. With two accounts of one domain it is left out with a warning, and refused if there is no other
        method.
    type: list
    elements: str
    choices: [prf, autodiscover]
    default: [prf, autodiscover]
  offline_hives:
    description:
      - Write also for people who are not logged on, by loading their part of the registry. This version refuses it,
        since a mistake there costs a person the Windows profile, and it could not be tried out on a real Windows.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details: Shows each file and each value of the registry.
  idempotent:
    support: full
  platform:
    platforms: windows
  action:
    description: It runs on the controller.
    support: full
  async:
    description: Can be run with C(async).
    support: none
seealso:
  - module: charter.mail.thunderbird_account
  - module: charter.mail.mail_verify
notes:
  - The options O(home), O(password), O(update_password) and O(purge) are accepted, so that one list of accounts serves
    all clients, and have no effect. A password never leaves the controller.
  - What O(accounts[].user) says of local users is as in O(user) here.
  - The connection must be an administrator's. C(become) has no effect. Nothing can be written for a person who is not
    logged on; run the task again while the person is.
  - The staged files are in C(C:\ProgramData\charter.mail\Outlook\<SID>), which only administrators can change and
    that person can read. What was staged is noted in C(HKLM\SOFTWARE\charter.mail\Outlook\<SID>), with what was in
    its place before, and O(state=absent) puts exactly that back.
  - The new Outlook for Windows keeps its accounts at Microsoft and cannot be given any from outside.
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Stage mario's Charter account for his Outlook (IMAP)
  charter.mail.outlook_account:
    user: mario
    email: mario.rossi@charter.net
    full_name: Mario Rossi

- name: Several accounts of one PC in one task, which costs little more than one
  charter.mail.outlook_account:
    accounts:
      - user: CORP\mario
        email: mario.rossi@charter.net
        full_name: Mario Rossi
      - user: S-1-5-21-1111111111-2222222222-3333333333-1001
        email: anna.bianchi@charter.net
        protocol: pop3
        leave_on_server_days: 14

- name: What became of it? (writes nothing)
  charter.mail.outlook_account:
    user: mario
    email: mario.rossi@charter.net
  check_mode: true
  register: outlook

- name: Who has to do something
  ansible.builtin.debug:
    msg: "{{ outlook.accounts | map(attribute='advice') | select }}"

- name: Take back what was staged
  charter.mail.outlook_account:
    user: mario
    email: mario.rossi@charter.net
    state: absent
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
      description: The Windows account, as its profile folder is named.
      type: str
      returned: always
      sample: mario
    status:
      description:
        - What this run did. One of V(created), V(updated), V(unchanged), V(removed), V(absent), V(skipped) and
          V(failed).
        - In check mode, what would be.
      type: str
      returned: always
      sample: created
    outlook_status:
      description:
        - How far the account has come in Outlook.
        - V(staged), files and registry are in place and wait for Outlook.
        - V(configured), the account is in an Outlook profile with the right servers, ports, encryption and login.
        - V(drifted), it is there and differs.
        - V(pending_logon), the person is not logged on, so that nothing can be read or written.
        - V(consumed_without_account), Outlook has taken the PRF and there is no account.
        - V(blocked), nothing would come of it, so nothing is staged and the task fails.
        - V(absent), there is nothing of ours, and no such account.
      type: str
      returned: unless failed before it was known
      sample: staged
    advice:
      description: What the admin or the person should do, in sentences; empty where nothing is to be done.
      type: str
      returned: unless failed before it was known
      sample: "Have mario close and start Outlook: it then makes the account and asks for its password once."
    profile:
      description: The Outlook profile that has the account; empty while none has.
      type: str
      returned: unless failed before it was known
      sample: Outlook
    ids:
      description: Where the account is in that profile.
      type: dict
      returned: unless failed before it was known
      sample: {profile: Outlook, key: "00000002"}
    changes:
      description: Each file and each value of the registry that differed.
      type: list
      elements: dict
      returned: unless failed before it was known
      sample:
        - setting: HKEY_USERS\S-1-5-21-1-2-3-1001\Software\Microsoft\Office\16.0\Outlook\Setup\ImportPRF
          before: null
          after: C:\ProgramData\charter.mail\Outlook\S-1-5-21-1-2-3-1001\accounts.prf
    notices:
      description: What is unusual about the account and yet right.
      type: list
      elements: str
      returned: always
      sample: []
    error:
      description: Why it has failed.
      type: str
      returned: if failed
"""
