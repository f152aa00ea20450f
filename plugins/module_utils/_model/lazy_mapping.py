# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mapping whose content is created on first access."""

from __future__ import annotations

import functools
import typing as t

K = t.TypeVar("K")
V = t.TypeVar("V")


class LazyMapping(t.Mapping[K, V]):
    """A mapping that is created on first access: most runs change nothing and never need what is expensive to read.

    Args:
        make: returns the content.
    """

    def __init__(self, make: t.Callable[[], t.Mapping[K, V]]) -> None:
        self._make = make

    def __getitem__(self, key: K) -> V:
        return self._content[key]

    def __iter__(self) -> t.Iterator[K]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)

    @functools.cached_property
    def _content(self) -> t.Mapping[K, V]:
        return self._make()
