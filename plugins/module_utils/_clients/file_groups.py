# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's files that show whether a client's accounts are as wanted.

A path begins with ``/``, or with ``~/`` for the user's home directory. ``*`` matches any text within a name
that does not begin with a dot, as in a POSIX shell.
"""

from __future__ import annotations

import typing as t


class FileGroup(t.NamedTuple):
    """Files with the same names in several folders.

    Attributes:
        folders: paths without ``*``.
        names: below each of the folders, at most one folder deep.
    """

    folders: tuple[str, ...]
    names: tuple[str, ...]


class BusCall(t.NamedTuple):
    """A method without arguments on the user's session bus.

    Attributes:
        destination: the service; the call does not start it.
        path: the object's path.
        interface: the method's interface.
        member: the method's name.
    """

    destination: str
    path: str
    interface: str
    member: str


class FilesToRead(t.NamedTuple):
    """What suffices to see that nothing needs to change, as far as files can show it. No password store is transferred.

    Attributes:
        groups: files whose contents matter.
        folders: further folders whose existence matters.
        places: paths of which only existence and link target matter.
        processes: names of the user's programs whose environment matters.
        services: those programs that offer services on the message bus.
        calls: what to ask on the bus if the user is logged in.
        stores: files of password stores, whose digests matter if there is a key for seals.
        seals: the seals of these stores, whose contents matter then.
    """

    groups: tuple[FileGroup, ...] = ()
    folders: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    calls: tuple[BusCall, ...] = ()
    stores: tuple[FileGroup, ...] = ()
    seals: tuple[FileGroup, ...] = ()

    def joined(self, other: FilesToRead) -> FilesToRead:
        """The files for two clients together."""
        return FilesToRead(
            self.groups + other.groups,
            self.folders + other.folders,
            self.places + other.places,
            self.processes + other.processes,
            self.services + other.services,
            self.calls + other.calls,
            self.stores + other.stores,
            self.seals + other.seals,
        )
