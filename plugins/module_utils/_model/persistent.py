# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A persistent mapping: immutable, and a changed copy costs as much as the change, not as the whole mapping.

A run changes a client's settings once per account, and compares and shows every intermediate state. Copying all
settings each time would take quadratic time.
"""

from __future__ import annotations

import typing as t

K = t.TypeVar("K")
V = t.TypeVar("V")
D = t.TypeVar("D")
M = t.TypeVar("M", bound="PersistentMap[t.Any, t.Any]")


class _Removed:
    """Marks a key as removed."""


_REMOVED = _Removed()
_Layer = t.Dict[K, t.Union[V, _Removed]]


class _Step(t.NamedTuple):
    """How a state was derived, without its content.

    Attributes:
        changed: the keys that were changed or removed.
        before: how the previous state was derived; None for a first state.
    """

    changed: t.Collection[t.Any]
    before: _Step | None


class PersistentMap(t.Mapping[K, V]):
    """An immutable mapping.

    Its entries are in layers that states share, the newest last. A new layer absorbs the preceding ones while they are
    at most twice its size, so that n changes make about log2(n) layers.

    Args:
        entries: the first state; it must not be changed afterwards.

    Attributes:
        is_first: it was not derived from another state.
    """

    is_first = False

    def __init__(self, entries: t.Mapping[K, V]) -> None:
        first = t.cast("_Layer[K, V]", entries if isinstance(entries, dict) else dict(entries))
        self._layers: tuple[_Layer[K, V], ...] = (first,)
        self._step = _Step((), None)
        self.is_first = True
        # First states get most of the lookups and have one layer: the dictionary's own method is several times as fast.
        self.__dict__["get"] = first.get

    def updated(self: M, changed: t.Mapping[K, V], removed: t.Collection[K] = ()) -> M:
        """The mapping with these entries and without those keys."""
        change: _Layer[K, V] = {**changed, **dict.fromkeys(removed, _REMOVED)}
        first, *layers = self._layers
        top = change
        while layers and len(layers[-1]) <= 2 * len(top):
            top = {**layers.pop(), **top}
        if not layers and len(first) <= 2 * len(top):
            # No layer lies below the first one, so removed keys need no marker there.
            first, top = {key: value for key, value in {**first, **top}.items() if value is not _REMOVED}, {}
        after = object.__new__(type(self))
        after._layers = (first, *layers, top) if top else (first, *layers)
        after._step = _Step(change.keys(), self._step)
        return after

    def differing(self, before: t.Mapping[K, t.Any]) -> t.Collection[K]:
        """The keys whose values may differ from another state's: few if this state was derived from it."""
        if isinstance(before, PersistentMap):
            found: dict[K, None] = {}
            step: _Step | None = self._step
            while step is not None and step is not before._step:
                found.update(dict.fromkeys(step.changed))
                step = step.before
            if step is not None:
                return found.keys()
        return _all_keys(before, self)

    def __getitem__(self, key: K) -> V:
        for layer in reversed(self._layers):
            value = layer.get(key, self)  # a mapping is never its own value
            if value is not self:
                if isinstance(value, _Removed):
                    break
                return value  # type: ignore[return-value]
        raise KeyError(key)

    @t.overload
    def get(self, key: K) -> V | None:
        """The value, or None."""

    @t.overload
    def get(self, key: K, default: V | D) -> V | D:
        """The value, or the default."""

    def get(self, key: K, default: t.Any = None) -> t.Any:
        # Not by __getitem__: most keys that are looked up are missing, and an exception is slow.
        for layer in reversed(self._layers):
            value = layer.get(key, self)
            if value is not self:
                return default if value is _REMOVED else value
        return default

    def __contains__(self, key: object) -> bool:
        return self.get(t.cast("K", key), self) is not self

    def __iter__(self) -> t.Iterator[K]:
        return iter(self.flat())

    def __len__(self) -> int:
        return len(self.flat())

    def flat(self) -> t.Mapping[K, V]:
        """All entries as a dictionary, in the order in which the keys were added; it must not be changed."""
        first, *layers = self._layers
        if not layers:
            return t.cast("dict[K, V]", first)
        merged = dict(first)
        for layer in layers:
            merged.update(layer)
        return t.cast("dict[K, V]", {key: value for key, value in merged.items() if value is not _REMOVED})


def updated(before: t.Mapping[K, V], changed: t.Mapping[K, V]) -> t.Mapping[K, V]:
    """A mapping with these entries; ``before`` itself if there are none."""
    if not changed:
        return before
    return (before if isinstance(before, PersistentMap) else PersistentMap(before)).updated(changed)


def grouped(entries: t.Iterable[tuple[K, str]]) -> PersistentMap[K, tuple[str, ...]]:
    """An index from each key to its names."""
    found: dict[K, dict[str, None]] = {}
    for key, name in entries:
        found.setdefault(key, {})[name] = None
    return PersistentMap({key: tuple(names) for key, names in found.items()})


def extended(
    before: PersistentMap[K, tuple[str, ...]], entries: t.Iterable[tuple[K, str]]
) -> PersistentMap[K, tuple[str, ...]]:
    """The index with more entries."""
    added: dict[K, tuple[str, ...]] = {}
    for key, name in entries:
        names = added[key] if key in added else before.get(key, ())
        if name not in names:
            added[key] = (*names, name)
    return before.updated(added) if added else before


def differing(before: t.Mapping[K, t.Any], after: t.Mapping[K, t.Any]) -> t.Collection[K]:
    """The keys whose values may differ between two mappings."""
    if before is after:
        return ()
    return after.differing(before) if isinstance(after, PersistentMap) else _all_keys(before, after)


def _all_keys(*mappings: t.Mapping[K, t.Any]) -> t.Collection[K]:
    return dict.fromkeys(key for mapping in mappings for key in mapping).keys()
