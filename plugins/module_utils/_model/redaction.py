# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes text from servers fit for output: printable, of limited length and without passwords."""

from __future__ import annotations

import base64
import dataclasses
import re
import typing as t

from .printable import printable
from .secret import HIDDEN, Secret

LENGTH_LIMIT = 200  # characters: enough for a long banner or reply

_BASE64_RUN = re.compile(r"[A-Za-z0-9+/]+=*")
_SHORTEST_CORE = 8  # characters; shorter ones also occur in ordinary words


@dataclasses.dataclass(frozen=True)
class Redactor:
    """Makes a text from a server fit for output.

    Attributes:
        plain: forms of the password to hide, in lower and upper case.
        encoded: whole Base64 texts to hide, without padding.
        cores: parts of Base64 texts; a text that contains one is hidden.
    """

    plain: t.Pattern[str] | None = dataclasses.field(default=None, repr=False)
    encoded: tuple[str, ...] = dataclasses.field(default=(), repr=False)
    cores: tuple[str, ...] = dataclasses.field(default=(), repr=False)

    @classmethod
    def hiding(cls, username: str, password: Secret | None) -> Redactor:
        """A redactor that hides this password: plain, escaped as in IMAP, and inside Base64."""
        if password is None or not password.reveal():
            return cls()
        text = password.reveal()
        forms = (text.replace("\\", "\\\\").replace('"', '\\"'), text)
        encoded = (
            _base64(form.encode()) for form in (f"\0{username}\0{text}", f"{username}\0{username}\0{text}", text)
        )
        return cls(
            plain=re.compile("|".join(map(re.escape, forms)), re.IGNORECASE),
            encoded=tuple(encoded),
            cores=tuple(core for core in _cores(text.encode()) if len(core) >= _SHORTEST_CORE),
        )

    def __call__(self, raw: bytes | str) -> str:
        """The text as one printable line of at most LENGTH_LIMIT characters, with secrets hidden."""
        text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
        if self.plain is not None:  # first, because a truncated secret is no longer recognised
            if any(part in text for part in (*self.encoded, *self.cores)):  # most texts contain none
                text = _BASE64_RUN.sub(self._without_secret, text)
            text = self.plain.sub(HIDDEN, text)
        text = printable(" ".join(text.split()))
        return text if len(text) <= LENGTH_LIMIT else text[:LENGTH_LIMIT] + " ..."

    def _without_secret(self, run: t.Match[str]) -> str:
        text = run.group().rstrip("=")
        hidden = text in self.encoded or any(core in text for core in self.cores)
        return HIDDEN if hidden else run.group()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _cores(secret: bytes) -> t.Iterator[str]:
    """The part common to Base64 of all texts with the secret, for each offset of the secret modulo 3."""
    for before in range(3):
        first_whole, last_whole = -(-8 * before // 6), 8 * (before + len(secret)) // 6
        yield _base64(bytes(before) + secret)[first_whole:last_whole]
