# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A finding about an option of an account, before anything is written or connected to."""

from __future__ import annotations

import enum
import typing as t

from .._model.errors import OptionError


class Level(enum.Enum):
    """An error stops the task, a warning is shown, a notice is only part of the result."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


MOST_SERIOUS_FIRST = (Level.ERROR, Level.WARNING, Level.NOTICE)


class AccountFinding(t.NamedTuple):
    """One finding about an option.

    Attributes:
        level: how serious it is.
        option: the option concerned.
        reason: why, a clause without a full stop.
        remedy: what to write instead, a clause without a full stop.
    """

    level: Level
    option: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return str(OptionError(self.option, self.reason, self.remedy))


def error(option: str, reason: str, remedy: str) -> AccountFinding:
    """A finding that stops the task."""
    return AccountFinding(Level.ERROR, option, reason, remedy)


def warning(option: str, reason: str, remedy: str) -> AccountFinding:
    """A finding that is shown."""
    return AccountFinding(Level.WARNING, option, reason, remedy)


def notice(option: str, reason: str, remedy: str) -> AccountFinding:
    """A finding that is only part of the result."""
    return AccountFinding(Level.NOTICE, option, reason, remedy)
