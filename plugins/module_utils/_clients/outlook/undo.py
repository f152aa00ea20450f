# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoing what was staged for an account of Outlook. Pure.

What was staged is withdrawn, or staged again as it was. An account that Outlook has made of it, only the user can
remove.
"""

from __future__ import annotations

import typing as t

from ..._model.errors import MailError
from ..past_changes import PastAccount
from ..undo import LeftSetting, Undone, absent
from . import lookup, signatures, staging
from .change_notes import STAGED, staged_in, staged_out
from .configure import configured
from .staging_record import Staged
from .stored import OutlookState


def undone(client: t.Any, state: OutlookState, past: PastAccount, force: bool) -> Undone:
    """See ``Undo``."""
    gone = absent(past)
    if not state.loaded:
        return Undone(state, notices=(client.verdict(state, gone).advice,))
    after, left = state, []
    for change in past.changes:
        try:
            former, ours = staged_in(change.before), staged_in(change.after)
        except (KeyError, TypeError, ValueError):
            continue
        now = state.record.find(past.account)
        if now == former:
            continue
        if now != ours and not force:
            left.append(LeftSetting(f"{past.account}: {STAGED}", staged_out(ours), staged_out(now)))
            continue
        try:
            after = _staged_as(after, former, past)
        except MailError as error:
            return Undone(state, tuple(left), (f"{past.account}: {error}",))
    wanted = past.account if after.record.find(past.account) is not None else gone
    advice = client.verdict(after, wanted).advice
    return Undone(after, tuple(left), (f"{past.account}: {advice}",) if advice else ())


def _staged_as(state: OutlookState, former: Staged | None, past: PastAccount) -> OutlookState:
    if former is None:
        withdrawn = staging.without_account(staging.without_leftovers(state), past.account)
        return signatures.configured(withdrawn, absent(past))
    if lookup.find(state, past.account) is not None:
        return state  # Outlook still has the account: staging it again would make a second one
    return configured(state, former.account, former.methods)
