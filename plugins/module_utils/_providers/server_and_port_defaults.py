# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Completes the servers of an account from its options, its provider and the standards."""

from __future__ import annotations

import typing as t

from .._model.account import Protocol, Security, Server
from .._model.errors import OptionError
from .._model.standard_ports import standard_port, standard_security
from .catalog import for_domain
from .charter import PROVIDERS
from .provider import Provider

AUTO = "auto"
NAMES = (*(provider.name for provider in PROVIDERS), AUTO)


class ServerOptions(t.NamedTuple):
    """The options of a server; None for those that the preset decides."""

    host: str | None = None
    port: int | None = None
    security: Security | None = None


def servers(
    name: str, email: str, protocol: Protocol, incoming: ServerOptions, outgoing: ServerOptions
) -> tuple[Server, Server]:
    """The incoming and the outgoing server of an account.

    Args:
        name: a preset's name or ``auto``.
        email: the address, its domain in lower-case A-labels.
        protocol: how mail is received.
        incoming: the explicit options, which take precedence.
        outgoing: likewise.

    Raises:
        OptionError: ``auto`` knows no provider for the address, and a host is missing.
    """
    provider = _provider(name, email)
    if provider is None:
        _require_hosts(email, incoming, outgoing)
    receiving = None if provider is None else provider.incoming(protocol).server
    sending = None if provider is None else provider.submission.server
    return _complete(protocol.value, incoming, receiving), _complete("smtp", outgoing, sending)


def _provider(name: str, email: str) -> Provider | None:
    if name == AUTO:
        return for_domain(email.rpartition("@")[2])
    for provider in PROVIDERS:
        if provider.name == name:
            return provider
    raise OptionError("provider", f"{name!r} is not known", "choose one of " + ", ".join(NAMES))


def _require_hosts(email: str, incoming: ServerOptions, outgoing: ServerOptions) -> None:
    for option, given in (("incoming.host", incoming.host), ("outgoing.host", outgoing.host)):
        if given is None:
            domain = email.rpartition("@")[2]
            raise OptionError(
                "provider",
                f"auto knows no provider for {domain}",
                f"name the provider, or set {option} to the server's name",
            )


def _complete(service: str, given: ServerOptions, preset: Server | None) -> Server:
    """Combine, in order of precedence: explicit options, what follows from them, the preset, the standard."""
    host = given.host if given.host is not None else (preset.host if preset else "")
    port, security = given.port, given.security
    if port is None and security is None and preset:
        port, security = preset.port, preset.security
    elif port is not None and security is None:
        same_port = preset is not None and preset.port == port
        fallback = preset.security if preset else Security.SSL
        security = fallback if same_port else standard_security(port) or fallback
    elif port is None and security is not None:
        same_mode = preset is not None and preset.security is security
        port = preset.port if preset and same_mode else standard_port(service, security)
    if security is None:
        security = Security.STARTTLS if service == "smtp" else Security.SSL
    if port is None:
        port = standard_port(service, security)
    return Server(host, port, security)
