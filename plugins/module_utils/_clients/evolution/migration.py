# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Migrates a POP3 account to the IMAP account of the same address.

Evolution stores all mail received by POP3 in the folders On This Computer, which belong to no account (observed with
3.46), so no mail is copied or moved. The IMAP account gets its own sources, with copies of the identity and of the
transport: the registry of a session cannot move a source to another parent.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._model.account import Account, Protocol, State
from ..migration import migrates, moves_from
from . import default_account, mapping, removal
from .lookup import KINDS, allocate_uid, by_pop3, find
from .password_store.store import NONE
from .sources import DATA_SOURCE, MAIL_SUBMISSION, MARKER_GROUP, SourceIds, Sources
from .stored import EvolutionState
from .templates import AUTOCONFIG
from .user_choice import chosen_for

if t.TYPE_CHECKING:
    from ..._model.secret import Secret


def replaced_ids(sources: Sources, account: Account) -> t.Sequence[SourceIds]:
    """The POP3 accounts that the account replaces."""
    return [ids for ids, why in _of_provider(sources, account) if not why]


def kept(sources: Sources, account: Account) -> t.Iterator[tuple[str, str]]:
    """The hosts of POP3 accounts that are not replaced, each with the reason as a clause."""
    for ids, why in _of_provider(sources, account):
        if why:
            yield _as_stored(sources, ids, account).incoming.host, why


def replaced(sources: Sources, account: Account) -> tuple[Account, ...]:
    """The POP3 accounts that the account replaces, as stored."""
    return tuple(_as_stored(sources, ids, account) for ids in replaced_ids(sources, account))


def moved(before: Sources, account: Account) -> Sources:
    """The sources with the IMAP account in place of the POP3 accounts; ``before`` itself if there are none.

    The IMAP account must be configured next.
    """
    after = before
    for ids in replaced_ids(before, account):
        if find(after, account) is None:
            after = _with_account(after, ids, account)
        gone = dataclasses.replace(_as_stored(before, ids, account), state=State.ABSENT)
        after, _ids = removal.absent(after, gone)
    return after


def followed(before: EvolutionState, account: Account, ids: SourceIds, password_store: str) -> EvolutionState:
    """The state with the stored passwords and the default moved to the account; the sources are unchanged.

    Args:
        before: with the POP3 accounts; returned if there are none.
        account: as wanted.
        ids: the account's uids.
        password_store: the option.
    """
    found = replaced_ids(before.sources, account)
    if not found:
        return before
    new: dict[str, Secret | None] = dict(before.new_passwords)
    passwords = before.passwords.value
    chosen_defaults = dict(before.new_defaults)
    for old in found:
        for was, shall in ((old.account, ids.account), (old.transport, ids.transport)):
            secret = passwords.anywhere(was) if was and password_store != NONE else None
            if secret is None or not passwords.writable:
                continue
            if before.password(shall) is None and new.get(shall) is None:
                new[shall] = secret
            new[was] = None
        for name, was, shall in zip(default_account.NAMES, (old.account, old.identity), (ids.account, ids.identity)):
            if was and before.default(name) == was:
                chosen_defaults[name] = shall
    left = (str(account),) if passwords.locked else ()
    return before._replace(new_passwords=new, new_defaults=chosen_defaults, left=(*before.left, *left))


def _of_provider(sources: Sources, account: Account) -> t.Iterator[tuple[SourceIds, str]]:
    """The provider's POP3 accounts with the address, each with the reason why it is kept, a clause; empty for none."""
    if not migrates(account):
        return
    for ids in by_pop3(sources, account):
        stored = _as_stored(sources, ids, account)
        if not moves_from(account, stored.incoming.host):
            continue
        if any(sources.has_group(uid, AUTOCONFIG) for uid in ids.all):
            yield ids, "a template of the site creates it at each login"
        elif find(sources, stored) == ids:
            yield ids, "" if account.override else chosen_for(sources, ids, account)


def _as_stored(sources: Sources, ids: SourceIds, account: Account) -> Account:
    """The POP3 account, with the address by which it can be found again."""
    stored = mapping.read_back(sources, ids)
    values = stored or dataclasses.replace(account, protocol=Protocol.POP3)
    return dataclasses.replace(
        values, email=account.email, username=values.username or account.username, override=account.override
    )


def _with_account(before: Sources, old: SourceIds, account: Account) -> Sources:
    """Add an IMAP account with copies of the identity and of the transport."""
    ids = SourceIds(*(allocate_uid(before, account, kind, before.__contains__) for kind in KINDS))
    source = mapping.enforce(GlibKeyFile(), mapping.NEW_ACCOUNT, account, ids)
    made = {ids.account: mapping.enforce(source, mapping.ACCOUNT, account, ids)}
    if old.transport:
        copy = before[old.transport].without_group(MARKER_GROUP)
        made[ids.transport] = copy.with_text(DATA_SOURCE, "Parent", ids.account)
    if old.identity:
        copy = before[old.identity].without_group(MARKER_GROUP).with_text(DATA_SOURCE, "Parent", ids.account)
        made[ids.identity] = copy.with_text(MAIL_SUBMISSION, "TransportUid", ids.transport if old.transport else "")
    return before.updated(made)
