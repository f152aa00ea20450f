# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account that a user has made by hand, as Evolution stores it, and steps from sources to sources."""

from __future__ import annotations

import typing as t

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import configure, differences, removal
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.lookup import find
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.sources import SourceIds, Sources
from ansible_collections.charter.mail.plugins.module_utils._formats.glib_key_file import GlibKeyFile
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account

MARIO = "mario.rossi@charter.net"

# An account made by hand, as Evolution 3.46 writes it, with what a user may have added.
BY_HAND = {
    "acc": f"""\
[Data Source]
DisplayName=My mail
DisplayName[it]=La mia posta
Enabled=true
Parent=

[Mail Account]
BackendName=imapx
IdentityUid=ide
ArchiveFolder=
NeedsInitialSetup=false

[Authentication]
Host=mobile.charter.net
Method=PLAIN
Port=993
ProxyUid=system-proxy
RememberPassword=true
User={MARIO}
CredentialName=

IsExternal=false

[Security]
Method=ssl-on-alternate-port

[Refresh]
Enabled=true
IntervalMinutes=60
""",
    "ide": f"""\
[Data Source]
DisplayName={MARIO}
Enabled=true
Parent=acc

[Mail Submission]
SentFolder=folder://acc/Sent
TransportUid=tra

[Mail Identity]
# mine
Address={MARIO}
Name=Super Mario
Organization=Rossi & Figli
SignatureUid=0815
""",
    "tra": f"""\
[Data Source]
DisplayName={MARIO}
Enabled=true
Parent=acc

[Authentication]
Host=mobile.charter.net
Method=LOGIN
Port=587
User={MARIO}

[Security]
Method=ssl-on-alternate-port

[Mail Transport]
BackendName=smtp
""",
    "local": "[Data Source]\nDisplayName=On This Computer\nParent=local-stub\n\n[Mail Account]\nBackendName=maildir\n",
    "calendar": "[Data Source]\nDisplayName=Calendar\n\n[Calendar]\nBackendName=local\n",
}
MARKER = "[X-Charter-Mail]\nAccount=imap:mario.rossi@charter.net\n"


def account(email: str = MARIO, **options: t.Any) -> Account:
    (found,) = requests({"email": email, "accounts": None, **options})
    return found.account


def sources(texts: t.Mapping[str, str]) -> Sources:
    return Sources({uid: GlibKeyFile.parse(text.encode(), uid) for uid, text in texts.items()})


def by_hand(**edits: tuple[str, str]) -> Sources:
    """BY_HAND with a part of a source's text replaced."""
    texts = dict(BY_HAND)
    for uid, (old, new) in edits.items():
        assert old in texts[uid]
        texts[uid] = texts[uid].replace(old, new)
    return sources(texts)


def text(found: Sources, uid: str) -> str:
    return found[uid].render().decode()


def present(before: Sources, wanted: Account) -> Sources:
    after, ids = configure.present(before, wanted)
    assert find(after, wanted) == ids
    assert configure.present(after, wanted)[0] is after
    for part in ids.all:
        assert after[part].values == GlibKeyFile.parse(after[part].render(), part).values
    return after


def absent(before: Sources, wanted: Account) -> Sources:
    after, _ids = removal.absent(before, wanted)
    assert removal.absent(after, wanted) == (after, None)
    return after


def ids_of(found: Sources, wanted: Account) -> SourceIds:
    ids = find(found, wanted)
    assert ids is not None
    return ids


def changed_keys(before: Sources, after: Sources) -> set[str]:
    return {change.key for change in differences.source_changes(before, after)}
