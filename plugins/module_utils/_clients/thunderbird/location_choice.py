# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Thunderbird keeps its profiles: as a native package, a Snap or a Flatpak.

The rules were measured with Thunderbird 115, 140, 153 and 157; those of Snap and Flatpak come from their sources.
``roles/thunderbird/README.md`` lists them in a table.
"""

from __future__ import annotations

import functools
import posixpath
import typing as t

from ..._host.environment import Environment
from . import preference_files, profile_choice, programs
from .installations import (
    AUTO,
    DEBIAN_LAUNCHER,
    FLATPAK,
    FLATPAK_IDS,
    FLATPAK_PROGRAM,
    LEGACY_HOMES,
    NATIVE,
    SNAP,
    SNAP_PROGRAM,
    Sandbox,
)
from .profile_choice import Root

if t.TYPE_CHECKING:
    from ..._host.files import Files

_FLATPAKS = "/var/lib/flatpak"
_FIRST_WITH_XDG = 154  # the first that may use ~/.config/thunderbird; measured: 153 does not, 157 does


class _Place(t.NamedTuple):
    """The profile folder of one kind of installation in a home directory.

    Attributes:
        location: one of CHOICES.
        root: the folder of its profiles, existing or not.
    """

    location: str
    root: Root


class Locations:
    """The profile folders of one user's Thunderbirds.

    Args:
        files: the user's files.
        home: the user's home directory.
        environment: returns the variables of the user's session; called if they matter.
    """

    def __init__(self, files: Files, home: str, environment: t.Callable[[], Environment] = Environment) -> None:
        self._files = files
        self._home = home
        self._environment = functools.lru_cache(maxsize=None)(environment)

    def find(self, location: str, profile: str | None = None) -> Root:
        """The folder that contains, or will contain, profiles.ini.

        Args:
            location: one of CHOICES. ``auto`` picks a used place whose program is installed, the last used first; else
                the place of an installed program; else a used place; else the native one.
            profile: the option ``profile``: if it is a path that only one place lists, that place is used.
        """
        groups = {NATIVE: self._natives, SNAP: self._snaps, FLATPAK: self._flatpaks}
        places = [place for name, group in groups.items() if location in {AUTO, name} for place in group()]
        if profile is not None and profile.startswith("/"):
            places = [place for place in places if profile_choice.lists(self._files, place.root, profile)] or places
        used = {place: moment for place in places for moment in [self._last_used(place)] if moment is not None}
        chosen = max(places, key=lambda place: (place.root.installed, place in used, used.get(place, 0.0)))
        real = self._files.real_path(chosen.root.path)
        others = [place for place in used if place != chosen and self._files.real_path(place.root.path) != real]
        return chosen.root._replace(warnings=(*chosen.root.warnings, *_about(chosen, others)))

    def _last_used(self, place: _Place) -> float | None:
        return profile_choice.last_used(self._files, place.root)

    def _natives(self) -> list[_Place]:
        known = programs.native_programs(self._files)
        path, warnings = self._native_path(known)
        found = programs.native_programs(self._files, profile_choice.opened_by(self._files, path))
        return [_Place(NATIVE, Root(path, found, installed=bool(found), warnings=warnings))]

    def _native_path(self, known: t.Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """The root of the native Thunderbird, and the warnings about it."""
        old = posixpath.join(self._home, ".thunderbird")
        icedove = posixpath.join(self._home, ".icedove")
        links_icedove = self._files.is_directory(icedove) and (
            not known or programs.exists(self._files, DEBIAN_LAUNCHER)
        )
        if self._files.is_directory(old):
            hidden = self._files.real_path(posixpath.join(self._home, ".config/thunderbird"))
            found = []
            if self._is_used(hidden) and hidden != self._files.real_path(old):
                found.append(self._about_hidden(old, hidden))
            if known and links_icedove and self._files.real_path(icedove) != self._files.real_path(old):
                found.append(
                    f"Debian's Thunderbird does not start while both {old} and {icedove} exist. Check which of them "
                    "has the user's mail, rename the other one, and run again."
                )
            return old, tuple(found)
        if links_icedove and known:
            return icedove, ()
        environment = self._environment()
        usual = posixpath.join(self._home, ".config/thunderbird")
        new = posixpath.join(
            environment.folder("XDG_CONFIG_HOME", posixpath.join(self._home, ".config")), "thunderbird"
        )
        if not environment.live and not self._is_used(new):
            new = usual
        versions = [programs.version(self._files, program) or _FIRST_WITH_XDG for program in known]
        number = max(versions, default=_FIRST_WITH_XDG)
        newer = not environment.variables.get("MOZ_LEGACY_HOME")
        if newer and self._is_used(new):
            if number < _FIRST_WITH_XDG:
                made = f"the profiles in {new}, which a newer Thunderbird created, are configured"
                return new, (f"{made}; Thunderbird {number} on this host would create new ones in {old}.",)
            return new, environment.warnings
        if links_icedove:
            return icedove, ()
        doubts = environment.warnings if newer and number >= _FIRST_WITH_XDG else ()
        return old, (*doubts, *self._about_legacy(old))

    def _about_legacy(self, new: str) -> t.Iterator[str]:
        """The warning that a profile is created beside those of an old Thunderbird."""
        for path in (posixpath.join(self._home, name) for name in LEGACY_HOMES):
            if self._is_used(path):
                yield (
                    f"there are profiles of an old Thunderbird in {path}, which this one does not open. If the user's "
                    f"mail is there, rename it to {new}, and run again."
                )

    def _about_hidden(self, old: str, new: str) -> str:
        listed = profile_choice.listed(self._files, old)
        if not listed:
            state = f"{old} has no profiles yet"
        elif all(profile_choice.is_ours(profile.path) for profile in listed):
            state = f"{old} has only profiles that this collection created there, in addition to {new}"
        else:
            state = f"there are profiles in {old} and in {new}"
        hidden = f"Thunderbird opens {old}, so the user no longer sees what is in {new}"
        remedy = f"If the user's mail is there, have the user close Thunderbird, rename {old}, and run again."
        return f"{state}, and {hidden}. {remedy}"

    def _snaps(self) -> list[_Place]:
        common = posixpath.join(self._home, "snap/thunderbird/common")
        configs = (posixpath.join(common, ".config"), posixpath.join(self._home, "snap/thunderbird/current/.config"))
        # A Snap sets SNAP_NAME, and then no installation has its own profile: the marked default applies.
        installed = self._files.is_directory(SNAP_PROGRAM)
        boxes = tuple(
            Sandbox(folder, f"{preference_files.SYSTEM}/policies/policies.json", "")
            for folder in (posixpath.join(SNAP_PROGRAM, "usr/lib/thunderbird"), SNAP_PROGRAM)
            if installed and programs.is_program(self._files, folder)
        )
        path = self._opened(common, configs)
        return [_Place(SNAP, Root(path, dedicated=False, installed=installed, sandboxes=boxes[:1]))]

    def _flatpaks(self) -> list[_Place]:
        homes = (_FLATPAKS, posixpath.join(self._home, ".local/share/flatpak"))
        found = []
        for identifier in FLATPAK_IDS:
            own = posixpath.join(self._home, ".var/app", identifier)
            path = self._opened(own, (posixpath.join(own, "config"),))
            apps = [f"{home}/app/{identifier}" for home in homes]
            there = [app for app in apps if self._files.is_directory(app)]
            boxes = tuple(self._flatpak(app, identifier) for app in there)
            found.append(_Place(FLATPAK, Root(path, (FLATPAK_PROGRAM,), installed=bool(there), sandboxes=boxes)))
        return found

    def _flatpak(self, app: str, identifier: str) -> Sandbox:
        """The files of an installed Flatpak, and of the extension with its site's settings."""
        current = posixpath.join(app, "current")
        branch = posixpath.relpath(self._files.real_path(current), self._files.real_path(app))  # x86_64/stable
        home = posixpath.dirname(posixpath.dirname(app))
        system = posixpath.join(home, "extension", f"{identifier}.systemconfig", branch)
        policies = posixpath.join(system, "policies/policies.json")
        return Sandbox(posixpath.join(current, "active/files/lib/thunderbird"), policies, system)

    def _opened(self, home: str, configs: t.Sequence[str]) -> str:
        """The root that a Thunderbird with this home opens: an old root, even if empty, precedes a new one."""
        old = posixpath.join(home, ".thunderbird")
        if self._files.is_directory(old):
            return old
        return next(filter(self._is_used, (posixpath.join(config, "thunderbird") for config in configs)), old)

    def _is_used(self, root: str) -> bool:
        return programs.exists(self._files, posixpath.join(root, "profiles.ini"))


def _about(chosen: _Place, others: t.Sequence[_Place]) -> t.Iterator[str]:
    """The warnings about other places that were used."""
    for other in others:
        leftover = chosen.root.installed and not other.root.installed
        reason = ", whose program is not installed" if leftover else ""
        remedy = f"location={other.location}" if other.location != chosen.location else "the option profile"
        yield (
            f"the Thunderbird with its profiles in {chosen.root.path} is configured; there are others in "
            f"{other.root.path}{reason}. Choose them with {remedy} if the user opens those."
        )
