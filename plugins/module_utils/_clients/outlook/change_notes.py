# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The change log of what was staged for a Windows user; it is in the registry, next to our record."""

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
_LIMIT = 64 * 1024  # bytes; larger values do not belong in the registry


class OutlookNotes:
    """Implements the protocol ``Notes``: an account's setting is what is staged for it."""

    def noted(self, before: OutlookState, after: OutlookState) -> Noted:
        old, new = _texts(before.record), _texts(after.record)
        marks = [mark for mark in {**old, **new} if _staged(before, mark) != _staged(after, mark)]
        return Noted([Change(STAGED, old.get(mark), new.get(mark)) for mark in marks], (), ())

    def parts(self, ids: t.Mapping[str, str]) -> t.Sequence[str]:
        del ids
        return ()


def _staged(state: OutlookState, mark: str) -> Staged | None:
    return next((one for one in state.record.accounts if one.mark == mark), None)


def _texts(record: StagingRecord) -> dict[str, str | None]:
    return {one.mark: staged_out(one, record.profile if one.mark in record.in_prf else "") for one in record.accounts}


def staged_out(staged: Staged | None, profile: str = "") -> str | None:
    """What is staged for an account, with the Outlook profile if a PRF names one, as text."""
    if staged is None:
        return None
    found = [account_out(staged.account), list(staged.methods)]
    return json.dumps([*found, profile] if profile else found)


def staged_in(text: object) -> tuple[Staged | None, str]:
    """What was staged, and the Outlook profile (empty for none), read from the log.

    Raises:
        KeyError, TypeError, ValueError: the text has another form.
    """
    if text is None:
        return None, ""
    account, methods, *profile = json.loads(str(text))
    return Staged(account_in(account), tuple(map(str, methods))), str(profile[0]) if profile else ""


def content(registry: Registry, sid: str) -> bytes:
    """A user's log; empty if there is none."""
    value = registry.value(locations.log(sid), locations.LOG)
    return (value.text or "" if value is not None else "").encode("utf-8", "replace")


def logged(log: ChangeLog | None, before: OutlookState, after: OutlookState) -> Registry:
    """The registry after a change, with the change's log entry."""
    if log is None:
        return after.registry
    sid = after.user.sid
    text = log.continued(content(before.registry, sid), f"of {after.user}", OutlookNotes(), _LIMIT)
    if text is None:
        return after.registry
    return after.registry.written([KeyWrite(locations.log(sid), {locations.LOG: RegValue.sz(text.decode("ascii"))})])
