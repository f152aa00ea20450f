# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a host that show whether a user's Thunderbird is as wanted: see ``file_groups``.

``location_choice``, ``profile_choice``, ``preference_files`` and ``client`` read these files before any change.
"""

from __future__ import annotations

import posixpath

from .. import seal
from ..file_groups import FileGroup, FilesToRead
from .client_entry import PROCESSES
from .installations import DEBIAN_LAUNCHER, FLATPAK_IDS, LAUNCHERS, LEGACY_HOMES, NATIVE_PROGRAMS, ROOTS, SNAP_PROGRAM
from .password_store.store_in_use import all_files
from .preference_files import SYSTEM

_ROOTS = tuple(f"~/{root}" for root in ROOTS)
_STORE = all_files()
_PREFERENCES = ("*.[jJ][sS]", ".*.[jJ][sS]", ".[jJ][sS]")

FILES = FilesToRead(
    groups=(
        FileGroup(_ROOTS, ("profiles.ini", "installs.ini", "*/prefs.js", "*/user.js", "*/compatibility.ini")),
        FileGroup(tuple(f"~/{name}" for name in LEGACY_HOMES), ("profiles.ini",)),
        FileGroup(NATIVE_PROGRAMS, ("application.ini", "distribution/policies.json", "distribution/distribution.ini")),
        FileGroup(tuple(map(posixpath.dirname, LAUNCHERS)), ("application.ini",)),  # if a launcher is a file
        FileGroup((f"{SYSTEM}/policies",), ("policies.json",)),
        FileGroup(
            (
                *(f"{program}/defaults/{name}" for program in NATIVE_PROGRAMS for name in ("pref", "preferences")),
                *(f"{SYSTEM}/pref", f"{SYSTEM}/defaults/pref"),
            ),
            _PREFERENCES,
        ),
    ),
    folders=(
        SNAP_PROGRAM,
        *(
            f"{apps}/{identifier}"
            for apps in ("/var/lib/flatpak/app", "~/.local/share/flatpak/app")
            for identifier in FLATPAK_IDS
        ),
    ),
    places=(DEBIAN_LAUNCHER, *LAUNCHERS),
    processes=PROCESSES,
    stores=(FileGroup(_ROOTS, tuple(f"*/{name}" for name in _STORE)),),
    seals=(FileGroup(_ROOTS, (f"*/{seal.NAME}",)),),
)
