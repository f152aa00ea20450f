# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a dialogue with a mail server is, whatever the protocol, and what all of them may find."""

from __future__ import annotations

import base64
import typing as t

from ..._model.account import Security
from ..._model.secret import Secret
from ..findings.endpoint import Endpoint
from ..findings.failure import Code, Failure


class Dialogue(t.Protocol):
    """The conversation over one connection, a stage at a time and in this order.

    Each stage returns what was seen, or raises Failure. STARTTLS is left out where the endpoint does not have it.
    """

    def greeting(self) -> str:
        """Read how the server introduces itself."""

    def starttls(self) -> str:
        """Have the server ready for TLS: the next byte on the connection is to be the handshake's."""

    def capability(self) -> str:
        """Ask what the server can do, forgetting what it said before TLS (RFC 3207 4.2, RFC 2595 3.1)."""

    def sign_in(self, username: str, password: Secret) -> str:
        """Sign in, once, with one mechanism. The caller has made sure that the connection may carry a password."""

    def use(self, email: str) -> str:
        """Do what the account is for and change nothing: look at the mailbox, or begin and abandon a message."""

    def leave(self) -> None:
        """Say goodbye."""


def starttls_missing(endpoint: Endpoint, offered: str) -> Failure:
    """STARTTLS is not among the capabilities."""
    return Failure(
        "does not offer STARTTLS",
        f"offers {offered or 'nothing'}",
        "Nothing secret was sent. The server, or an antivirus or a firewall between, takes STARTTLS away: try another "
        f"network, or set {endpoint.settings(Security.SSL, endpoint.usual_port(Security.SSL))}.",
        Code.STARTTLS_MISSING,
    )


def starttls_refused(answer: str) -> Failure:
    """STARTTLS is offered and then denied."""
    return Failure(
        "offers STARTTLS but does not begin it",
        answer,
        "Nothing secret was sent. It is the server's fault: try again later and change no setting.",
        Code.STARTTLS_REFUSED,
    )


def no_mechanism(endpoint: Endpoint, offered: str) -> Failure:
    """There is no common way to sign in."""
    host, port, security = (endpoint.option(name) for name in ("host", "port", "security"))
    if endpoint.server.security is Security.NONE:
        advice = f"Many servers offer it only over an encrypted connection: set {security} to ssl or starttls."
    else:
        advice = f"Check {host} and {port}: a server for people's mail accepts AUTH PLAIN or LOGIN."
    return Failure(
        "offers no way to sign in with a password", f"offers {offered or 'nothing'}", advice, Code.NO_MECHANISM
    )


def header_is(line: bytes, field: bytes, value: bytes) -> bool:
    """Whether a line of a message's header is that field with that value."""
    name, _colon, text = line.partition(b":")
    return name.strip().lower() == field.lower() and text.strip() == value


def plain(username: str, password: Secret) -> bytes:
    """The message of the mechanism PLAIN in Base64 (RFC 4616)."""
    return base64.b64encode(f"\0{username}\0{password.reveal()}".encode())


def check_credentials(username: str, password: Secret) -> None:
    """No mechanism can carry a NUL, and nobody's password has one (RFC 4616 2)."""
    if "\0" in username + password.reveal():
        raise Failure("was not asked", "a NUL character in the login or the password", "Correct username or password.")
