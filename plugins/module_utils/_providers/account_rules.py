# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds settings that cannot work, or that look wrong but are correct, before anything is written or connected to."""

from __future__ import annotations

import enum
import functools
import typing as t

from .._model.account import Account, Protocol, Security, Server, State
from .._model.errors import OptionError
from .._model.ports import CLEARTEXT, IMPLICIT_TLS, counterpart, protocol_of, standard_port
from .._model.text import same_address
from .catalog import of_host


class Level(enum.Enum):
    """An error stops the task, a warning is shown, a notice is only part of the result."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


_MOST_SERIOUS_FIRST = (Level.ERROR, Level.WARNING, Level.NOTICE)


class AccountFinding(t.NamedTuple):
    """One finding about an option.

    Attributes:
        level: how serious it is.
        option: the option that it concerns.
        reason: why, a clause without a full stop.
        remedy: what to write instead, a clause without a full stop.
    """

    level: Level
    option: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return str(OptionError(self.option, self.reason, self.remedy))


def check(account: Account, *, allow_plaintext: bool = False) -> tuple[AccountFinding, ...]:
    """All findings about an account, the most serious first.

    Args:
        account: the complete account, its texts already checked (``_model.text``).
        allow_plaintext: the options allow ``security`` to be ``none``.
    """
    if account.state is State.ABSENT:
        return ()
    findings = [
        *_servers(account.protocol, account.incoming, account.outgoing, allow_plaintext),
        *_login(account),
        *_identities(account),
        *_signatures(account),
        *_leave_on_server(account),
    ]
    return tuple(sorted(findings, key=lambda finding: _MOST_SERIOUS_FIRST.index(finding.level)))


@functools.lru_cache(maxsize=16)  # a task has few servers for its many accounts
def _servers(protocol: Protocol, incoming: Server, outgoing: Server, allow_plaintext: bool) -> list[AccountFinding]:
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


def refuse_errors(findings: tuple[AccountFinding, ...]) -> None:
    """Raises the first error as an ``OptionError``."""
    for finding in findings:
        if finding.level is Level.ERROR:
            raise OptionError(finding.option, finding.reason, finding.remedy)


def _error(option: str, reason: str, remedy: str) -> AccountFinding:
    return AccountFinding(Level.ERROR, option, reason, remedy)


def _warning(option: str, reason: str, remedy: str) -> AccountFinding:
    return AccountFinding(Level.WARNING, option, reason, remedy)


def _notice(option: str, reason: str, remedy: str) -> AccountFinding:
    return AccountFinding(Level.NOTICE, option, reason, remedy)


def _port_range(side: str, server: Server) -> list[AccountFinding]:
    if 1 <= server.port <= 65535:
        return []
    return [_error(f"{side}.port", f"{server.port} is not a port", "write a number from 1 to 65535")]


def _incoming_port(wanted: Protocol, port: int) -> list[AccountFinding]:
    """A port of the other protocol for receiving."""
    protocol = wanted.value
    belongs_to = protocol_of(port)
    if belongs_to in {None, protocol, "smtp"}:
        return []
    usual = standard_port(protocol, Security.SSL)
    if wanted is Protocol.POP3 and port in IMPLICIT_TLS:
        # Charter's own article names this port, so it is accepted where it is set explicitly.
        return [
            _warning(
                "incoming.port",
                f"{port} is the port of IMAP; the published port of POP3 over TLS is {usual}, and POP3 on {port} is a "
                "known cause of mail that never arrives",
                f"write {usual}, or leave it out, unless you know that this server speaks POP3 on {port}",
            )
        ]
    return [
        _error(
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
        _error(
            f"{side}.security",
            f"port {port} starts in clear text, so that TLS from the first byte (ssl) cannot work there",
            f"write starttls, or use port {counterpart(port, Security.SSL)}",
        )
    ]


def _starttls(side: str, server: Server) -> list[AccountFinding]:
    port = server.port
    if server.security is not Security.STARTTLS or port not in IMPLICIT_TLS:
        return []
    return [
        _error(
            f"{side}.security",
            f"port {port} speaks TLS from the first byte, so that STARTTLS cannot work there",
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
            _notice(
                "outgoing.security",
                f"implicit TLS on port {clear} is unusual, and right for {server.host}, which really works this way",
                "leave it as it is",
            )
        ]
    return [
        _warning(
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
        return [_warning(f"{side}.security", reason, "write ssl or starttls as soon as the server can")]
    return [
        _error(f"{side}.security", reason, "write ssl or starttls, or set allow_plaintext if there is no other way")
    ]


def _login(account: Account) -> list[AccountFinding]:
    hosts = (account.incoming.host, account.outgoing.host)
    known = [provider for provider in map(of_host, hosts) if provider is not None]
    if "@" not in account.username:
        reason = f"{account.username!r} is only a part of the address"
        remedy = f"leave it out, or write {account.email}"
        if known:
            return [_error("username", f"{reason}, and {known[0].title} wants the full address as login", remedy)]
        return [_warning("username", reason, f"{remedy}, unless this server really wants the short form")]
    if known and account.username.lower() != account.email.lower():
        return [
            _warning(
                "username",
                "it differs from the address, "
                f"and {known[0].title} refuses mail whose sender is not the login (AUP#Out-1500)",
                f"leave it out, or write {account.email}",
            )
        ]
    return []


def _identities(account: Account) -> list[AccountFinding]:
    provider = of_host(account.outgoing.host)
    others = [
        one.email for one in account.identities if not one.absent and not same_address(one.email, account.username)
    ]
    if provider is None or not others:
        return []
    return [
        _warning(
            "identities",
            f"{provider.title} refuses mail whose sender is not the login (AUP#Out-1500), such as {others[0]}",
            "leave it out, or send by a server that accepts the address",
        )
    ]


def _signatures(account: Account) -> list[AccountFinding]:
    """Signatures with images on the web: not every recipient sees those."""
    given = [("signature", account.signature)]
    given += [(f"identities ({one.email}).signature", one.signature) for one in account.identities if not one.absent]
    html = [(option, one.content) for option, one in given if one is not None and one.html]
    if not html:
        return []
    # Most runs have no HTML, and to import its parser takes a while.
    from .._model.signature_images import images_of

    found = ((option, images_of(content).on_the_web) for option, content in html)
    return [
        _warning(
            option,
            f"its image {image} is on the web, and most clients show it only after the recipient has allowed that",
            "let src and images put it into the signature, unless that is enough",
        )
        for option, image in found
        if image
    ]


def _leave_on_server(account: Account) -> list[AccountFinding]:
    if account.leave_on_server_days is not None and account.leave_on_server_days < 0:
        return [_error("leave_on_server_days", "it is a number of days", "write 0 for no limit, or a positive number")]
    if account.protocol is Protocol.IMAP and (account.leave_on_server is not None or account.leave_on_server_days):
        return [
            _notice("leave_on_server", "it has no meaning for IMAP, where mail stays on the server", "leave it out")
        ]
    if account.leave_on_server is False and account.leave_on_server_days:
        return [
            _error(
                "leave_on_server_days",
                "it says how long mail stays on the server, and leave_on_server is false",
                "leave it out, or set leave_on_server to true",
            )
        ]
    return []
