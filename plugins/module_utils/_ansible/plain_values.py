# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts option values to plain types, as a module gets them from JSON.

Since ansible-core 2.19, the controller's values are of subclasses of ``str``, ``int`` and so on. In a client's
settings, a value of another type is a different value.
"""

from __future__ import annotations

import collections.abc
import typing as t

_PLAIN = (type(None), bool, str, int, float)


def plain(value: t.Any) -> t.Any:
    """A value, with its contents, converted to Python's own types."""
    if type(value) in _PLAIN:
        return value
    for kind in (str, int, float):  # first: the check for a mapping costs 0.5 ms for each type in each task
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, collections.abc.Mapping):
        return {plain(key): plain(content) for key, content in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(content) for content in value]
    return value
