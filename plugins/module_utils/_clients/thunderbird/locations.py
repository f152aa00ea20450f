# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Thunderbird keeps its profiles: as a native package, a Snap or a Flatpak."""

from __future__ import annotations

import posixpath
import typing as t

from ..._host.files import Files
from . import profiles
from .installations import AUTO, FLATPAK, FLATPAK_IDS, NATIVE, NATIVE_PROGRAMS, SNAP, SNAP_PROGRAM

_FLATPAK_APPS = "/var/lib/flatpak/app"


def root(files: Files, home: str, location: str) -> str:
    """The folder that holds, or shall hold, profiles.ini.

    Args:
        files: the user's files.
        home: the user's home directory.
        location: one of CHOICES. ``auto`` takes the place that was used last; where there is none,
            the place of the Thunderbird that is installed, and the native one where none is.
    """
    places = _places(home)
    if location != AUTO:
        candidates = places[location]
        used = [place for place in candidates if files.is_directory(place)]
        return (used or _installed_flatpaks(files, home, candidates))[0]
    times = [(profiles.last_used(files, place), place) for group in places.values() for place in group]
    known = [(moment, place) for moment, place in times if moment is not None]
    if known:
        return max(known)[1]
    if not any(map(files.is_directory, NATIVE_PROGRAMS)):
        if files.is_directory(SNAP_PROGRAM):
            return places[SNAP][0]
        flatpaks = _installed_flatpaks(files, home, ())
        if flatpaks:
            return flatpaks[0]
    return places[NATIVE][0]


def _places(home: str) -> t.Mapping[str, t.Sequence[str]]:
    return {
        NATIVE: [posixpath.join(home, ".thunderbird")],
        SNAP: [posixpath.join(home, "snap/thunderbird/common/.thunderbird")],
        FLATPAK: [_flatpak_place(home, identifier) for identifier in FLATPAK_IDS],
    }


def _flatpak_place(home: str, identifier: str) -> str:
    return posixpath.join(home, ".var/app", identifier, ".thunderbird")


def _installed_flatpaks(files: Files, home: str, otherwise: t.Sequence[str]) -> t.Sequence[str]:
    own_apps = posixpath.join(home, ".local/share/flatpak/app")
    installed = [
        _flatpak_place(home, identifier)
        for identifier in FLATPAK_IDS
        for apps in (_FLATPAK_APPS, own_apps)
        if files.is_directory(posixpath.join(apps, identifier))
    ]
    return installed or otherwise
