# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a login reads, and what they set."""

from __future__ import annotations

import re
import typing as t

from .._host.environment import NAMES
from .._model.errors import HostError
from .files import LocalFiles

ANY_NAME = re.compile("|".join(NAMES))  # few files have one, and checking line by line is slower


class Assignment(t.NamedTuple):
    """A line of a file.

    Attributes:
        name: the variable; empty if the file itself cannot be read or determined.
        value: its value; None if it cannot be known without running the file.
        sure: the line is unconditional.
        where: the file.
    """

    name: str
    value: str | None
    sure: bool
    where: str


def text_of(path: str) -> str:
    """A file's text; empty if the user cannot read it."""
    try:
        return (LocalFiles().read(path) or b"").decode("utf-8", "surrogateescape")
    except HostError:  # the user's shell could not read it either
        return ""
