# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which folders hold sent mail, drafts and so on, in terms that all clients share."""

from __future__ import annotations

import enum
import typing as t


class Place(enum.Enum):
    """Where a folder is."""

    SERVER = "server"
    LOCAL = "local"
    EITHER = "either"  # the client has only one place, as the account has no folders on a server
    ELSEWHERE = "elsewhere"  # in another account
    NOWHERE = "none"  # the client does not keep such mail, or has no folder for it


class Folder(t.NamedTuple):
    """A folder.

    Attributes:
        place: where it is.
        name: its path, levels separated by slashes. Empty for the usual one: with SERVER, the one that the server
            announces (RFC 6154), else the name in USUAL.
    """

    place: Place
    name: str = ""


class Folders(t.NamedTuple):
    """The folders of an account.

    In a wanted account, None keeps the client's folder. In a stored account, None means that the client has no such
    setting.
    """

    sent: Folder | None = None
    drafts: Folder | None = None
    templates: Folder | None = None
    archive: Folder | None = None
    trash: Folder | None = None
    junk: Folder | None = None

    def given(self) -> t.Iterator[tuple[str, Folder]]:
        """The kind and folder of each one that is not None."""
        for kind in self._fields if any(self) else ():
            folder = getattr(self, kind)
            if folder is not None:
                yield kind, folder


NONE_GIVEN = Folders()

USUAL = Folders._make(
    Folder(Place.SERVER, name) for name in ("Sent", "Drafts", "Templates", "Archives", "Trash", "Junk")
)
"""The usual names, in Thunderbird, in Evolution and on servers."""


def usual_name(kind: str) -> str:
    """The name in USUAL."""
    folder: Folder = getattr(USUAL, kind)
    return folder.name


def agrees(wanted: Folder, stored: Folder) -> bool:
    """Whether a client has the wanted folder.

    Without a name, any folder in that place is accepted: one that a client found by RFC 6154 may have any name.
    """
    if stored.place is not wanted.place and not (
        stored.place is Place.EITHER and wanted.place in (Place.SERVER, Place.LOCAL)
    ):
        return False
    return not wanted.name or wanted.name == stored.name


def folder_text(kind: str, folder: Folder) -> str:
    """The option's value for a folder, or the closest text if the option has no such value."""
    if folder.place is Place.SERVER:
        return folder.name or "server"
    if folder.place in (Place.LOCAL, Place.EITHER):
        return "local" if folder.name in ("", usual_name(kind)) else f"local/{folder.name}"
    return f"elsewhere ({folder.name})" if folder.name else folder.place.value
