# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts made by hand, for the tests of the driver: no line of the collection takes part in them.

What a program writes that follows the schemas of evolution-data-server, and what Evolution's assistant wrote.
"""

from __future__ import annotations

import typing as t

from ansible_collections.charter.mail.tests.integration.local_users import LocalUser

FULL_NAME = 'Mario "Super" Rössi \\ 😀'

ACCOUNT = "f67c9d10c8e219359e90a6076fe8bfc41aee776e"
IDENTITY = "06c20f32ac7dd1613a7012db1f3bcfe756a42ac7"
TRANSPORT = "a6bd012aad581ad84df7b91af79afefe17258294"
COLLECTION = "0c6b9fe4a1f1dbb6a50b2e3a0bb9ad4bf8b3e0d1"

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


# As the assistant of Evolution 3.46 wrote them, in its own order.
_IMAP_BY_ASSISTANT = """\
[Mail Account]
BackendName=imapx
IdentityUid={identity}
ArchiveFolder=
NeedsInitialSetup=true
MarkSeen=inconsistent
MarkSeenTimeout=1500
Builtin=false

[Authentication]
Host=imap.charter.net
Method=none
Port=993
ProxyUid=system-proxy
RememberPassword=true
User={address}
CredentialName=
IsExternal=false

[Refresh]
Enabled=true
IntervalMinutes=60

[Security]
Method=ssl-on-alternate-port

[Offline]
StaySynchronized=false

[Imapx Backend]
FilterInbox=true
StoreChangesInterval=3
ConcurrentConnections=3
Namespace=
ShellCommand=ssh -C -l %u %h exec /usr/sbin/imapd
UseIdle=true
UseSubscriptions=false
SendClientId=false
"""

_POP3_BY_ASSISTANT = """\
[Mail Account]
BackendName=pop
IdentityUid={identity}
ArchiveFolder=
NeedsInitialSetup=false
MarkSeen=inconsistent
MarkSeenTimeout=1500
Builtin=false

[Authentication]
Host=pop.charter.net
Method=none
Port=995
ProxyUid=system-proxy
RememberPassword=true
User={address}
CredentialName=
IsExternal=false

[Refresh]
Enabled=true
IntervalMinutes=60

[Security]
Method=ssl-on-alternate-port

[Pop Backend]
FilterInbox=true
StoreChangesInterval=3
DeleteAfterDays=30
DeleteExpunged=false
DisableExtensions=false
KeepOnServer=true
AutoFetch=true
EnableUtf8=true
LastCacheExpunge=0
"""

_IDENTITY_BY_ASSISTANT = """\
[Mail Submission]
SentFolder=folder://local/Sent
TransportUid={transport}
RepliesToOriginFolder=false
UseSentFolder=true

[Mail Composition]
Bcc=
Cc=
DraftsFolder=folder://local/Drafts
ReplyStyle=default
SignImip=true
TemplatesFolder=folder://local/Templates
StartBottom=inconsistent
TopSignature=inconsistent
Language=

[Mail Identity]
Address={address}
Aliases=
Name={full_name}
Organization=
ReplyTo=
SignatureUid=none
"""

_TRANSPORT_BY_ASSISTANT = """\
[Authentication]
Host=smtp.charter.net
Method=PLAIN
Port=587
ProxyUid=system-proxy
RememberPassword=true
User={address}
CredentialName=
IsExternal=false

[Security]
Method=starttls-on-standard-port

[Mail Transport]
BackendName=smtp

[Smtp Backend]
ReencodeData=false
"""


def sources(address: str, protocol: str = "imap") -> dict[str, str]:
    """The sources, by UID, of an account with IMAP (993, TLS) or POP3 (995, TLS; mail stays on the server)."""
    return {
        ACCOUNT: _source(_IMAP if protocol == "imap" else _POP3, address, ""),
        IDENTITY: _source(_IDENTITY, address, ACCOUNT),
        TRANSPORT: _source(_TRANSPORT, address, ACCOUNT),
    }


def by_assistant(address: str, protocol: str) -> dict[str, str]:
    """The sources, by UID, of the same account created with Evolution's assistant; POP3 mail stays for 30 days."""
    return {
        ACCOUNT: _source(_IMAP_BY_ASSISTANT if protocol == "imap" else _POP3_BY_ASSISTANT, address, ""),
        IDENTITY: _source(_IDENTITY_BY_ASSISTANT, address, ACCOUNT),
        TRANSPORT: _source(_TRANSPORT_BY_ASSISTANT, address, ACCOUNT),
    }


def of_collection(address: str) -> dict[str, str]:
    """The sources, by UID, of the same account created by online accounts, below a collection source.

    By those of Ubuntu: a registry removes at once what names an account that GNOME Online Accounts does not have.
    """
    collection = "[Data Source]\nDisplayName=Company\nEnabled=true\nParent=\n\n[Collection]\nBackendName=none\n"
    account = sources(address)
    collection += f"Identity={address}\n\n[Ubuntu Online Accounts]\nAccountId=1\n"
    return {COLLECTION: collection, **account, ACCOUNT: _below(account[ACCOUNT], COLLECTION)}


def _below(text: str, parent: str) -> str:
    return text.replace("\nParent=\n", f"\nParent={parent}\n")


def write(local_user: LocalUser, contents: t.Mapping[str, str]) -> None:
    """Write sources to the home of a user whose registry does not run."""
    folder = local_user.home / ".config/evolution/sources"
    folder.mkdir(parents=True, exist_ok=True)
    for uid, text in contents.items():
        path = folder / f"{uid}.source"
        path.write_text(text)
        path.chmod(0o600)
    folder.chmod(0o700)
    local_user.own()


def _source(groups: str, address: str, parent: str) -> str:
    # GLib escapes backslashes.
    full_name = FULL_NAME.replace("\\", "\\\\")
    filled = groups.format(address=address, full_name=full_name, identity=IDENTITY, transport=TRANSPORT)
    return f"[Data Source]\nDisplayName={address}\nEnabled=true\nParent={parent}\n\n{filled}"
