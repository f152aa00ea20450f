# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preferences that are lists of names, such as that of all accounts."""

from __future__ import annotations

import typing as t

from ..._model.persistent import PersistentMap
from .mapping import names_in


class NameList(t.NamedTuple):
    """A preference that is a list with commas.

    Attributes:
        names: in their order.
        positions: name to its first place.
        tidy: nothing but the names and one comma between two of them is in the text.
    """

    names: tuple[str, ...]
    positions: PersistentMap[str, int]
    tidy: bool

    @classmethod
    def parse(cls, listed: str) -> NameList:
        """The list in a text."""
        names = tuple(names_in(listed))
        positions = {name: len(names) - place for place, name in enumerate(reversed(names), start=1)}
        return cls(names, PersistentMap(positions), ",".join(names) == listed)

    def with_name(self, name: str) -> NameList:
        """With one more name, which is not in it."""
        return NameList((*self.names, name), self.positions.updated({name: len(self.names)}), self.tidy)
