# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which port goes with which protocol and security.

A protocol is ``imap``, ``pop3`` or ``smtp``, the value of ``Protocol`` and of ``MailService``. The numbers are IANA's;
their meaning is that of RFC 8314, RFC 6409 (submission), RFC 9051 (IMAP) and RFC 1939 (POP3). What a provider
publishes may differ, see ``_providers.charter``.
"""

from __future__ import annotations

import typing as t

from .account import Security

# protocol: the port for implicit TLS, and the one that begins in clear text
_PORTS: t.Mapping[str, tuple[int, int]] = {"imap": (993, 143), "pop3": (995, 110), "smtp": (465, 587)}
_RELAY = 25  # SMTP between servers; clients use it only if an administrator says so

IMPLICIT_TLS = frozenset(implicit for implicit, _clear in _PORTS.values())
"""Ports with implicit TLS; STARTTLS cannot work there."""

CLEARTEXT = frozenset((143, 110, _RELAY))
"""Ports that begin in clear text on every server. 587 is missing: Spectrum uses implicit TLS there."""


def standard_port(protocol: str, security: Security) -> int:
    """The standard port of this protocol with this security."""
    implicit, clear = _PORTS[protocol]
    return implicit if security is Security.SSL else clear


def standard_security(port: int) -> Security | None:
    """The security that belongs to a port; None if the port is not a standard one."""
    if protocol_of(port) is None:
        return None
    return Security.SSL if port in IMPLICIT_TLS else Security.STARTTLS


def protocol_of(port: int) -> str | None:
    """The protocol that belongs to a port; None if the port is not a standard one."""
    if port == _RELAY:
        return "smtp"
    return next((protocol for protocol, numbers in _PORTS.items() if port in numbers), None)


def counterpart(port: int, security: Security) -> int:
    """The port of the same protocol for another security.

    Raises:
        KeyError: the port is not a standard one.
    """
    return standard_port(protocol_of(port) or "", security)
