# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option values as the module has them, which gets them as JSON.

Since ansible-core 2.19 those of the controller are of subclasses of ``str``, ``int`` and so on. To a client's settings
a value of another type is another value.
"""

from __future__ import annotations

import collections.abc
import typing as t

_PLAIN = (type(None), bool, str, int, float)


def plain(value: t.Any) -> t.Any:
    """A value, with all in it, of Python's own types."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, collections.abc.Mapping):
        return {plain(key): plain(content) for key, content in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(content) for content in value]
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    return value
