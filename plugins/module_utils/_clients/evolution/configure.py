# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Computes the wanted sources from the current ones, for one account. Pure."""

from __future__ import annotations

from ..._formats.glib_key_file import GlibKeyFile
from ..._model.account import Account
from . import aliases, client_settings, mapping
from .lookup import allocate_uid, find
from .mapping import SourceRule
from .sources import DATA_SOURCE, MAIL_ACCOUNT, MAIL_IDENTITY, SourceIds, Sources
from .user_choice import kept_address

_NEW = GlibKeyFile()
_BUILT_IN = "-stub"  # such as local-stub; these sources are part of evolution-data-server
_OF_USER = tuple((MAIL_IDENTITY, key) for key in ("Address", "Name", "ReplyTo", "Organization"))


def present(before: Sources, account: Account) -> tuple[Sources, SourceIds]:
    """The sources with the account, and its uids; ``before`` itself if nothing differs."""
    found = find(before, account) or SourceIds()
    ids = _own_ids(before, found, account)

    def made(uid: str, known: str, rules: tuple[SourceRule, ...], first: tuple[SourceRule, ...]) -> GlibKeyFile:
        source = before.get(uid, _NEW)
        if uid != known:
            source = mapping.enforce(source, first, account, ids)
        return mapping.enforce(source, rules, account, ids)

    identity: tuple[SourceRule, ...] = mapping.IDENTITY
    if kept_address(before, found.identity, account):
        identity = tuple(rule for rule in identity if rule.group != MAIL_IDENTITY)
    edited = {
        ids.transport: made(ids.transport, found.transport, mapping.TRANSPORT, mapping.NEW_TRANSPORT),
        ids.identity: made(ids.identity, found.identity, identity, mapping.NEW_IDENTITY),
        ids.account: made(ids.account, found.account, mapping.ACCOUNT, mapping.NEW_ACCOUNT),
    }
    if identity is not mapping.IDENTITY and ids.identity != found.identity:
        # The user's own address is also kept if another account has the identity that it was taken from.
        own = {key: before.text(found.identity, *key) for key in _OF_USER}
        edited[ids.identity] = edited[ids.identity].with_texts({key: text for key, text in own.items() if text})
    client_settings.enforce(edited, ids, account)
    if account.identities:
        edited[ids.identity] = aliases.configured(edited[ids.identity], account)
    for uid in (ids.transport, ids.identity):
        if not _is_shown(before, uid, edited[uid], ids):
            edited[uid] = edited[uid].with_text(DATA_SOURCE, "Parent", ids.account)
    if not _is_shown(before, ids.account, edited[ids.account], ids):
        edited[ids.account] = edited[ids.account].with_text(DATA_SOURCE, "Parent", "")
    if all(before.get(uid) is source for uid, source in edited.items()):
        return before, ids
    return before.updated(edited), ids


def _own_ids(before: Sources, found: SourceIds, account: Account) -> SourceIds:
    """The account's uids, with new ones for sources that are missing or shared with another account.

    Charter refuses a sender that is not the login (AUP#Out-1500), so a shared transport works for only one of them.
    """
    own = found.account or allocate_uid(before, account, "account", lambda uid: before.has_group(uid, MAIL_ACCOUNT))
    identity = found.identity
    if not identity or not {own}.issuperset(before.accounts_of(identity)):
        identity = allocate_uid(before, account, "identity", lambda uid: not {own}.issuperset(before.accounts_of(uid)))
    transport = found.transport
    if not transport or not {identity}.issuperset(before.identities_of(transport)):
        transport = allocate_uid(
            before, account, "transport", lambda uid: not {identity}.issuperset(before.identities_of(uid))
        )
    return SourceIds(own, identity, transport)


def _is_shown(before: Sources, uid: str, source: GlibKeyFile, ids: SourceIds) -> bool:
    """Whether Evolution shows a source. It hides a source until the parent exists."""
    parent = source.text(DATA_SOURCE, "Parent") or ""
    exists = parent in before or parent == ids.account or parent.endswith(_BUILT_IN)
    return not parent or (exists and parent != uid)
