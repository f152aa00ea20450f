# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signature, the same for all clients: immutable, without I/O."""

from __future__ import annotations

import dataclasses
import hashlib

LIMIT = 256 * 1024
"""The longest signature, in characters. Thunderbird 153 accepts preferences of that length (measured)."""
_SHOWN = 40  # characters of a signature in a message


@dataclasses.dataclass(frozen=True)
class Signature:
    """What a client puts below a message.

    Attributes:
        content: plain text, or the inside of an HTML body; lines are separated by line feeds, with none at the end.
            Empty for no signature.
        html: it is HTML, unsanitised.
        above: in replies, above the quoted text instead of below; None keeps what the client has.
        in_replies: also in replies; None keeps what the client has.
        in_forwards: also in forwarded messages; None keeps what the client has.
        managed: in a stored signature: this collection set it, and it is unchanged since.
    """

    content: str
    html: bool = False
    above: bool | None = None
    in_replies: bool | None = None
    in_forwards: bool | None = None
    managed: bool = dataclasses.field(default=False, compare=False)

    def __str__(self) -> str:
        if not self.content:
            return ""
        kind = "HTML" if self.html else "text"
        start = " ".join(self.content[: 2 * _SHOWN].split())[:_SHOWN]
        return f"{kind}, {len(self.content)} characters, {self.digest[:8]}: {start}"

    @property
    def digest(self) -> str:
        """A hash of the content, in hexadecimal."""
        kind = "html" if self.html else "text"
        return hashlib.sha256(f"{kind}\n{self.content}".encode("utf-8", "surrogateescape")).hexdigest()


def normal(content: str) -> str:
    """The content in the form that ``Signature`` stores."""
    return content.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def same_content(one: Signature, other: Signature) -> bool:
    """Whether a client would show both alike."""
    if one.html != other.html and (one.content or other.content):
        return False
    return normal(one.content) == normal(other.content)
