# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every mail account of a user's Evolution."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._model.client_options import ClientOptions
from ..._model.folders import NONE_GIVEN
from ..listing import PASSWORD, ClientAccount, ListedIdentity, Listing
from . import aliases, client_settings, mapping
from .client import Evolution
from .default_account import ACCOUNT
from .online_accounts import COLLECTION
from .signatures import MAIL_SIGNATURE, SignatureFiles
from .sources import (
    AUTHENTICATION,
    DATA_SOURCE,
    MAIL_ACCOUNT,
    MAIL_IDENTITY,
    MAIL_TRANSPORT,
    MARKER_GROUP,
    MARKER_KEY,
    SourceIds,
    Sources,
)
from .stored_senders import read_back

# Providers of Camel that store mail on this host.
_NO_MAIL = frozenset({"", "local", "vfolder", "maildir", "mbox", "mh", "spool", "spooldir", "none", "rss", "nntp"})
_PASSWORDS = frozenset({"plain", "login", "plain/password"})


def accounts(client: Evolution) -> Listing:
    """List the mail accounts, from the registry of a running session if there is one. Changes nothing.

    Raises:
        MailError: the sources cannot be read.
    """
    state = client.read()
    found = in_sources(state.sources, client.profile, state.default(ACCOUNT), state.signatures)
    return Listing(tuple(found), tuple(map(str, state.damaged.values())))


def in_sources(sources: Sources, profile: str, default: str | None, signatures: SignatureFiles) -> list[ClientAccount]:
    """The mail accounts, in the order of the sources.

    Args:
        sources: all of them.
        profile: the folder of the sources.
        default: the uid of the default account; None if unknown or not set.
        signatures: the files with signatures.
    """
    kinds = ((uid, sources.text(uid, MAIL_ACCOUNT, "BackendName")) for uid in sources.accounts)
    return [_account(sources, uid, kind, profile, default, signatures) for uid, kind in kinds if kind not in _NO_MAIL]


def _account(
    sources: Sources, uid: str, kind: str, profile: str, default: str | None, signatures: SignatureFiles
) -> ClientAccount:
    ids = sources.ids(uid)
    found = read_back(sources, ids, signatures.content, default=uid == default)
    if found is not None and sources.text(uid, MAIL_ACCOUNT, "NeedsInitialSetup") == "true":
        found = dataclasses.replace(found, folders=NONE_GIVEN)  # Evolution has not asked the server for its folders yet
    parent = sources.text(uid, DATA_SOURCE, "Parent")
    kept_by = ""
    if sources.has_group(parent, COLLECTION):
        kept_by = sources.text(parent, DATA_SOURCE, "DisplayName") or parent
    identity = sources.get(ids.identity)
    return ClientAccount(
        kind=kind if found is None else found.protocol.value,
        profile=profile,
        email=sources.text(ids.identity, MAIL_IDENTITY, "Address"),
        account=found,
        managed=bool(sources.text(uid, MARKER_GROUP, MARKER_KEY)),
        outgoing_username=mapping.outgoing_username(sources, ids),
        authentication=(_incoming_method(sources, uid), _outgoing_method(sources, ids.transport)),
        identities=() if identity is None else (_identity(identity), *_aliases(identity)),
        enabled=not any(sources.is_off(part) for part in ids.all),
        kept_by=kept_by,
        chosen=ClientOptions() if found is None else found.client.without(client_settings.USUAL),
        not_expressed=() if found is None else tuple(_not_expressed(sources, ids, signatures)),
    )


def _identity(source: GlibKeyFile) -> ListedIdentity:
    signature = source.text(MAIL_IDENTITY, "SignatureUid") or "none"
    return ListedIdentity(
        source.text(MAIL_IDENTITY, "Address") or "",
        source.text(MAIL_IDENTITY, "Name") or "",
        source.text(MAIL_IDENTITY, "ReplyTo") or "",
        source.text(MAIL_IDENTITY, "Organization") or "",
        has_signature=signature != "none",
    )


def _aliases(source: GlibKeyFile) -> t.Iterator[ListedIdentity]:
    return (ListedIdentity(one.address, one.name) for one in aliases.listed(source))


def _incoming_method(sources: Sources, uid: str) -> str:
    """The method for receiving; here Evolution calls the password itself "none"."""
    method = sources.text(uid, AUTHENTICATION, "Method")
    return PASSWORD if method.lower() in {"", "none", *_PASSWORDS} else method


def _outgoing_method(sources: Sources, uid: str) -> str:
    """The method for sending; here "none" means no authentication."""
    method = sources.text(uid, AUTHENTICATION, "Method")
    return PASSWORD if method.lower() in _PASSWORDS else method or "none"


def _not_expressed(sources: Sources, ids: SourceIds, signatures: SignatureFiles) -> t.Iterator[str]:
    backend = sources.text(ids.transport, MAIL_TRANSPORT, "BackendName")
    if backend != "smtp":
        yield f"it sends by {backend}" if backend else "it cannot send"
    signature = sources.text(ids.identity, MAIL_IDENTITY, "SignatureUid")
    if sources.has_group(signature, MAIL_SIGNATURE) and signatures.is_link(signature):
        yield "its signature is a symbolic link, which is how Evolution stores a program"
    name = sources.text(ids.account, DATA_SOURCE, "DisplayName")
    if name and name != sources.text(ids.identity, MAIL_IDENTITY, "Address"):
        yield f"it is called {name!r}"
