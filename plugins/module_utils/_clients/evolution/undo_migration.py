# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoes the migration from POP3 to IMAP. Pure.

The sources of the POP3 account are restored with their former texts, and the IMAP account is removed if the run
created it. The mail received by POP3 stays in the folders On This Computer throughout.
"""

from __future__ import annotations

import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._model.errors import OptionError
from ..change_log_reader import PastAccount
from ..engine import Status
from ..undo import Undone, about_another, about_changed, about_refused, about_twin
from . import mapping
from .former_settings import changed_since, is_named, parsed, uid_of, with_rest, with_sources, with_values
from .lookup import find
from .sources import AUTHENTICATION, DATA_SOURCE, MAIL_ACCOUNT, MAIL_TRANSPORT, SourceIds, Sources
from .stored import EvolutionState

if t.TYPE_CHECKING:
    from ..._model.secret import Secret

_BACKEND = (MAIL_ACCOUNT, "BackendName")
_POP3 = "pop"


def replaced(past: PastAccount) -> tuple[str, ...]:
    """The uids of the POP3 accounts that the run replaced."""
    ends = f"/{MAIL_ACCOUNT}/BackendName"
    found = (one.key[: -len(ends)] for one in past.changes if one.key.endswith(ends) and one.before == _POP3)
    return tuple(uid for uid in found if uid in past.removed)


def restored(past: PastAccount) -> bool:
    """Whether the run restored a POP3 account."""
    return any(one.key.endswith(f"/{MAIL_ACCOUNT}/BackendName") and one.after == _POP3 for one in past.changes)


def undone(state: EvolutionState, past: PastAccount, force: bool) -> Undone | None:
    """The state with the POP3 accounts restored; None if they exist and the run did not create the IMAP account.

    Args:
        state: the current state.
        past: the change, with ``replaced`` accounts.
        force: see ``Undo``.
    """
    made = past.status is Status.CREATED
    texts = {uid: source for uid in past.removed for source in [parsed(past.texts.get(uid, ""))] if source}
    try:
        ids = find(state.sources, past.account)
    except OptionError as error:
        return Undone(state, notices=(about_refused(past, error),))
    is_of_run = ids is not None and ids.account in past.parts
    if all(_is_there(state.sources, uid, texts.get(uid)) for uid in replaced(past)):
        if not made:
            return None
        if is_of_run:
            return Undone(state, notices=(about_twin(past),))
        sources, left = with_values(state.sources, past, force)
        return Undone(with_sources(state, sources), tuple(left))
    if made and ids is not None and not is_of_run:
        return Undone(state, notices=(about_another(past),))
    left = changed_since(state.sources, (one for one in past.changes if uid_of(one.key) in past.created))
    if (left or _has_others(state.sources, past)) and not force:
        return Undone(state, tuple(left), (about_changed(past),))
    sources = state.sources.updated({uid: texts[uid] for uid in _in_order(texts) if uid not in state.sources})
    sources, left = with_values(sources, past, force)
    sources = _without(sources, past.created)
    after, more = with_rest(state, with_sources(state, sources), past, force)
    found = [sources.ids(uid) for uid in replaced(past) if uid in texts]
    after = _with_passwords(after, ids or SourceIds(), found, keep=not made)
    accounts = (mapping.read_back(sources, one) for one in found)
    return Undone(after, (*left, *more), restored=tuple(one for one in accounts if one is not None))


def _is_there(sources: Sources, uid: str, source: GlibKeyFile | None) -> bool:
    """Whether a POP3 account exists, under its uid or another one."""
    if uid in sources or source is None:
        return True
    wanted = [(source.text(AUTHENTICATION, key) or "").lower() for key in ("Host", "User")]
    return any(
        sources.text(one, *_BACKEND) == _POP3
        and [sources.text(one, AUTHENTICATION, key).lower() for key in ("Host", "User")] == wanted
        for one in sources.accounts
    )


def _has_others(sources: Sources, past: PastAccount) -> bool:
    """Whether the user has added sources below an account that the run created."""
    return any(sources.text(uid, DATA_SOURCE, "Parent") in past.created for uid in sources if uid not in past.created)


def _in_order(texts: t.Mapping[str, GlibKeyFile]) -> t.Sequence[str]:
    """The uids, each before the source that names it."""
    return sorted(texts, key=lambda uid: (MAIL_ACCOUNT in texts[uid].groups, MAIL_TRANSPORT not in texts[uid].groups))


def _without(sources: Sources, created: t.Collection[str]) -> Sources:
    """The sources without those that the run created, unless another source names them now."""
    there = [uid for uid in created if uid in sources]
    rest = sources.updated({}, there)
    return sources.updated({}, [uid for uid in there if not is_named(rest, uid)])


def _with_passwords(
    state: EvolutionState, imap: SourceIds, pop3: t.Sequence[SourceIds], *, keep: bool
) -> EvolutionState:
    """Give the POP3 accounts the passwords of the IMAP account.

    Args:
        state: with the sources.
        imap: the uids of the IMAP account.
        pop3: the uids of the POP3 accounts.
        keep: the IMAP account is kept and needs its passwords.
    """
    passwords = state.passwords.value
    if not passwords.writable:
        return state
    new: dict[str, Secret | None] = dict(state.new_passwords)
    for was, shall in [pair for ids in pop3 for pair in ((imap.account, ids.account), (imap.transport, ids.transport))]:
        secret = passwords.anywhere(was) if was else None
        if secret is not None:
            if shall and state.password(shall) is None:
                new[shall] = secret
            if not keep:
                new[was] = None
    return state if new == state.new_passwords else state._replace(new_passwords=new)
