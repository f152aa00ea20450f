# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Submission (RFC 6409): STARTTLS first, then AUTH (RFC 4954), then mail between this server's users only.

Built on Twisted's ESMTP protocol, and stricter where a provider's submission server is.
"""

# Twisted is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import collections.abc
import email.utils
import typing as t

from twisted.internet import defer
from twisted.internet.protocol import ServerFactory
from twisted.internet.ssl import CertificateOptions
from twisted.logger import Logger
from twisted.mail import imap4, smtp
from zope.interface import implementer  # type: ignore[import-untyped]

from .login import portal_for
from .mailboxes import User

_log = Logger("charter.mail.submission")


class SubmissionFactory(ServerFactory):
    """Creates a protocol for each connection.

    Args:
        users: the users by address.
        tls: the server's options for STARTTLS.
        name: the server's host name.
    """

    noisy = False

    def __init__(self, users: collections.abc.Mapping[str, User], tls: CertificateOptions, name: str) -> None:
        self._tls = tls
        self._name = name
        self._portal = portal_for("submission", users, smtp.IMessageDelivery, lambda user: _Delivery(user, users))

    def buildProtocol(self, addr: object) -> _Submission:
        protocol = _Submission({b"PLAIN": imap4.PLAINCredentials, b"LOGIN": smtp.LOGINCredentials}, self._tls)
        protocol.factory = self
        protocol.portal = self._portal
        protocol.host = self._name.encode()
        return protocol


class _Submission(smtp.ESMTP):
    portal: t.Any
    noisy = False

    def greeting(self) -> bytes:
        return b"%s ESMTP charter.mail test server" % self.host

    def extensions(self) -> dict[bytes, list[bytes] | None]:
        offered: dict[bytes, list[bytes] | None] = {b"8BITMIME": None}
        if self.startedTLS:
            offered[b"AUTH"] = list(self.challengers)
        else:
            offered[b"STARTTLS"] = None
        return offered

    def ext_AUTH(self, rest: bytes) -> None:
        if not self.startedTLS:
            self.sendCode(538, b"5.7.11 Encryption required: STARTTLS first")
        elif not rest:
            self.sendCode(501, b"5.5.4 Syntax: AUTH mechanism")
        else:
            super().ext_AUTH(rest)

    def state_AUTH(self, response: bytes | None) -> None:
        try:
            super().state_AUTH(response)
        except imap4.IllegalClientResponse:
            self.mode = smtp.COMMAND
            self.sendCode(501, b"5.5.2 Malformed response")

    def do_MAIL(self, rest: bytes) -> None:
        if not self.startedTLS:
            self.sendCode(530, b"5.7.0 Must issue a STARTTLS command first")
        elif not self.authenticated:
            self.sendCode(530, b"5.7.0 Authentication required")
        else:
            super().do_MAIL(rest)


@implementer(smtp.IMessageDelivery)
class _Delivery:
    """What a user who has logged in may send, and to whom."""

    def __init__(self, user: User, users: collections.abc.Mapping[str, User]) -> None:
        self._user = user
        self._users = users

    def validateFrom(self, helo: tuple[bytes | None, bytes], origin: smtp.Address) -> smtp.Address:
        if _text(origin) != self._user.address:
            _log.info("submission: {user} may not send as someone else", user=self._user.address)
            raise smtp.SMTPServerError(550, "5.7.1 The sender must be the address that logged in")
        return origin

    def validateTo(self, user: smtp.User) -> collections.abc.Callable[[], _Incoming]:
        recipient = self._users.get(_text(user.dest))
        if recipient is None:
            raise smtp.SMTPBadRcpt(user.dest, 550, "5.1.1 No such user; this server sends nothing to other servers")
        return lambda: _Incoming(self._user, recipient)

    def receivedHeader(
        self, helo: tuple[bytes | None, bytes], origin: smtp.Address, recipients: list[smtp.User]
    ) -> bytes:
        client, address = helo
        date = email.utils.formatdate(localtime=True).encode()
        return b"Received: from %s ([%s]) by charter.mail with ESMTPSA; %s" % (client or b"unknown", address, date)


@implementer(smtp.IMessage)
class _Incoming:
    """A message that is being received for one mailbox."""

    def __init__(self, sender: User, recipient: User) -> None:
        self._sender = sender
        self._recipient = recipient
        self._lines: list[bytes] = []

    def lineReceived(self, line: bytes) -> None:
        self._lines.append(line)

    def eomReceived(self) -> defer.Deferred[None]:
        content = b"\r\n".join([*self._lines, b""])
        self._recipient.inbox.add(content)
        _log.info(
            "submission: {sender} sent {size} octets to {recipient}",
            sender=self._sender.address,
            size=len(content),
            recipient=self._recipient.address,
        )
        return defer.succeed(None)

    def connectionLost(self) -> None:
        self._lines.clear()


def _text(address: smtp.Address) -> str:
    return bytes(address).decode("utf-8", "replace").lower()
