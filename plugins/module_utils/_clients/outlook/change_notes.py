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
from .staging_record import Staged
from .stored import OutlookState

STAGED = "staged"
_LIMIT = 64 * 1024  # bytes; a value of the registry is no place for more


class OutlookNotes:
    """Implements the protocol ``Notes``: the setting of an account is what is staged for it."""

    def noted(self, before: OutlookState, after: OutlookState) -> Noted:
        old = {one.mark: one for one in before.record.accounts}
        new = {one.mark: one for one in after.record.accounts}
        marks = [mark for mark in {**old, **new} if old.get(mark) != new.get(mark)]
        return Noted([Change(STAGED, staged_out(old.get(mark)), staged_out(new.get(mark))) for mark in marks], (), ())

    def parts(self, ids: t.Mapping[str, str]) -> t.Sequence[str]:
        del ids
        return ()


def staged_out(staged: Staged | None) -> str | None:
    """What is staged for an account, as a text."""
    return None if staged is None else json.dumps([account_out(staged.account), list(staged.methods)])


def staged_in(text: object) -> Staged | None:
    """What was staged, from the log.

    Raises:
        KeyError, TypeError, ValueError: the text says something else.
    """
    if text is None:
        return None
    account, methods = json.loads(str(text))
    return Staged(account_in(account), tuple(map(str, methods)))


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
