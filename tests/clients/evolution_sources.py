# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts made by hand, for the tests of the driver: no line of the collection takes part in them.

What a program writes that follows the schemas of evolution-data-server, and what Evolution's assistant wrote.
"""

from __future__ import annotations

import typing as t

from ansible_collections.charter.mail.tests.integration.people import Person

FULL_NAME = 'Mario "Super" Rössi \\ 😀'

ACCOUNT = "f67c9d10c8e219359e90a6076fe8bfc41aee776e"
IDENTITY = "06c20f32ac7dd1613a7012db1f3bcfe756a42ac7"
TRANSPORT = "a6bd012aad581ad84df7b91af79afefe17258294"

_IMAP = """\
[Mail Account]
BackendName=imapx
IdentityUid={identity}
NeedsInitialSetup=true

[Authentication]
Host=imap.charter.net
Method=none
Port=993
User={address}
ProxyUid=system-proxy
RememberPassword=true

[Security]
Method=ssl-on-alternate-port

[Refresh]
Enabled=true
IntervalMinutes=10

[Imapx Backend]
UseIdle=true
ConcurrentConnections=3
"""

_POP3 = """\
[Mail Account]
BackendName=pop
IdentityUid={identity}

[Authentication]
Host=pop.charter.net
Method=none
Port=995
User={address}
RememberPassword=true

[Security]
Method=ssl-on-alternate-port

[Pop Backend]
KeepOnServer=true
DeleteAfterDays=0
"""

_IDENTITY = """\
[Mail Identity]
Address={address}
Name={full_name}
SignatureUid=none

[Mail Submission]
TransportUid={transport}
SentFolder=folder://local/Sent
UseSentFolder=true

[Mail Composition]
DraftsFolder=folder://local/Drafts
TemplatesFolder=folder://local/Templates
"""

_TRANSPORT = """\
[Authentication]
Host=smtp.charter.net
Method=PLAIN
Port=587
User={address}
RememberPassword=true

[Security]
Method=starttls-on-standard-port

[Mail Transport]
BackendName=smtp
"""


def sources(address: str, protocol: str = "imap") -> dict[str, str]:
    """uid to content: one account at the provider, by IMAP (993, TLS) or POP3 (995, TLS; mail stays)."""
    return {
        ACCOUNT: _source(_IMAP if protocol == "imap" else _POP3, address, ""),
        IDENTITY: _source(_IDENTITY, address, ACCOUNT),
        TRANSPORT: _source(_TRANSPORT, address, ACCOUNT),
    }


def write(person: Person, contents: t.Mapping[str, str]) -> None:
    """Put sources into a home in which no registry runs."""
    folder = person.home / ".config/evolution/sources"
    folder.mkdir(parents=True, exist_ok=True)
    for uid, text in contents.items():
        path = folder / f"{uid}.source"
        path.write_text(text)
        path.chmod(0o600)
    folder.chmod(0o700)
    person.own()


def _source(groups: str, address: str, parent: str) -> str:
    # GLib's way to write a backslash.
    full_name = FULL_NAME.replace("\\", "\\\\")
    filled = groups.format(address=address, full_name=full_name, identity=IDENTITY, transport=TRANSPORT)
    return f"[Data Source]\nDisplayName={address}\nEnabled=true\nParent={parent}\n\n{filled}"
