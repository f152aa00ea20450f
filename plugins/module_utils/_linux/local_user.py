# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a local user is, and doing things with that user's rights."""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
import typing as t

from .._model.errors import HostError
from .os_errors import host_error

_LONGEST_WAY = 1000  # names on the way to a home directory, those that links lead to included


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


def owner(home: str) -> LocalUser:
    """Whose a home directory is that was named without a user. Where it is missing, its parent decides.

    Whoever owns a folder on the way to it could lead root anywhere by a link: so that must be root, or the owner.

    Raises:
        HostError: it cannot be found out, or root's rights would be used where another user is at home.
    """
    ourselves = os.geteuid()
    if ourselves != 0:  # there are no rights to misuse
        return find(None)
    remedy = "say with the option user whose client is meant"
    path = os.path.join(os.getcwd(), home)
    way = _owners(path)
    owners = {uid for uid in way if uid != 0}
    if len(owners) > 1:
        raise HostError(home, "the folders on the way to it belong to several users", remedy)
    if not owners:
        for entry in pwd.getpwall():
            if entry.pw_uid != 0 and os.path.normpath(entry.pw_dir) == os.path.normpath(path):
                raise HostError(home, f"this is the home directory of {entry.pw_name}, and not that user's own", remedy)
        return find(None)
    if way[-1] == 0:
        raise HostError(home, "it belongs to root, and a folder on the way to it to another user", remedy)
    try:
        entry = pwd.getpwuid(*owners)
    except KeyError:
        raise HostError(home, f"it belongs to user id {way[-1]}, whom this host does not know", remedy) from None
    return LocalUser(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir)


def require_whole_path(home: str) -> None:
    """See that a home directory is named by its whole path: any other one would begin in a folder of the task's own.

    Raises:
        HostError: it is not.
    """
    if not home.startswith("/"):
        raise HostError(f"home {home}", "this path does not begin with /", "write the whole path, as in /home/mario")


def require_roots(home: str) -> None:
    """See that root's rights can be used in a home directory.

    Raises:
        HostError: it is another user's, or in a folder of another user, who could lead root anywhere by a link.
    """
    if any(_owners(os.path.join(os.getcwd(), home))):
        raise HostError(
            home,
            "it belongs to another user, or a folder on the way to it does, who could lead root anywhere by a link",
            "say with the option user whose client is meant",
        )


def _owners(path: str) -> list[int]:
    """The owners of a path and of all above it, those of symbolic links included, from the root on."""
    found: list[int] = []
    seen = "/"
    waiting = [name for name in reversed(path.split("/")) if name]
    for _step in range(_LONGEST_WAY):
        if not waiting:
            return found
        name = waiting.pop()
        if name in {".", ".."}:
            seen = os.path.dirname(seen) if name == ".." else seen
            continue
        seen = os.path.join(seen, name)
        try:
            entry = os.lstat(seen)
            to = os.readlink(seen) if stat.S_ISLNK(entry.st_mode) else None
        except (FileNotFoundError, NotADirectoryError):
            return found
        except OSError as error:
            raise host_error(seen, error) from error
        found.append(entry.st_uid)
        if to is not None:
            seen = "/" if to.startswith("/") else os.path.dirname(seen)
            waiting += [name for name in reversed(to.split("/")) if name]
    raise HostError(path, "its symbolic links do not end", "see where they lead")


@contextlib.contextmanager
def acting_as(user: LocalUser) -> t.Iterator[None]:
    """Be that user for all access to files, so that a link in the user's home can lead no further than the user.

    Only the effective ids change (seteuid(2)), which is what the kernel looks at, and they change back. What is made
    is the user's alone, whatever the umask of the process.

    Raises:
        HostError: the process is neither root nor that user.
    """
    umask = os.umask(0o077)
    try:
        with _effective(user):
            yield
    finally:
        os.umask(umask)


@contextlib.contextmanager
def _effective(user: LocalUser) -> t.Iterator[None]:
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
