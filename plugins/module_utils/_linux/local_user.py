# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a local user is, and doing things with that user's rights."""

from __future__ import annotations

import contextlib
import os
import pwd
import typing as t

from .._model.errors import HostError


class LocalUser(t.NamedTuple):
    """A user of this machine.

    Attributes:
        name: the login name.
        uid: the user's number.
        gid: the number of the user's main group.
        home: the home directory.
    """

    name: str
    uid: int
    gid: int
    home: str


class Target(t.NamedTuple):
    """Whose client is meant.

    Attributes:
        user: the local user, with whose rights all is done.
        home: the home directory that holds the client's files.
        profile: the client's profile as the admin named it.
    """

    user: LocalUser
    home: str
    profile: str | None


def find(name: str | None) -> LocalUser:
    """A user of this machine; None for the one who runs the process.

    Raises:
        HostError: there is no such user, or it has no home directory.
    """
    try:
        entry = pwd.getpwuid(os.geteuid()) if name is None else pwd.getpwnam(name)
    except KeyError:
        subject = f"user {name}" if name is not None else f"user id {os.geteuid()}"
        raise HostError(
            subject, "this host does not know that user", "correct the option user, or create the user first"
        ) from None
    if not entry.pw_dir.startswith("/"):
        raise HostError(f"user {entry.pw_name}", "the user has no home directory", "give the user one (usermod -d)")
    return LocalUser(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir)


@contextlib.contextmanager
def acting_as(user: LocalUser) -> t.Iterator[None]:
    """Be that user for all access to files, so that a link in the user's home can lead no further than the user.

    Only the effective ids change (seteuid(2)), which is what the kernel looks at, and they change back.

    Raises:
        HostError: the process is neither root nor that user.
    """
    uid, gid, groups = os.geteuid(), os.getegid(), os.getgroups()
    if uid == user.uid:
        yield
        return
    if uid != 0:
        raise HostError(
            f"user {user.name}",
            "only root can configure another user's mail",
            "run the task with become: true, or as that user",
        )
    try:
        os.setgroups(os.getgrouplist(user.name, user.gid))
        os.setegid(user.gid)
        os.seteuid(user.uid)
        yield
    finally:
        os.seteuid(uid)
        os.setegid(gid)
        os.setgroups(groups)


@contextlib.contextmanager
def acting_as_ourselves() -> t.Iterator[None]:
    """Be again who started the process, while acting as another user: to import code that this user cannot read."""
    uid = os.geteuid()
    os.seteuid(os.getuid())
    try:
        yield
    finally:
        os.seteuid(uid)
