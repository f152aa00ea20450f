# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a user's mailboxes on disk (Maildir++) and delivers mail to them without a server."""

from __future__ import annotations

import email
import email.message
import email.policy
import pathlib
import secrets
import time

from .files import make_directory, write_file
from .site import MAIL_UID

_STORED = email.policy.default.clone(linesep="\n")


def read(maildir: pathlib.Path, mailbox: str) -> tuple[email.message.EmailMessage, ...]:
    """All messages of a mailbox, oldest first; none if it does not exist yet.

    Args:
        maildir: the user's inbox.
        mailbox: ``INBOX`` or a mailbox beside it, for example ``Sent``.
    """
    folder = maildir if mailbox == "INBOX" else maildir / f".{mailbox}"
    while True:
        try:
            contents = _contents(folder)
        except FileNotFoundError:
            # The server has renamed it since it was listed, for example to set a flag.
            continue
        return tuple(email.message_from_bytes(content, policy=email.policy.default) for content in contents)


def deliver(maildir: pathlib.Path, message: email.message.EmailMessage | bytes) -> None:
    """Deliver a message to an inbox as a delivery agent does: write it to ``tmp``, then move it to ``new``."""
    content = message.as_bytes(policy=_STORED) if isinstance(message, email.message.EmailMessage) else message
    for folder in (maildir, maildir / "tmp", maildir / "new", maildir / "cur"):
        if not folder.exists():
            make_directory(folder, 0o700, MAIL_UID, MAIL_UID)
    seconds, microseconds = divmod(time.time_ns() // 1000, 1_000_000)
    name = f"{seconds}.M{microseconds}R{secrets.token_hex(8)}.lab"
    path = maildir / "tmp" / name
    write_file(path, content.replace(b"\r\n", b"\n"), 0o600, MAIL_UID, MAIL_UID)
    path.rename(maildir / "new" / name)


def _contents(folder: pathlib.Path) -> list[bytes]:
    # "new" first: a message that moves to "cur" in the meantime is then listed twice rather than missed.
    paths = [path for part in ("new", "cur") if (folder / part).is_dir() for path in (folder / part).iterdir()]
    received = sorted((path.stat().st_mtime_ns, path) for path in paths)
    return [path.read_bytes() for _time, path in received]
