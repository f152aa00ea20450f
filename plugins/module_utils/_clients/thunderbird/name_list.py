# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preferences that are lists of names, such as the list of accounts."""

from __future__ import annotations

import typing as t

from ..._model.persistent import PersistentMap
from .mapping import names_in


class NameList(t.NamedTuple):
    """The value of a preference that is a comma-separated list.

    Attributes:
        names: the names in order.
        positions: name to its first position.
        tidy: the text contains only the names, separated by one comma each.
    """

    names: tuple[str, ...]
    positions: PersistentMap[str, int]
    tidy: bool

    @classmethod
    def parse(cls, listed: str) -> NameList:
        """Parse a list."""
        names = tuple(names_in(listed))
        positions = {name: len(names) - place for place, name in enumerate(reversed(names), start=1)}
        return cls(names, PersistentMap(positions), ",".join(names) == listed)

    def with_name(self, name: str) -> NameList:
        """The list with a name appended that it does not contain yet."""
        return NameList((*self.names, name), self.positions.updated({name: len(self.names)}), self.tidy)
