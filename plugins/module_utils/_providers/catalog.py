# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the provider of a domain, a host or a server."""

from __future__ import annotations

from .._model.account import Protocol, Server
from .charter import FAMILIES, PROVIDERS
from .provider import Provider

_OF_HOSTS = {host: provider for provider in reversed(PROVIDERS) for host in provider.hosts}  # the first one wins


def for_domain(domain: str) -> Provider | None:
    """The provider that issues addresses in this domain; None if no preset does."""
    for provider in PROVIDERS:
        for pattern in provider.domains:
            if domain == pattern or (pattern.startswith("*.") and domain.endswith(pattern[1:])):
                return provider
    return None


def of_host(host: str) -> Provider | None:
    """The provider that a server belongs to; None if no preset has it."""
    return _OF_HOSTS.get(host.lower())


def of_server(server: Server) -> Provider | None:
    """The provider that publishes exactly these settings for one of its services; None if no preset has them."""
    for provider in PROVIDERS:
        if server in (provider.imap.server, provider.pop3.server, provider.submission.server):
            return provider
    return None


def preset_of(protocol: Protocol, incoming: Server, outgoing: Server) -> str | None:
    """The name of the preset with exactly these servers; None if no preset has them."""
    for provider in PROVIDERS:
        if (provider.incoming(protocol).server, provider.submission.server) == (incoming, outgoing):
            return provider.name
    return None


def relatives(domain: str, host: str) -> tuple[Provider, ...]:
    """The presets that serve the same addresses, the current one first.

    Args:
        domain: the domain of the address.
        host: the server, which decides if no provider issues addresses in the domain.
    """
    provider = for_domain(domain) or of_host(host)
    return next((family for family in FAMILIES if provider in family), ())


def hosts_of_family(email: str, incoming: Server) -> tuple[str, ...]:
    """All servers of the presets that serve an address, and the account's own."""
    family = relatives(email.rpartition("@")[2], incoming.host)
    return tuple(sorted({incoming.host.lower()}.union(*(provider.hosts for provider in family))))
