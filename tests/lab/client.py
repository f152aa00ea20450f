# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs an action inside the lab with Python's own mail clients; reads the action and writes the result as JSON.

It runs as a separate script and needs only the standard library. Passwords come on standard input.
"""

from __future__ import annotations

import contextlib
import imaplib
import json
import poplib
import smtplib
import socket
import ssl
import sys
import typing as t

Result = dict[str, t.Any]
_TIMEOUT = 20.0


def imap(
    host: str, port: int, security: str, ca: str, user: str, password: str, append_to: str | None = None
) -> Result:
    """Log in, list the mailboxes, and store a message if ``append_to`` is given."""
    context = ssl.create_default_context(cafile=ca)
    if security == "ssl":
        client: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=_TIMEOUT)
    else:
        client = imaplib.IMAP4(host, port, timeout=_TIMEOUT)
        client.starttls(context)
    with client:
        client.login(user, password)
        _, listing = client.list()
        if append_to is not None:
            client.append(append_to, r"\Seen", "", b"Subject: a copy\r\n\r\nStored by IMAP.\r\n")
        mailboxes = sorted(line.decode() for line in listing if isinstance(line, bytes))
        return {"tls": _tls(client.socket()), "mailboxes": mailboxes}


def pop3(host: str, port: int, security: str, ca: str, user: str, password: str, delete: bool = False) -> Result:
    """Log in and fetch all messages; delete them if ``delete`` is set."""
    context = ssl.create_default_context(cafile=ca)
    if security == "ssl":
        client: poplib.POP3 = poplib.POP3_SSL(host, port, context=context, timeout=_TIMEOUT)
    else:
        client = poplib.POP3(host, port, timeout=_TIMEOUT)
        client.stls(context)
    with contextlib.closing(client):
        client.user(user)
        client.pass_(password)
        count, _ = client.stat()
        messages = [b"\n".join(client.retr(number)[1]).decode() for number in range(1, count + 1)]
        for number in range(1, count + 1 if delete else 1):
            client.dele(number)
        tls = _tls(client.sock)
        client.quit()
    return {"tls": tls, "messages": messages}


def smtp(
    host: str,
    port: int,
    security: str,
    ca: str,
    user: str | None = None,
    password: str = "",
    sender: str | None = None,
    recipient: str = "",
    message: str = "",
) -> Result:
    """Log in if a user is given, and send a message if a sender is given."""
    context = ssl.create_default_context(cafile=ca)
    if security == "ssl":
        client: smtplib.SMTP = smtplib.SMTP_SSL(host, port, context=context, timeout=_TIMEOUT)
    else:
        client = smtplib.SMTP(host, port, timeout=_TIMEOUT)
    with client:
        if security == "starttls":
            client.starttls(context=context)
        if user is not None:
            client.login(user, password)
        if sender is not None:
            client.sendmail(sender, [recipient], message.encode())
        return {"tls": _tls(client.sock)}


def imap_in_clear(host: str, port: int, user: str, password: str) -> Result:
    """The capabilities of a server before TLS, and its response to a login."""
    with imaplib.IMAP4(host, port, timeout=_TIMEOUT) as client:
        capabilities = list(client.capabilities)
        try:
            client.login(user, password)
        except imaplib.IMAP4.error as error:
            return {"capabilities": capabilities, "refusal": str(error)}
    return {"capabilities": capabilities, "refusal": None}


def pop3_in_clear(host: str, port: int, user: str) -> Result:
    """The capabilities of a server before TLS, and its response to a login."""
    with contextlib.closing(poplib.POP3(host, port, timeout=_TIMEOUT)) as client:
        capabilities = client.capa()
        try:
            client.user(user)
        except poplib.error_proto as error:
            return {"capabilities": capabilities, "refusal": str(error)}
    return {"capabilities": capabilities, "refusal": None}


def smtp_in_clear(host: str, port: int) -> Result:
    """The extensions of a server before TLS, and its responses to AUTH and MAIL."""
    with smtplib.SMTP(host, port, timeout=_TIMEOUT) as client:
        client.ehlo()
        offers = sorted(client.esmtp_features)
        return {
            "offers": offers,
            "auth": client.docmd("AUTH PLAIN")[0],
            "mail": client.docmd("MAIL FROM:<a@b.test>")[0],
        }


def handshake(host: str, port: int, ca: str, name: str) -> Result:
    """Perform a TLS handshake and verify a name, which may differ from the host's."""
    context = ssl.create_default_context(cafile=ca)
    with (
        socket.create_connection((host, port), _TIMEOUT) as connection,
        context.wrap_socket(connection, server_hostname=name) as secured,
    ):
        return {"tls": _tls(secured)}


def first_bytes(host: str, port: int, seconds: float) -> Result:
    """The greeting of a server on a plain connection; empty if there is none within the given seconds."""
    with socket.create_connection((host, port), _TIMEOUT) as connection:
        connection.settimeout(seconds)
        try:
            return {"text": connection.recv(1000).decode()}
        except TimeoutError:
            return {"text": ""}


def connect(host: str, port: int) -> Result:
    """Open a TCP connection."""
    with socket.create_connection((host, port), _TIMEOUT) as connection:
        return {"peer": connection.getpeername()[0], "own": connection.getsockname()[0]}


def _tls(connection: socket.socket | None) -> str | None:
    return connection.version() if isinstance(connection, ssl.SSLSocket) else None


_ACTIONS: t.Mapping[str, t.Callable[..., Result]] = {
    "imap": imap,
    "pop3": pop3,
    "smtp": smtp,
    "imap_in_clear": imap_in_clear,
    "pop3_in_clear": pop3_in_clear,
    "smtp_in_clear": smtp_in_clear,
    "handshake": handshake,
    "first_bytes": first_bytes,
    "connect": connect,
}


def _failure(error: Exception) -> Result:
    if isinstance(error, ssl.SSLCertVerificationError):
        return {"error": type(error).__name__, "verify_code": error.verify_code, "text": error.verify_message}
    if isinstance(error, OSError):
        return {"error": type(error).__name__, "errno": error.errno, "text": str(error)}
    return {"error": type(error).__name__, "text": str(error)}


def main() -> None:
    """Run the action that is read from standard input."""
    name, arguments = json.load(sys.stdin)
    try:
        result = _ACTIONS[name](**arguments)
    except (OSError, imaplib.IMAP4.error, poplib.error_proto, smtplib.SMTPException) as error:
        result = _failure(error)
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
