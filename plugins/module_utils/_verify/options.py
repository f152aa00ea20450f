# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a test, and what unit tests replace."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .wire.clock import Clock
from .wire.resolver import Resolver, system_ipv4_resolver, system_resolver

ROUND_TRIP_TIMEOUT = 60.0  # seconds


@dataclasses.dataclass(frozen=True)
class VerifyOptions:
    """The options of a test.

    Attributes:
        ca_path: a file of CA certificates (PEM) to trust instead of the system's; None for the system's.
        timeout: seconds for the whole test of one endpoint, more than 0.
        allow_plaintext: sign in even if the account's settings have no encryption.
        retries: how often to retry a server that fails before signing in for a transient reason; each try has the whole
            timeout.
        attempts: how many sign-ins of one login may be refused, over all servers, before no more are made.
        suggest: test alternatives to settings that do not work, without a password and within the timeout.
        compare: if one of a name's addresses fails, try another, without a password.
        warn_days: warn of a certificate with fewer days left.
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
    """What unit tests replace.

    Attributes:
        resolver: finds addresses; may block forever.
        ipv4_resolver: finds IPv4 addresses only, used if the resolver takes long; None for no such attempt.
        ask_name_servers: query this machine's name servers if a name took long or was not found.
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
        """The environment of this machine."""
        return cls(ipv4_resolver=system_ipv4_resolver, ask_name_servers=True)
