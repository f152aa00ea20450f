# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that describe accounts: once for the task and once for an entry of ``accounts``.

Ansible's own tools read this text without running it, hence the repetition; a test holds the two against each other.
"""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  email:
    description:
      - The address of the account. Either this or O(accounts) is required.
    type: str
  accounts:
    description:
      - Any number of accounts. Each takes the same options as the task itself.
      - What an entry leaves out is taken from the task.
    type: list
    elements: dict
    suboptions:
      email:
        description: The address of the account.
        type: str
        required: true
      user:
        description:
          - The local user whose client is meant. Everything is done with that user's rights.
          - Left out, it is the user who runs the task. Only root can configure others, so use C(become).
        type: str
      home:
        description:
          - The home directory to use instead of the user's own, such as a template for new users.
        type: path
      profile:
        description:
          - The client's profile, by its name or folder.
          - Left out, it is the one that the client would open; if there is none, one is made.
        type: str
      full_name:
        description: The name that recipients see. Left out, the one that is there stays.
        type: str
      protocol:
        description:
          - How mail is received. The default is V(imap).
          - An account by the other protocol is another account, even for the same address.
        type: str
        choices: [imap, pop3]
      provider:
        description:
          - Whose servers to use. The default is V(charter).
          - V(charter) is imap.charter.net 993, pop.charter.net 995 (both TLS) and smtp.charter.net 587 (STARTTLS).
          - V(spectrum) is mobile.charter.net, which Spectrum publishes today; V(twc) is mail.twc.com; V(brighthouse) is
            mail.brighthouse.com.
          - V(auto) chooses by the domain of the address.
          - What O(accounts[].incoming) and O(accounts[].outgoing) say always wins.
        type: str
        choices: [charter, spectrum, brighthouse, twc, auto]
      username:
        description: The login for both servers. The default is the address.
        type: str
      password:
        description:
          - The password for both servers. Left out, stored passwords stay as they are and the client asks if there is
            none.
          - Pass it as a variable from Ansible Vault, not on a command line.
        type: str
      update_password:
        description:
          - V(always), the default, replaces a stored password that differs; V(on_create) only stores a missing one.
        type: str
        choices: [always, on_create]
      incoming:
        description:
          - The IMAP or POP3 server, where it differs from what O(accounts[].provider) says.
        type: dict
        suboptions:
          host:
            description: Its name; letters outside ASCII are converted.
            type: str
          port:
            description:
              - Its port. Left out, it follows from its security and the provider.
            type: int
          security:
            description:
              - How the connection is protected.
              - V(ssl) is TLS from the first byte; V(starttls) begins in clear text and must then be encrypted.
              - V(none) is not encrypted, and refused unless O(accounts[].allow_plaintext=true).
              - Left out, it follows from the port and the provider.
            type: str
            choices: [ssl, starttls, none]
      outgoing:
        description:
          - The submission (SMTP) server, where it differs from what O(accounts[].provider) says.
        type: dict
        suboptions:
          host:
            description: Its name; letters outside ASCII are converted.
            type: str
          port:
            description:
              - Its port. Left out, it follows from its security and the provider.
            type: int
          security:
            description:
              - How the connection is protected.
              - V(ssl) is TLS from the first byte; V(starttls) begins in clear text and must then be encrypted.
              - V(none) is not encrypted, and refused unless O(accounts[].allow_plaintext=true).
              - Left out, it follows from the port and the provider.
            type: str
            choices: [ssl, starttls, none]

      leave_on_server:
        description:
          - POP3 only. Keep mail on the server. A new account does, so that nothing is lost.
          - Left out, an existing account stays as it is.
        type: bool
      leave_on_server_days:
        description:
          - POP3 only. For how many days mail stays on the server; V(0) is without limit, as in a new account.
          - Left out, an existing account stays as it is.
        type: int
      default:
        description:
          - Make it the person's default account. Otherwise the default stays what it is.
        type: bool
      state:
        description:
          - Whether the account shall be there. The default is V(present).
          - V(absent) removes the account's settings and stored passwords, and keeps mail files unless
            O(accounts[].purge=true).
        type: str
        choices: [present, absent]
      purge:
        description:
          - With O(accounts[].state=absent), delete the mail that the client keeps on this host for the account, too.
            Mail received by POP3 may be nowhere else.
        type: bool
      allow_plaintext:
        description:
          - Accept V(none) as security of a server, which lets everybody on the way read the password.
        type: bool
  user:
    description:
      - The local user whose client is meant. Everything is done with that user's rights.
      - Left out, it is the user who runs the task. Only root can configure others, so use C(become).
    type: str
  home:
    description:
      - The home directory to use instead of the user's own, such as a template for new users.
    type: path
  profile:
    description:
      - The client's profile, by its name or folder.
      - Left out, it is the one that the client would open; if there is none, one is made.
    type: str
  full_name:
    description: The name that recipients see. Left out, the one that is there stays.
    type: str
  protocol:
    description:
      - How mail is received. The default is V(imap).
      - An account by the other protocol is another account, even for the same address.
    type: str
    choices: [imap, pop3]
  provider:
    description:
      - Whose servers to use. The default is V(charter).
      - V(charter) is imap.charter.net 993, pop.charter.net 995 (both TLS) and smtp.charter.net 587 (STARTTLS).
      - V(spectrum) is mobile.charter.net, which Spectrum publishes today; V(twc) is mail.twc.com; V(brighthouse) is
        mail.brighthouse.com.
      - V(auto) chooses by the domain of the address.
      - What O(incoming) and O(outgoing) say always wins.
    type: str
    choices: [charter, spectrum, brighthouse, twc, auto]
  username:
    description: The login for both servers. The default is the address.
    type: str
  password:
    description:
      - The password for both servers. Left out, stored passwords stay as they are and the client asks if there is none.
      - Pass it as a variable from Ansible Vault, not on a command line.
    type: str
  update_password:
    description:
      - V(always), the default, replaces a stored password that differs; V(on_create) only stores a missing one.
    type: str
    choices: [always, on_create]
  incoming:
    description:
      - The IMAP or POP3 server, where it differs from what O(provider) says.
    type: dict
    suboptions:
      host:
        description: Its name; letters outside ASCII are converted.
        type: str
      port:
        description:
          - Its port. Left out, it follows from its security and the provider.
        type: int
      security:
        description:
          - How the connection is protected.
          - V(ssl) is TLS from the first byte; V(starttls) begins in clear text and must then be encrypted.
          - V(none) is not encrypted, and refused unless O(allow_plaintext=true).
          - Left out, it follows from the port and the provider.
        type: str
        choices: [ssl, starttls, none]
  outgoing:
    description:
      - The submission (SMTP) server, where it differs from what O(provider) says.
    type: dict
    suboptions:
      host:
        description: Its name; letters outside ASCII are converted.
        type: str
      port:
        description:
          - Its port. Left out, it follows from its security and the provider.
        type: int
      security:
        description:
          - How the connection is protected.
          - V(ssl) is TLS from the first byte; V(starttls) begins in clear text and must then be encrypted.
          - V(none) is not encrypted, and refused unless O(allow_plaintext=true).
          - Left out, it follows from the port and the provider.
        type: str
        choices: [ssl, starttls, none]

  leave_on_server:
    description:
      - POP3 only. Keep mail on the server. A new account does, so that nothing is lost.
      - Left out, an existing account stays as it is.
    type: bool
  leave_on_server_days:
    description:
      - POP3 only. For how many days mail stays on the server; V(0) is without limit, as in a new account.
      - Left out, an existing account stays as it is.
    type: int
  default:
    description:
      - Make it the person's default account. Otherwise the default stays what it is.
    type: bool
  state:
    description:
      - Whether the account shall be there. The default is V(present).
      - V(absent) removes the account's settings and stored passwords, and keeps mail files unless O(purge=true).
    type: str
    choices: [present, absent]
  purge:
    description:
      - With O(state=absent), delete the mail that the client keeps on this host for the account, too.
        Mail received by POP3 may be nowhere else.
    type: bool
  allow_plaintext:
    description:
      - Accept V(none) as security of a server, which lets everybody on the way read the password.
    type: bool
"""
