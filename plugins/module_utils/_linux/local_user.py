# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Local users, and acting with their rights."""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
import typing as t

from .._model.errors import HostError
from .os_errors import host_error

_LONGEST_WAY = 1000  # names on the path to a home directory, including those that symbolic links lead to


class LocalUser(t.NamedTuple):
    """A user of this machine.

    Attributes:
        name: the login name.
        uid: the user id.
        gid: the id of the primary group.
        home: the home directory.
    """

    name: str
    uid: int
    gid: int
    home: str


class Target(t.NamedTuple):
    """The user, home and profile of a client.

    Attributes:
        user: the local user with whose rights everything is done.
        home: the home directory that holds the client's files.
        profile: the client's profile as named by the admin.
    """

    user: LocalUser
    home: str
    profile: str | None


def find(name: str | None) -> LocalUser:
    """A user of this machine; None for the user who runs the process.

    Raises:
        HostError: the user does not exist or has no home directory.
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
    """The owner of a home directory named without a user. If it is missing, its parent decides.

    The owner of a folder on the path could redirect root with a symbolic link, so it must be root or the home's owner.

    Raises:
        HostError: it cannot be determined, or root's rights would be used in another user's home.
    """
    ourselves = os.geteuid()
    if ourselves != 0:  # there are no privileges to misuse
        return find(None)
    remedy = "name the user of the client in the option user"
    path = os.path.join(os.getcwd(), home)
    way = _owners(path)
    owners = {uid for uid in way if uid != 0}
    if len(owners) > 1:
        raise HostError(home, "the folders on its path belong to several users", remedy)
    if not owners:
        for entry in pwd.getpwall():
            if entry.pw_uid != 0 and os.path.normpath(entry.pw_dir) == os.path.normpath(path):
                raise HostError(
                    home, f"this is the home directory of {entry.pw_name}, but does not belong to that user", remedy
                )
        return find(None)
    if way[-1] == 0:
        raise HostError(home, "it belongs to root, but a folder on its path belongs to another user", remedy)
    try:
        entry = pwd.getpwuid(*owners)
    except KeyError:
        raise HostError(home, f"it belongs to user ID {way[-1]}, which this host does not know", remedy) from None
    return LocalUser(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir)


def require_whole_path(home: str) -> None:
    """Check that a home directory is an absolute path: a relative one would start in the task's own folder.

    Raises:
        HostError: it is not.
    """
    if not home.startswith("/"):
        raise HostError(f"home {home}", "this path does not begin with /", "write the full path, such as /home/mario")


def require_roots(home: str) -> None:
    """Check that root's rights can be used in a home directory.

    Raises:
        HostError: it, or a folder on the path, belongs to another user, who could redirect root with a symbolic link.
    """
    if any(_owners(os.path.join(os.getcwd(), home))):
        raise HostError(
            home,
            "it or a folder on its path belongs to another user, who could redirect root with a link",
            "name the user of the client in the option user",
        )


def _owners(path: str) -> list[int]:
    """The owners of a path and of all its parents, including those of symbolic links, starting at the root."""
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
    raise HostError(path, "its symbolic links never end", "check where they lead")


@contextlib.contextmanager
def acting_as(user: LocalUser) -> t.Iterator[None]:
    """Act as the user for all file access, so that a symbolic link in the user's home leads no further than the user.

    Only the effective ids change (seteuid(2)), which the kernel checks, and they are restored afterwards. New files
    belong to the user alone, whatever the process's umask.

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
    """Be the process's own user again while acting as another one: to import code that the other cannot read."""
    uid = os.geteuid()
    os.seteuid(os.getuid())
    try:
        yield
    finally:
        os.seteuid(uid)
