# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds combinations of protocol, port and security that cannot work, or look wrong but are correct."""

from __future__ import annotations

import functools

from .._model.account import Protocol, Security, Server
from .._model.standard_ports import CLEARTEXT, IMPLICIT_TLS, counterpart, protocol_of, standard_port
from .account_finding import AccountFinding, error, notice, warning
from .catalog import of_host


@functools.lru_cache(maxsize=16)  # many accounts of a task share few servers
def check_servers(
    protocol: Protocol, incoming: Server, outgoing: Server, *, allow_plaintext: bool
) -> list[AccountFinding]:
    """All findings about the servers of an account.

    Args:
        protocol: the incoming server's protocol.
        incoming: server.
        outgoing: server.
        allow_plaintext: the options allow ``security`` to be ``none``.
    """
    return [
        *_port_range("incoming", incoming),
        *_port_range("outgoing", outgoing),
        *_incoming_port(protocol, incoming.port),
        *_implicit_tls("incoming", incoming),
        *_implicit_tls("outgoing", outgoing),
        *_starttls("incoming", incoming),
        *_starttls("outgoing", outgoing),
        *_implicit_587(outgoing),
        *_plaintext("incoming", incoming, allow_plaintext),
        *_plaintext("outgoing", outgoing, allow_plaintext),
    ]


def _port_range(side: str, server: Server) -> list[AccountFinding]:
    if 1 <= server.port <= 65535:
        return []
    return [error(f"{side}.port", f"{server.port} is not a port", "write a number from 1 to 65535")]


def _incoming_port(wanted: Protocol, port: int) -> list[AccountFinding]:
    """An incoming port that belongs to the other protocol."""
    protocol = wanted.value
    belongs_to = protocol_of(port)
    if belongs_to in {None, protocol, "smtp"}:
        return []
    usual = standard_port(protocol, Security.SSL)
    if wanted is Protocol.POP3 and port in IMPLICIT_TLS:
        # Charter's own article names this port, so it is accepted if set explicitly.
        return [
            warning(
                "incoming.port",
                f"{port} is the port of IMAP; the published port of POP3 over TLS is {usual}, and POP3 on {port} is a "
                "known cause of mail that never arrives",
                f"write {usual}, or leave it out, unless you know that this server speaks POP3 on {port}",
            )
        ]
    return [
        error(
            "incoming.port",
            f"{port} is a port of {belongs_to.upper()}, and protocol is {protocol}",
            f"write {usual}, or set protocol to {belongs_to}",
        )
    ]


def _implicit_tls(side: str, server: Server) -> list[AccountFinding]:
    port = server.port
    for_this_side = (protocol_of(port) == "smtp") is (side == "outgoing")
    if server.security is not Security.SSL or port not in CLEARTEXT or not for_this_side:
        return []
    return [
        error(
            f"{side}.security",
            f"port {port} starts in clear text, so TLS from the first byte (ssl) cannot work there",
            f"write starttls, or use port {counterpart(port, Security.SSL)}",
        )
    ]


def _starttls(side: str, server: Server) -> list[AccountFinding]:
    port = server.port
    if server.security is not Security.STARTTLS or port not in IMPLICIT_TLS:
        return []
    return [
        error(
            f"{side}.security",
            f"port {port} speaks TLS from the first byte, so STARTTLS cannot work there",
            f"write ssl, or use port {counterpart(port, Security.STARTTLS)}",
        )
    ]


def _implicit_587(server: Server) -> list[AccountFinding]:
    clear, implicit = (standard_port("smtp", security) for security in (Security.STARTTLS, Security.SSL))
    if server.security is not Security.SSL or server.port != clear:
        return []
    known = of_host(server.host)
    if known is not None and known.submission.server == server:
        return [
            notice(
                "outgoing.security",
                f"implicit TLS on port {clear} is unusual, and right for {server.host}, which really works this way",
                "leave it as it is",
            )
        ]
    return [
        warning(
            "outgoing.security",
            f"implicit TLS on port {clear} is unusual: by RFC 6409 and RFC 8314 {clear} is for STARTTLS and {implicit} "
            "for ssl",
            "write starttls unless you know that this server works this way",
        )
    ]


def _plaintext(side: str, server: Server, allowed: bool) -> list[AccountFinding]:
    if server.security is not Security.NONE:
        return []
    reason = f"none sends the password and all mail to {server.host} unencrypted"
    if allowed:
        return [warning(f"{side}.security", reason, "write ssl or starttls as soon as the server supports it")]
    return [error(f"{side}.security", reason, "write ssl or starttls, or set allow_plaintext if there is no other way")]
