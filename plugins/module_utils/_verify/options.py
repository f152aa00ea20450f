# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to test, and what tests of this code replace."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .wire.clock import Clock
from .wire.resolver import Resolver, system_ipv4_resolver, system_resolver

ROUND_TRIP_TIMEOUT = 60.0  # seconds


@dataclasses.dataclass(frozen=True)
class VerifyOptions:
    """How to test.

    Attributes:
        ca_path: a file of CA certificates (PEM) to trust instead of the system's; None for those of the system.
        timeout: seconds for the whole test of one endpoint, more than 0.
        allow_plaintext: sign in even where the account asks for a connection without encryption.
        retries: how often a server is tried again that fails before signing in for a transient reason; each time has
            the whole timeout.
        attempts: how many sign-ins of one login may be refused, over all servers, until no more are made.
        suggest: test alternatives to settings that do not work, without a password and within the timeout.
        compare: where a name has several addresses and one fails, try another, without a password.
        warn_days: a certificate with fewer days left gets a warning.
    """

    ca_path: str | None = None
    timeout: float = 10.0
    allow_plaintext: bool = False
    retries: int = 0
    attempts: int = 2
    suggest: bool = True
    compare: bool = True
    warn_days: float = 14.0


@dataclasses.dataclass(frozen=True)
class CheckEnvironment:
    """What tests of this code replace.

    Attributes:
        resolver: finds addresses; may block for ever.
        ipv4_resolver: finds IPv4 addresses alone, where the resolver takes long; None for no such attempt.
        ask_name_servers: ask the name servers of this machine where a name took long or was not found.
        clock: for time limits.
        now: seconds since 1970, for certificates.
    """

    resolver: Resolver = system_resolver
    ipv4_resolver: Resolver | None = None
    ask_name_servers: bool = False
    clock: Clock = dataclasses.field(default_factory=Clock)
    now: t.Callable[[], float] = time.time

    @classmethod
    def system(cls) -> CheckEnvironment:
        """All that this machine has."""
        return cls(ipv4_resolver=system_ipv4_resolver, ask_name_servers=True)
