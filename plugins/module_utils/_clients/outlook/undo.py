# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoes what was staged for an account of Outlook. Pure.

What was staged is withdrawn, or staged again as it was. Once Outlook has created the account, only the user can remove
it.
"""

from __future__ import annotations

import typing as t

from ..._model.errors import MailError
from ..change_log_reader import PastAccount
from ..undo import LeftSetting, Undone, absent
from . import signatures, staging
from .change_notes import STAGED, staged_in, staged_out
from .client import Outlook
from .configure import configured
from .differences import shown
from .staging_record import Staged
from .stored import OutlookState


def undone(client: Outlook, state: OutlookState, past: PastAccount, force: bool) -> Undone:
    """See ``Undo``."""
    gone = absent(past)
    if not state.loaded:
        return Undone(state, notices=(client.verdict(state, gone).advice,))
    after, left = state, []
    aim: Staged | None = None
    for change in past.changes:
        try:
            (former, profile), (ours, _profile) = staged_in(change.before), staged_in(change.after)
        except (KeyError, TypeError, ValueError):
            continue
        now = state.record.find(past.account)
        if now not in (former, ours) and not force:
            left.append(LeftSetting(f"{past.account}: {STAGED}", staged_out(ours), staged_out(now)))
            continue
        aim = former
        if now == former:
            continue
        try:
            after = _staged_as(after, former, past, profile)
        except MailError as error:
            return Undone(state, tuple(left), (f"{past.account}: {error}",))
    left += _given_up(state, after)
    staged = after.record.find(past.account) or aim
    advice = client.verdict(after, gone if staged is None else staged.account).advice
    return Undone(after, tuple(left), (f"{past.account}: {advice}",) if advice else ())


def _given_up(before: OutlookState, after: OutlookState) -> t.Iterator[LeftSetting]:
    """The registry values that are no longer ours but were changed since, which are kept.

    Outlook itself only removes and restores values.
    """
    still = {(one.key, one.name) for one in after.record.written}
    for one in before.record.written:
        now = before.registry.value(one.key, one.name)
        changed = one.after is not None and now is not None and now != one.after
        if changed and (one.key, one.name) not in still:
            yield LeftSetting(f"{one.key}\\{one.name}", shown(one.after), shown(now))


def _staged_as(state: OutlookState, former: Staged | None, past: PastAccount, profile: str) -> OutlookState:
    if former is None:
        withdrawn = staging.without_account(staging.without_leftovers(state), past.account)
        return signatures.configured(withdrawn, absent(past))
    return configured(state, former.account, former.methods, profile or None)
