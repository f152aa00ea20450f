# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a user's files tells whether a client's accounts are as they should be.

A path begins with ``/`` or, in the user's home directory, with ``~/``. A ``*`` stands for any text in one name, which
does not begin with a dot, as in a POSIX shell.
"""

from __future__ import annotations

import typing as t


class FileGroup(t.NamedTuple):
    """Files of the same names in several folders.

    Attributes:
        folders: paths without ``*``.
        names: below each of the folders, at most one folder deep.
    """

    folders: tuple[str, ...]
    names: tuple[str, ...]


class BusCall(t.NamedTuple):
    """A method without arguments on the message bus of the user's session.

    Attributes:
        destination: the service, which is not started for the call.
        path: the object.
        interface: of the method.
        member: the method.
    """

    destination: str
    path: str
    interface: str
    member: str


class FilesToRead(t.NamedTuple):
    """What is enough to see that nothing is to be done, as far as files can tell. No password store is brought.

    Attributes:
        groups: files whose contents count.
        folders: folders whose existence counts, in addition to those of the groups.
        places: paths whose existence alone counts, and where they lead.
        processes: programs of the user whose environment counts, by their names.
        services: those of them that offer services on the message bus.
        calls: what to ask on the bus, if the user is logged in.
        stores: the files of password stores: with a key for seals, their digests count.
        seals: the seals of these stores, whose contents count then.
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
        """What is enough for two clients."""
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
