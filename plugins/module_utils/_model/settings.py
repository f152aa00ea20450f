# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client's settings as one flat mapping, and the changes between two such mappings.

A key names one setting of the client: a preference, ``source/group/key``, ``subkey\\value``. The mapping holds no
secrets.
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
        before: its present value.
        after: its new value.
        secret: the values are hidden and not known here.
        significant: it is a reason to change the client. False for what is only written along with other changes: our
            own marker, and settings that ``differences`` compares by meaning.
    """

    key: str
    before: Value | None
    after: Value | None
    secret: bool = False
    significant: bool = True

    @classmethod
    def of_secret(cls, key: str, *, stored: bool, wanted: bool) -> Change:
        """A change of a password; it shows only whether there is one."""
        return cls(key, HIDDEN if stored else None, HIDDEN + " (new)" if wanted else None, secret=True)


def same(one: Value | None, other: Value | None) -> bool:
    """Whether two values are equal and of one type (a client distinguishes True, 1 and "1")."""
    return type(one) is type(other) and one == other


def is_of_kind(value: object, kind: type) -> bool:
    """Whether a value is a text, a whole number or a boolean. To Python, True is a whole number, too."""
    return isinstance(value, kind) and isinstance(value, bool) is (kind is bool)


def changes(before: Settings, after: Settings) -> tuple[Change, ...]:
    """The changes that turn one mapping into the other, sorted by key."""
    return tuple(
        Change(key, before.get(key), after.get(key))
        for key in sorted(differing(before, after))
        if not same(before.get(key), after.get(key))
    )
