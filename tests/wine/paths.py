# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows' paths as files of this machine."""

from __future__ import annotations

import ntpath
import pathlib

from .errors import WineError


def on_disk(drive: pathlib.Path, path: str) -> pathlib.Path:
    """Where a path of the PC is on this machine, whether there is such a file or not.

    As on Windows, upper and lower case are the same, and a slash is as good as a backslash.

    Args:
        drive: the folder that is ``C:\\``.
        path: absolute, on drive C.

    Raises:
        WineError: it is no such path.
    """
    letter, rest = ntpath.splitdrive(ntpath.normpath(path))
    if letter.lower() != "c:" or not rest.startswith("\\"):
        raise WineError(f"{path} is no absolute path on drive C")
    place = drive
    for name in rest.split("\\"):
        if name:
            place = _child(place, name)
    return place


def _child(folder: pathlib.Path, name: str) -> pathlib.Path:
    """The entry of that name, or the one that a new entry would be."""
    exact = folder / name
    if exact.exists() or not folder.is_dir():
        return exact
    return next((entry for entry in folder.iterdir() if entry.name.lower() == name.lower()), exact)
