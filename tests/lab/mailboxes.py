# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's mailboxes on disk (Maildir++): what is in them, and mail put into them without any server's help."""

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
    """All messages of a mailbox, those received first at the front; none where it has not been made yet.

    Args:
        maildir: the user's inbox.
        mailbox: ``INBOX`` or a mailbox beside it, for example ``Sent``.
    """
    folder = maildir if mailbox == "INBOX" else maildir / f".{mailbox}"
    while True:
        try:
            contents = _contents(folder)
        except FileNotFoundError:
            # Renamed by the server since it was listed (a flag, a first look at it).
            continue
        return tuple(email.message_from_bytes(content, policy=email.policy.default) for content in contents)


def deliver(maildir: pathlib.Path, message: email.message.EmailMessage | bytes) -> None:
    """Put a message into an inbox as a delivery program does: written in ``tmp``, then renamed into ``new``."""
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
    # "new" first: what moves to "cur" meanwhile is then found twice, and the first place is empty.
    paths = [path for part in ("new", "cur") if (folder / part).is_dir() for path in (folder / part).iterdir()]
    received = sorted((path.stat().st_mtime_ns, path) for path in paths)
    return [path.read_bytes() for _time, path in received]
