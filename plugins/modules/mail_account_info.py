# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists the mail accounts of a host's users."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mail_account_info
version_added: 0.1.0
short_description: List the mail accounts that users have
description:
  - Lists every mail account of the users of a host in Thunderbird, Evolution and Outlook, whoever made it. Nothing is
    changed, and no password is read.
  - For each account that an entry of C(mail_accounts) can express, RV(mail_accounts) has an entry that reproduces it.
    For every other account, RV(accounts[].not_expressed) says what an entry cannot express.
  - The settings of each user are read with that user's rights. RV(unreadable) lists what cannot be read. Everything
    else is still returned.
extends_documentation_fragment:
  - charter.mail.attributes
options:
  users:
    description:
      - The users. If omitted on Linux, a task that runs as root lists root and regular users with a home directory.
        Other tasks list the user who runs them. If omitted on Windows, all users who have a profile.
    type: list
    elements: str
  clients:
    description: The clients. If omitted, all clients for the host's system, installed or not.
    type: list
    elements: str
    choices: [thunderbird, evolution, outlook]
attributes:
  diff_mode:
    support: N/A
    details: The task changes nothing.
  platform:
    platforms: posix, windows
notes:
  - For Thunderbird, all profiles in the folder that the user's Thunderbird opens are read. For Outlook, all profiles of
    users who are logged on are read.
  - An entry contains folders on the computer and settings of the client only if the user has changed them. A setting
    that differs between two clients of one user is omitted, so that each client keeps its own.
seealso:
  - module: charter.mail.mail_accounts
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: List the mail accounts of all users
  charter.mail.mail_account_info:
  become: true
  register: found

- name: Show which accounts cannot be managed, and why
  ansible.builtin.debug:
    msg: "{{ item.user }}, {{ item.client }}: {{ item.email }}: {{ item.not_expressed | join('; ') }}"
  loop: "{{ found.accounts | selectattr('not_expressed') }}"
  loop_control:
    label: "{{ item.email }}"
"""

RETURN = r"""
accounts:
  description: All mail accounts, by user and client.
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
      description: The address of the first identity. Empty if there is none.
      type: str
      returned: always
      sample: mario.rossi@charter.net
    protocol:
      description: V(imap) or V(pop3), or what the client calls another kind of account, such as V(ews).
      type: str
      returned: always
      sample: imap
    profile:
      description: The client's profile, or the folder of its settings.
      type: str
      returned: always
      sample: /home/mario/.thunderbird/abcd.default
    managed:
      description: Whether this collection made or adopted the account.
      type: bool
      returned: always
    enabled:
      description: Whether the user has left the account switched on.
      type: bool
      returned: always
    kept_by:
      description: What manages the account instead of the client, such as GNOME Online Accounts or a collection
        account.
      type: str
      returned: always
      sample: ""
    authentication:
      description: How the client signs in to the C(incoming) and the C(outgoing) server. V(password) is the password
        itself inside TLS.
      type: dict
      returned: always
      sample: {"incoming": "password", "outgoing": "password"}
    identities:
      description: The addresses and names that mail is sent from. The first is the default.
      type: list
      elements: dict
      returned: always
      sample: [{"email": "mario.rossi@charter.net", "full_name": "Mario", "reply_to": "", "organization": "",
        "has_signature": false}]
    incoming:
      description: Host, port and security for receiving.
      type: dict
      returned: for IMAP and POP3
      sample: {"host": "imap.charter.net", "port": 993, "security": "ssl"}
    outgoing:
      description: Host, port and security for sending.
      type: dict
      returned: for IMAP and POP3
      sample: {"host": "smtp.charter.net", "port": 587, "security": "starttls"}
    username:
      description: The login for receiving.
      type: str
      returned: for IMAP and POP3
      sample: mario.rossi@charter.net
    outgoing_username:
      description: The login for sending. Empty if the client does not sign in.
      type: str
      returned: for IMAP and POP3
      sample: mario.rossi@charter.net
    default:
      description: Whether it is the client's default account.
      type: bool
      returned: for IMAP and POP3
    leave_on_server:
      description: Whether mail stays on the server.
      type: bool
      returned: for POP3
    leave_on_server_days:
      description: For how many days. V(0) means no limit.
      type: int
      returned: for POP3
    folders:
      description:
        - Where the account keeps mail, by the keys of the option C(folders). Each value is V(server), V(local), V(none)
          or the folder's name.
        - Empty if Evolution has not asked the server for them yet.
      type: dict
      returned: for IMAP and POP3
      sample: {"sent": "Sent", "drafts": "Drafts", "templates": "local", "archive": "none"}
    check_at_start:
      description: Whether the client gets mail when it starts.
      type: bool
      returned: where the client has the setting
    check_interval:
      description: How often the client gets mail, in minutes. V(0) means only when the user asks for it.
      type: int
      returned: where the client has the setting
    idle:
      description: Whether the server announces new mail.
      type: bool
      returned: where the client has the setting
    offline:
      description: Which mail is kept on the computer, V(all), V(none), or a number of days.
      type: str
      returned: where the client has the setting
    subscribed_only:
      description: Whether only subscribed folders are shown.
      type: bool
      returned: where the client has the setting
    delete_on_server:
      description: Whether mail that the user deletes is deleted on the server.
      type: bool
      returned: where the client has the setting
    compose_format:
      description: V(html) or V(plain).
      type: str
      returned: where the client has the setting
    request_receipts:
      description: Whether recipients are asked for a receipt.
      type: bool
      returned: where the client has the setting
    not_expressed:
      description: What an entry of C(mail_accounts) cannot express about the account. Empty if an entry reproduces it.
      type: list
      elements: str
      returned: always
      sample: ["it signs in for receiving by oauth2"]
mail_accounts:
  description: The entries of C(mail_accounts) for all accounts that they can express, without passwords.
  returned: success
  type: list
  elements: dict
  sample: [{"user": "mario", "email": "mario.rossi@charter.net", "full_name": "Mario"}]
unreadable:
  description: What could not be read, with C(user), C(client) and C(reason).
  returned: success
  type: list
  elements: dict
  sample: []
trace:
  description: Where an unexpected error occurred, for a bug report. It contains no values.
  type: list
  elements: str
  returned: if an unexpected error occurred, with C(-vvv)
"""

from ..module_utils._ansible import quick_imports

quick_imports.install()

from ..module_utils._ansible.account_info_on_linux import run_module


def main() -> None:
    run_module()


if __name__ == "__main__":
    main()
