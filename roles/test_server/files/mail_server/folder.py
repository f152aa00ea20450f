# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private directory of a server: what it says to others about itself, and whether it is running.

* ``ready.json``, mode 0600, created atomically as soon as all ports are open: a `Ready`. The server ends when it is
  removed.
* ``ca.pem``, the authority to trust.
* ``lock``, which the server holds (flock) as long as its process lives. The kernel releases it, however that ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pathlib
import typing as t

READY, CA, LOCK = "ready.json", "ca.pem", "lock"
FILES = (READY, f"{READY}.new", CA, LOCK)


class Ports(t.TypedDict):
    """The server's ports: implicit TLS for IMAP and POP3, STARTTLS for submission."""

    imap: int
    pop3: int
    submission: int


class Ready(t.TypedDict):
    """The content of ``ready.json``.

    Attributes:
        address: the address on which it listens.
        names: the host names of its certificate.
        ports: a port for each protocol.
        ca_path: the certificate authority, a PEM file.
        users: the passwords by address.
    """

    address: str
    names: list[str]
    ports: Ports
    ca_path: str
    users: dict[str, str]


class FolderError(Exception):
    """The directory cannot be used. The message says why, and what to do."""


def create(directory: pathlib.Path) -> int:
    """Create the directory, and lock it for this process.

    Returns:
        The file descriptor that holds the lock.

    Raises:
        OSError: it exists, or cannot be created.
    """
    directory.mkdir(mode=0o700)
    lock = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def write_ready(directory: pathlib.Path, ready: Ready) -> None:
    """Tell others that the server is ready."""
    unfinished = directory / f"{READY}.new"
    unfinished.write_text(json.dumps(ready, indent=2))
    unfinished.rename(directory / READY)


def read_ready(directory: pathlib.Path) -> Ready | None:
    """What the server of a directory said; None if it is not ready yet, or no longer."""
    try:
        ready: Ready = json.loads((directory / READY).read_text())
    except FileNotFoundError:
        return None
    return ready


def has_server(directory: pathlib.Path) -> bool:
    """Whether a server is starting, running or ending there.

    Raises:
        FolderError: the directory belongs to another user, or to something else.
    """
    try:
        status = directory.lstat()
    except FileNotFoundError:
        return False
    if status.st_uid != os.geteuid():
        raise FolderError(f"{directory} belongs to another user. Name another directory.")
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        raise FolderError(f"{directory} is no directory. Name another one.") from None
    if not set(names) <= {*FILES}:
        raise FolderError(f"{directory} has files of something else. Name another directory.")
    try:
        lock = os.open(directory / LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def remove(directory: pathlib.Path) -> None:
    """Remove the directory of a server that has ended or was killed, and nothing but a server's own files."""
    for name in FILES:
        with contextlib.suppress(FileNotFoundError):
            (directory / name).unlink()
    with contextlib.suppress(FileNotFoundError):
        directory.rmdir()
