# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts about a mail provider, each with its source and its confidence."""

from __future__ import annotations

import enum
import typing as t

from .._model.account import Protocol, Server


class Confidence(enum.Enum):
    """How certain it is that a fact holds today, or that a finding is correct."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class PublishedServer(t.NamedTuple):
    """One published server.

    Attributes:
        server: host, port and security as published.
        confidence: how certain that is.
        source: where it was published, with the date.
    """

    server: Server
    confidence: Confidence
    source: str


class Provider(t.NamedTuple):
    """A preset. With every provider, the login is the full e-mail address.

    Attributes:
        name: the value of the option ``provider``.
        title: its name in messages.
        domains: the domains of its addresses; ``*.rr.com`` stands for every name below rr.com.
        imap: receiving by IMAP.
        pop3: receiving by POP3.
        submission: sending.
    """

    name: str
    title: str
    domains: tuple[str, ...]
    imap: PublishedServer
    pop3: PublishedServer
    submission: PublishedServer

    def incoming(self, protocol: Protocol) -> PublishedServer:
        """The server for receiving by this protocol."""
        return self.imap if protocol is Protocol.IMAP else self.pop3

    @property
    def hosts(self) -> frozenset[str]:
        """The host names of all its servers."""
        return frozenset(service.server.host for service in (self.imap, self.pop3, self.submission))
