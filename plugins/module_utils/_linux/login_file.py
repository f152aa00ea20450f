# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a login reads, and what they set."""

from __future__ import annotations

import fnmatch
import glob
import os
import posixpath
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


def matching(folder: str, pattern: str) -> list[str]:
    """The sorted paths in a folder that match a pattern whose last part alone has wildcards.

    Most folders asked for do not exist, and glob looks at each several times.
    """
    parent, name = posixpath.split(posixpath.join(folder, pattern))
    path = posixpath.join(parent, name)
    if not glob.has_magic(name):
        return [path] if os.path.lexists(path) else []
    try:
        found = os.listdir(parent)
    except OSError:
        return []
    return sorted(posixpath.join(parent, one) for one in fnmatch.filter(found, name) if not one.startswith("."))
