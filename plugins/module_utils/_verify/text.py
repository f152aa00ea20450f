# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of servers made fit to be shown: printable, bounded, and never with a password in it."""

from __future__ import annotations

import base64
import dataclasses
import re
import typing as t

from .._model.secret import HIDDEN, Secret

LENGTH_LIMIT = 200  # characters: a long banner or reply, but never a flood

# A shorter common part of Base64 texts would also match innocent words.
_SHORTEST_CORE = 8


@dataclasses.dataclass(frozen=True)
class Quoter:
    """Shows what a server said.

    Attributes:
        secret: matches every form in which the server could echo the password.
    """

    secret: t.Pattern[str] | None = dataclasses.field(default=None, repr=False)

    @classmethod
    def hiding(cls, username: str, password: Secret | None) -> Quoter:
        """A quoter that hides this password: plain, escaped as in IMAP, or somewhere inside Base64."""
        if password is None or not password.reveal():
            return cls()
        text = password.reveal()
        plain = sorted({text, text.replace("\\", "\\\\").replace('"', '\\"')}, key=len, reverse=True)
        forms = [f"(?i:{re.escape(form)})" for form in plain]
        encoded = (f"\0{username}\0{text}", f"{username}\0{username}\0{text}", text)
        forms += [re.escape(base64.b64encode(form.encode()).decode().rstrip("=")) + "=*" for form in encoded]
        forms += [f"[A-Za-z0-9+/]*{re.escape(core)}[A-Za-z0-9+/]*=*" for core in _base64_cores(text.encode())]
        return cls(re.compile("|".join(forms)))

    def __call__(self, raw: bytes | str) -> str:
        """The text with secrets hidden, unprintable characters as ``?`` and at most LENGTH_LIMIT characters."""
        text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
        if self.secret is not None:  # before anything else: a secret that is cut short is not recognised any more
            text = self.secret.sub(HIDDEN, text)
        text = " ".join(text.split())
        text = "".join(character if character.isprintable() else "?" for character in text)
        return text if len(text) <= LENGTH_LIMIT else text[:LENGTH_LIMIT] + " ..."


def _base64_cores(secret: bytes) -> t.Iterator[str]:
    """What Base64 of any text with the secret in it must contain, for each way its groups of three bytes can fall."""
    for before in range(3):
        bits_before, bits_after = 8 * before, 8 * (before + len(secret))
        encoded = base64.b64encode(bytes(before) + secret).decode()
        core = encoded[-(-bits_before // 6) : bits_after // 6]
        if len(core) >= _SHORTEST_CORE:
            yield core
