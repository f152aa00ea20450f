# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed Thunderbird programs, and what their files show."""

from __future__ import annotations

import posixpath
import typing as t

from ..._model.errors import HostError
from ..._model.numbers import INT32, number_in
from . import profiles_ini
from .installations import LAUNCHERS, NATIVE_PROGRAMS

if t.TYPE_CHECKING:
    from ..._host.files import Files


def is_program(files: Files, folder: str) -> bool:
    """Whether an installation folder contains a program, not only, for example, policies."""
    return exists(files, posixpath.join(folder, "application.ini"))


def native_programs(files: Files, opened_by: t.Iterable[str] = ()) -> tuple[str, ...]:
    """The installation folders of Thunderbirds that are neither Snap nor Flatpak.

    Args:
        files: the user's files.
        opened_by: further candidates, from the user's profiles.
    """
    launched = (posixpath.dirname(files.real_path(launcher)) for launcher in LAUNCHERS)
    folders = dict.fromkeys((*NATIVE_PROGRAMS, *launched, *opened_by))
    found = (folder for folder in folders if folder.startswith("/") and not folder.startswith(("/snap/", "/app/")))
    # Thunderbird uses the real path of its folder: /lib64 and /opt/thunderbird may be links.
    return tuple(dict.fromkeys(files.real_path(folder) for folder in found if is_program(files, folder)))


def version(files: Files, program: str) -> int | None:
    """The major version of an installed Thunderbird; None if not known."""
    return major(files, posixpath.join(program, "application.ini"), "App", "Version")


def major(files: Files, path: str, section: str, key: str) -> int | None:
    """The major version in a file; None if it has none or cannot be read."""
    try:
        content = files.read(path) or b""
    except HostError:
        return None
    number = profiles_ini.parse(content).get(section, {}).get(key, "").partition(".")[0]
    return number_in(number, INT32)


def exists(files: Files, path: str) -> bool:
    """Whether a file or folder exists; one that the user cannot access does not."""
    try:
        return files.modified(path) is not None
    except HostError:
        return False
