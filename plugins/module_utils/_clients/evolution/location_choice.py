# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folders of Evolution as a native package or as a Flatpak."""

from __future__ import annotations

import posixpath
import typing as t

from ..._host.environment import Environment
from ..._model.errors import HostError
from .installations import AUTO, FLATPAK, FLATPAK_ID, NATIVE, NATIVE_PROGRAM

if t.TYPE_CHECKING:
    from ..._host.files import Files

_FLATPAK_APPS = "/var/lib/flatpak/app"


class Location(t.NamedTuple):
    """The folders of one Evolution.

    Attributes:
        flatpak: whether it is a Flatpak, with its own folders, services and password store.
        config: the settings; its subfolder ``sources`` has the accounts.
        data: data that cannot be recreated.
        cache: data that can be recreated.
        keyrings: the user's keyrings, if this Evolution uses them.
        settings: the file with the desktop settings of a Flatpak.
        warnings: what the admin should know about the choice of these folders.
    """

    flatpak: bool
    config: str
    data: str
    cache: str
    keyrings: str
    settings: str
    warnings: tuple[str, ...] = ()

    @property
    def sources(self) -> str:
        """The folder of the accounts."""
        return posixpath.join(self.config, "sources")

    def mail_folders(self, account: str) -> list[str]:
        """The folders with an account's mail, by uid, including those that Evolution has moved to its trash."""
        places = ("mail", "mail/trash")
        return [posixpath.join(folder, place, account) for folder in (self.cache, self.data) for place in places]


def locate(files: Files, home: str, location: str, environment: t.Callable[[], Environment] = Environment) -> Location:
    """Choose which Evolution to configure.

    Args:
        files: the user's files.
        home: the user's home directory.
        location: one of CHOICES. ``auto`` prefers, in this order: the one last used of those used and installed; an
            installed one, the native package first; one that was used; the native package.
        environment: the variables of the user's sessions, which the native package uses.
    """
    flatpak = _flatpak(home)
    if location == FLATPAK:
        return flatpak
    native = _native(files, home, environment())
    if location != AUTO:
        return native
    apps = (_FLATPAK_APPS, posixpath.join(home, ".local/share/flatpak/app"))
    installed = {
        native: files.modified(NATIVE_PROGRAM) is not None,
        flatpak: any(files.is_directory(posixpath.join(folder, FLATPAK_ID)) for folder in apps),
    }
    used = {place: moment for place in installed for moment in [_last_used(files, place)] if moment}
    chosen = max(installed, key=lambda place: (installed[place], place in used, used.get(place, 0.0)))
    others = (place for place in used if place is not chosen)
    about = (_about(chosen, other, installed[chosen] and not installed[other]) for other in others)
    return chosen._replace(warnings=(*chosen.warnings, *about))


def _about(chosen: Location, other: Location, leftover: bool) -> str:
    """The warning about another Evolution that was used; ``leftover``: its program was uninstalled."""
    reason = ", whose program is not installed" if leftover else ""
    return (
        f"the Evolution with its accounts in {chosen.sources} is configured; there are others in "
        f"{other.sources}{reason}. "
        f"Choose them with location={FLATPAK if other.flatpak else NATIVE} if the user opens those."
    )


def _native(files: Files, home: str, environment: Environment) -> Location:
    """The folders of the native package: those of the environment, or the usual ones if only these have accounts."""
    usual = _below(home, Environment())
    found = _below(home, environment)
    if environment.live or found == usual:
        return found._replace(warnings=environment.warnings)
    if files.is_directory(usual.sources) and not files.is_directory(found.sources):
        reason = f"the login files set XDG_CONFIG_HOME to {posixpath.dirname(found.config)}"
        warning = (
            f"{reason}, where Evolution has no accounts yet; {usual.config}, where it has accounts, is configured."
        )
        return usual._replace(warnings=(*environment.warnings, warning))
    return found._replace(warnings=environment.warnings)


def _below(home: str, environment: Environment) -> Location:
    data = environment.folder("XDG_DATA_HOME", posixpath.join(home, ".local/share"))
    return Location(
        flatpak=False,
        config=posixpath.join(environment.folder("XDG_CONFIG_HOME", posixpath.join(home, ".config")), "evolution"),
        data=posixpath.join(data, "evolution"),
        cache=posixpath.join(environment.folder("XDG_CACHE_HOME", posixpath.join(home, ".cache")), "evolution"),
        keyrings=posixpath.join(data, "keyrings"),
        settings="",
    )


def _flatpak(home: str) -> Location:
    root = posixpath.join(home, ".var/app", FLATPAK_ID)
    return Location(
        flatpak=True,
        config=posixpath.join(root, "config/evolution"),
        data=posixpath.join(root, "data/evolution"),
        cache=posixpath.join(root, "cache/evolution"),
        keyrings="",
        settings=posixpath.join(root, "config/glib-2.0/settings/keyfile"),
    )


def _last_used(files: Files, place: Location) -> float | None:
    """When its windows were last used. (GNOME Calendar also uses the folder of the accounts.)"""
    try:
        return files.modified(posixpath.join(place.config, "mail/state.ini"))
    except HostError:  # the user cannot read it, so does not use it
        return None
