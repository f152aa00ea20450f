# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of values in the option ``settings``, the same for every client."""

from __future__ import annotations

from .._model.errors import OptionError
from .._model.settings import Value, is_of_kind

_EXAMPLES = {int: "a whole number", bool: "true or false"}


def require_kind(option: str, value: Value, kind: type | None) -> None:
    """Check that a value has the type that the client uses for a setting.

    Args:
        option: the option's name for the message.
        value: the given value.
        kind: int or bool; None if the type is not known.

    Raises:
        OptionError: it has another type.
    """
    if kind is not None and not is_of_kind(value, kind):
        raise OptionError(option, f"{value!r} is of the wrong type", f"write {_EXAMPLES[kind]}")
