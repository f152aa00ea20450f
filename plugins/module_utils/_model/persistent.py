# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A persistent mapping: an immutable one whose changed copy costs as much as the change, not as much as the whole.

A run changes the settings of a client once for each account, and every state in between is compared and shown. Copies
of all settings would cost the square of the number of accounts.
"""

from __future__ import annotations

import typing as t

K = t.TypeVar("K")
V = t.TypeVar("V")
D = t.TypeVar("D")
M = t.TypeVar("M", bound="PersistentMap[t.Any, t.Any]")


class _Removed:
    """Stands for the value of a key that is no longer there."""


_REMOVED = _Removed()
_Layer = t.Dict[K, t.Union[V, _Removed]]


class _Step(t.NamedTuple):
    """How a state was made, without what it holds.

    Attributes:
        changed: the keys of what was changed or removed.
        before: how the state before it was made; None for a first state.
    """

    changed: t.Collection[t.Any]
    before: _Step | None


class PersistentMap(t.Mapping[K, V]):
    """An immutable mapping.

    Its entries are in layers that all states share, the newest last. A new layer takes in the last ones as long as
    these are not larger than twice its size, so that n changes make about log2(n) layers.

    Args:
        entries: the first state; nobody may change it any more.

    Attributes:
        is_first: it was not made of another state.
    """

    is_first = False

    def __init__(self, entries: t.Mapping[K, V]) -> None:
        first = t.cast("_Layer[K, V]", entries if isinstance(entries, dict) else dict(entries))
        self._layers: tuple[_Layer[K, V], ...] = (first,)
        self._step = _Step((), None)
        self.is_first = True
        # What was read is asked most, and has one layer: a dictionary's own method is several times as quick.
        self.__dict__["get"] = first.get

    def updated(self: M, changed: t.Mapping[K, V], removed: t.Collection[K] = ()) -> M:
        """With these entries, and without those keys."""
        change: _Layer[K, V] = {**changed, **dict.fromkeys(removed, _REMOVED)}
        first, *layers = self._layers
        top = change
        while layers and len(layers[-1]) <= 2 * len(top):
            top = {**layers.pop(), **top}
        if not layers and len(first) <= 2 * len(top):
            # Below the first layer there is nothing that a removed key would have to hide.
            first, top = {key: value for key, value in {**first, **top}.items() if value is not _REMOVED}, {}
        after = object.__new__(type(self))
        after._layers = (first, *layers, top) if top else (first, *layers)
        after._step = _Step(change.keys(), self._step)
        return after

    def differing(self, before: t.Mapping[K, t.Any]) -> t.Collection[K]:
        """The keys whose values may differ from those of another state: few where this one was made of that one."""
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
            value = layer.get(key, self)  # nothing has itself for a value
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
        # Not by __getitem__: most questions are for what is not there, and an exception is slow.
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
        """All entries as a dictionary, in the order in which their keys came; not to be changed."""
        first, *layers = self._layers
        if not layers:
            return t.cast("dict[K, V]", first)
        merged = dict(first)
        for layer in layers:
            merged.update(layer)
        return t.cast("dict[K, V]", {key: value for key, value in merged.items() if value is not _REMOVED})


def updated(before: t.Mapping[K, V], changed: t.Mapping[K, V]) -> t.Mapping[K, V]:
    """A mapping with these entries; itself where there are none."""
    if not changed:
        return before
    return (before if isinstance(before, PersistentMap) else PersistentMap(before)).updated(changed)


def grouped(entries: t.Iterable[tuple[K, str]]) -> PersistentMap[K, tuple[str, ...]]:
    """An index: each key with its names."""
    found: dict[K, dict[str, None]] = {}
    for key, name in entries:
        found.setdefault(key, {})[name] = None
    return PersistentMap({key: tuple(names) for key, names in found.items()})


def extended(
    before: PersistentMap[K, tuple[str, ...]], entries: t.Iterable[tuple[K, str]]
) -> PersistentMap[K, tuple[str, ...]]:
    """An index with more entries."""
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
