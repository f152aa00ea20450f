# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client's settings as one flat mapping, and what differs between two of them.

A key is whatever names one setting for the client: a preference, ``source/group/key``, ``subkey\\value``.
Secrets are never in it.
"""

from __future__ import annotations

import typing as t

from .persistent import differing
from .secret import HIDDEN

Value = t.Union[str, int, bool, bytes]
Settings = t.Mapping[str, Value]


class Change(t.NamedTuple):
    """One setting that differs; None stands for "not set".

    Attributes:
        key: the setting.
        before: its value now.
        after: its value to be.
        secret: the values are not known here and print as hidden.
    """

    key: str
    before: Value | None
    after: Value | None
    secret: bool = False

    @classmethod
    def of_secret(cls, key: str, *, stored: bool, wanted: bool) -> Change:
        """A change of a password: only whether there is one can be told."""
        return cls(key, HIDDEN if stored else None, HIDDEN + " (new)" if wanted else None, secret=True)


def same(one: Value | None, other: Value | None) -> bool:
    """Whether two values are equal and of one type (to a client, True, 1 and "1" are three things)."""
    return type(one) is type(other) and one == other


def changes(before: Settings, after: Settings) -> tuple[Change, ...]:
    """What leads from one mapping to the other, sorted by key."""
    return tuple(
        Change(key, before.get(key), after.get(key))
        for key in sorted(differing(before, after))
        if not same(before.get(key), after.get(key))
    )
