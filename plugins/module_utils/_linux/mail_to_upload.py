# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local folders of a user's Thunderbird whose mail is uploaded, opened with the user's rights."""

from __future__ import annotations

import os
import stat
import typing as t

from . import local_user
from .local_user import LocalUser

_NO_MAIL = (".msf", ".dat", ".html", ".json", ".sqlite")
_NOT_KEPT = frozenset({"Trash", "Junk", "Unsent Messages"})
_BELOW = ".sbd"  # contains the subfolders of a folder


class _Entry(t.NamedTuple):
    """A directory entry.

    Attributes:
        name: its name.
        path: its path.
        below: it contains the subfolders of a folder.
        mail: it contains mail.
    """

    name: str
    path: str
    below: bool
    mail: bool

    @classmethod
    def of(cls, entry: os.DirEntry[str]) -> _Entry:
        folder = entry.is_dir(follow_symlinks=False)
        below = folder and entry.name.endswith(_BELOW)
        mail = folder and not below and os.path.isdir(os.path.join(entry.path, "cur"))
        if entry.is_file(follow_symlinks=False):
            mail = not entry.name.startswith(".") and not entry.name.endswith(_NO_MAIL)
        return cls(entry.name, entry.path, below, mail)


class LocalMail:
    """Implements the protocol ``MailFiles`` without following symbolic links.

    Deleted mail, junk and unsent mail are left out.

    Args:
        user: the user whose rights are used.
    """

    def __init__(self, user: LocalUser) -> None:
        self._user = user

    def folders(self, root: str) -> t.Iterator[tuple[tuple[str, ...], str]]:
        yield from self._folders(root, ())

    def files(self, folder: str) -> t.Iterator[tuple[t.BinaryIO, bool]]:
        messages = os.path.join(folder, "cur")
        with local_user.acting_as(self._user):
            names = sorted(os.listdir(messages)) if os.path.isdir(messages) else None
        if names is None:
            with self._opened(folder) as stream:
                yield stream, True
            return
        for name in names:
            with self._opened(os.path.join(messages, name)) as stream:
                yield stream, False

    def _folders(self, path: str, names: tuple[str, ...]) -> t.Iterator[tuple[tuple[str, ...], str]]:
        with local_user.acting_as(self._user), os.scandir(path) as entries:
            found = sorted(map(_Entry.of, entries), key=lambda entry: entry.name)
        for entry in found:
            if names == () and entry.name.partition(_BELOW)[0] in _NOT_KEPT:
                continue
            if entry.below:
                yield from self._folders(entry.path, (*names, entry.name[: -len(_BELOW)]))
            elif entry.mail:
                yield (*names, entry.name), entry.path

    def _opened(self, path: str) -> t.BinaryIO:
        """A regular file opened for reading; anything else in its place is refused."""
        with local_user.acting_as(self._user):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(f"{path} is not a regular file")
        return os.fdopen(descriptor, "rb")
