# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the log of changes notes what was staged for a user of a Windows PC: it is in the registry, beside our record."""

from __future__ import annotations

import json
import typing as t

from ..._model.settings import Change
from ..._windows.registry import KeyWrite, Registry, RegValue
from ..account_json import account_in, account_out
from ..change_log import ChangeLog, Noted
from . import locations
from .staging_record import Staged, StagingRecord
from .stored import OutlookState

STAGED = "staged"
_LIMIT = 64 * 1024  # bytes; a value of the registry is no place for more


class OutlookNotes:
    """Implements the protocol ``Notes``: the setting of an account is what is staged for it."""

    def noted(self, before: OutlookState, after: OutlookState) -> Noted:
        old = {one.mark: one for one in before.record.accounts}
        new = {one.mark: one for one in after.record.accounts}
        marks = [mark for mark in {**old, **new} if old.get(mark) != new.get(mark)]
        texts = [(staged_out(old.get(one), before.record), staged_out(new.get(one), after.record)) for one in marks]
        return Noted([Change(STAGED, *pair) for pair in texts], (), ())

    def parts(self, ids: t.Mapping[str, str]) -> t.Sequence[str]:
        del ids
        return ()


def staged_out(staged: Staged | None, record: StagingRecord | None = None) -> str | None:
    """What is staged for an account, as a text; with the Outlook profile for which the record has it, if any."""
    if staged is None:
        return None
    named = record is not None and staged.mark in record.in_prf and record.profile
    return json.dumps([account_out(staged.account), list(staged.methods), *([named] if named else [])])


def staged_in(text: object) -> Staged | None:
    """What was staged, from the log.

    Raises:
        KeyError, TypeError, ValueError: the text says something else.
    """
    if text is None:
        return None
    account, methods, *_profile = json.loads(str(text))
    return Staged(account_in(account), tuple(map(str, methods)))


def profile_in(text: object) -> str | None:
    """The Outlook profile for which it was staged; None where that is not known.

    Raises:
        ValueError: as ``staged_in``.
    """
    profile = [] if text is None else json.loads(str(text))[2:]
    return str(profile[0]) if profile else None


def content(registry: Registry, sid: str) -> bytes:
    """The log of a user; empty where there is none."""
    value = registry.value(locations.log(sid), locations.LOG)
    return (value.text or "" if value is not None else "").encode("utf-8", "replace")


def logged(log: ChangeLog | None, before: OutlookState, after: OutlookState) -> Registry:
    """The registry after a change, with its entry in the log."""
    if log is None:
        return after.registry
    sid = after.user.sid
    text = log.continued(content(before.registry, sid), f"of {after.user}", OutlookNotes(), _LIMIT)
    if text is None:
        return after.registry
    return after.registry.written([KeyWrite(locations.log(sid), {locations.LOG: RegValue.sz(text.decode("ascii"))})])
