# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening Evolution of a user of this machine."""

from __future__ import annotations

import contextlib
import posixpath
import typing as t

from .._clients.evolution import locations
from .._clients.evolution.client import Evolution
from .._clients.evolution.password_store.store import SECRET_SERVICE
from .._host.files import Files
from .._linux import local_user
from .._linux.desktop import LocalDesktop, RunCommand
from .._linux.local_user import Target
from .._linux.processes import Processes
from .._model.errors import HostError, OptionError


def run_nothing(command: list[str]) -> t.NoReturn:
    """For those who only read."""
    raise HostError(command[0], "no program may be started here", "report this as a mistake of the collection")


def open_evolution(
    files: Files,
    place: Target,
    until: contextlib.ExitStack,
    *,
    location: str,
    password_store: str = SECRET_SERVICE,
    wait_seconds: float = 0,
    backup: bool = True,
    run_command: RunCommand = run_nothing,
    processes: Processes | None = None,
) -> Evolution:
    """Evolution of the user that the process acts as.

    Args:
        files: the user's.
        place: whose, and in which home directory.
        until: closes connections at the end.
        location: one of ``locations.CHOICES``.
        password_store: as for Evolution.
        wait_seconds: as for Evolution.
        backup: as for Evolution.
        run_command: as for LocalDesktop.
        processes: as for LocalDesktop.

    Raises:
        OptionError: a profile was asked for.
    """
    if place.profile is not None:
        raise OptionError("profile", "Evolution has one profile a person", "leave it out for Evolution")
    desktop = None
    if posixpath.normpath(place.home) == posixpath.normpath(
        place.user.home
    ):  # or else nobody's session works with these files
        desktop = until.enter_context(LocalDesktop(place.user, run_command, processes))
    return Evolution(
        files,
        locations.locate(files, place.home, location),
        desktop,
        password_store=password_store,
        wait_seconds=wait_seconds,
        backup=backup,
        as_root=local_user.acting_as_ourselves,
    )
