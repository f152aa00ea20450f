# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interface of a dialogue with a mail server, for all protocols."""

from __future__ import annotations

import base64
import typing as t

from ..._model.secret import Secret
from ..findings.sign_in_and_mailbox import credentials_not_sendable

if t.TYPE_CHECKING:
    from ..._model.redaction import Redactor
    from ..findings.endpoint import Endpoint
    from ..wire.connection import Connection


class Dialogue(t.Protocol):
    """The commands over one connection, one stage at a time, in this order.

    Each stage returns what was seen, or raises Failure. STARTTLS is left out if the endpoint does not have it.
    """

    def greeting(self) -> str:
        """Read the server's greeting."""

    def starttls(self) -> str:
        """Ask for TLS; the next byte on the connection must belong to the handshake."""

    def capability(self) -> str:
        """Ask for the capabilities, and forget those from before TLS (RFC 3207 4.2, RFC 2595 3.1)."""

    def sign_in(self, username: str, password: Secret) -> str:
        """Sign in, once, with one mechanism. The caller must ensure that the connection may carry a password."""

    def use(self, email: str) -> str:
        """Use the account without changing anything: open the mailbox, or begin and abandon a message."""

    def leave(self) -> None:
        """End the session."""


class DialogueInLines:
    """The common part of the POP3 and SMTP dialogues, whose servers list one capability per line."""

    def __init__(self, connection: Connection, endpoint: Endpoint, redact: Redactor) -> None:
        self._connection = connection
        self._endpoint = endpoint
        self._redact = redact
        self._capabilities: tuple[str, ...] = ()

    def _evidence(self) -> str:
        return f"offers {self._offered() or 'nothing'}"

    def _offered(self) -> str:
        return self._redact(", ".join(self._capabilities))


def header_is(line: bytes, field: bytes, value: bytes) -> bool:
    """Whether a line of a message's header is this field with this value."""
    name, _colon, text = line.partition(b":")
    return name.strip().lower() == field.lower() and text.strip() == value


def plain(username: str, password: Secret) -> bytes:
    """The message of the mechanism PLAIN in Base64 (RFC 4616)."""
    return base64.b64encode(f"\0{username}\0{password.reveal()}".encode())


def check_credentials(username: str, password: Secret) -> None:
    """Refuse a NUL, which no mechanism can carry (RFC 4616 2)."""
    if "\0" in username + password.reveal():
        raise credentials_not_sendable("a NUL character")
