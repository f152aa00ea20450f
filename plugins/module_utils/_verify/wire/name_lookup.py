# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolves a host name to addresses, even if a name server answers late or only in part."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import queue
import socket
import threading
import typing as t

from ..findings import lookup_failures
from ..findings.endpoint import Endpoint
from ..findings.failure import Code, Failure
from .connection import Deadline
from .resolver import Address, Resolver

_PATIENCE = 1.5  # seconds before IPv4 addresses are also requested alone
_GRACE = 0.25  # seconds that IPv6 addresses may arrive after IPv4 ones
SLOW = 2.0  # seconds; most names take a tenth
_ASKING = 1.0  # seconds for name servers to answer


@dataclasses.dataclass(frozen=True)
class Lookup:
    """The addresses of a host, at least one.

    Attributes:
        addresses: in the system's order of preference.
        ipv4_only: the query for IPv6 addresses got no answer.
    """

    addresses: tuple[Address, ...]
    ipv4_only: bool = False


def resolve(endpoint: Endpoint, resolver: Resolver, ipv4_resolver: Resolver | None, deadline: Deadline) -> Lookup:
    """The addresses of an endpoint's host.

    The system's resolver takes no time limit, so it runs in a thread that may be abandoned. It waits for both kinds of
    addresses, so if that takes long, IPv4 addresses are also requested alone.

    Raises:
        Failure: there are no addresses, or no name server answered.
    """
    asking = _Asking(endpoint)
    asking.begin(resolver, ipv4=False)
    ended = asking.next(deadline if ipv4_resolver is None else deadline.part(min(_PATIENCE, deadline.seconds / 4)))
    if ended is None and ipv4_resolver is not None:
        asking.begin(ipv4_resolver, ipv4=True)
        ended = asking.next(deadline)
    ipv4_only: tuple[Address, ...] = ()
    if ended is not None and ended.ipv4:
        ipv4_only = ended.addresses
        ended = asking.next(deadline.part(_GRACE) if ipv4_only else deadline)
    if ended is not None and ended.addresses:
        return Lookup(ended.addresses)
    if ipv4_only:
        return Lookup(ipv4_only, ipv4_only=True)
    if ended is None:
        raise _no_answer(deadline, endpoint.server.host)
    raise _not_found(endpoint, ended.error or socket.gaierror(socket.EAI_NONAME, "no address"))


@dataclasses.dataclass(frozen=True)
class _Answer:
    """A resolver's answer: addresses, or why there are none."""

    ipv4: bool
    addresses: tuple[Address, ...] = ()
    error: Exception | None = None


class _Asking:
    """Running resolvers, and their answers in order of arrival."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._server = endpoint.server
        self._answers: queue.SimpleQueue[_Answer] = queue.SimpleQueue()

    def begin(self, resolver: Resolver, *, ipv4: bool) -> None:
        """Start a query without waiting."""

        def ask() -> None:
            try:
                found = tuple(resolver(self._server.host, self._server.port))
            except (OSError, UnicodeError) as error:
                self._answers.put(_Answer(ipv4, error=error))
            else:
                self._answers.put(_Answer(ipv4, found))

        threading.Thread(target=ask, name=f"resolve {self._server.host}", daemon=True).start()

    def next(self, until: Deadline) -> _Answer | None:
        """The next answer; None if none comes in time."""
        try:
            return until.wait(lambda seconds: self._answers.get(timeout=seconds))
        except queue.Empty:
            return None


class FoundAddresses(t.NamedTuple):
    """The result of a host's lookup.

    Attributes:
        addresses: at least one.
        warning: a warning although addresses were found; usually empty.
    """

    addresses: tuple[Address, ...]
    warning: str


class Answers:
    """The lookups of a task, shared so that each name is looked up once and not for every account.

    A failure is passed to all who wait for the same answer and then forgotten, so a retry looks the name up again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, int], concurrent.futures.Future[FoundAddresses]] = {}

    def of(self, endpoint: Endpoint, look_up: t.Callable[[], FoundAddresses], deadline: Deadline) -> FoundAddresses:
        """The answer for an endpoint's host.

        Args:
            endpoint: the endpoint of the host.
            look_up: looks the host up; called unless another test has, or is about to.
            deadline: for waiting for another test's lookup.

        Raises:
            Failure: there is none.
        """
        server = endpoint.server
        key = (server.host, server.port)
        with self._lock:
            known = self._known.get(key)
            answer = self._known.setdefault(key, concurrent.futures.Future())
        if known is not None:
            try:
                return deadline.wait(lambda seconds: known.result(timeout=seconds))
            except concurrent.futures.TimeoutError:
                raise _no_answer(deadline, server.host) from None
        try:
            answer.set_result(look_up())
        except BaseException as error:
            with self._lock:
                del self._known[key]
            answer.set_exception(error)
            raise
        return answer.result()


def warning(lookup: Lookup, host: str, seconds: float, deadline: Deadline, *, ask_name_servers: bool) -> str:
    """A warning although the name was found; empty if there is none.

    Args:
        lookup: the addresses found.
        host: the name.
        seconds: how long the lookup took.
        deadline: the test's deadline.
        ask_name_servers: find out which name servers are silent.
    """
    if not lookup.ipv4_only and seconds < SLOW:
        return ""
    silent = _silent(host, deadline.part(_ASKING)) if ask_name_servers else ()
    if lookup.ipv4_only:
        return lookup_failures.ipv6_unanswered_warning(seconds, silent)
    return lookup_failures.slow_lookup_warning(seconds, silent)


def explained(failure: Failure, host: str, deadline: Deadline) -> Failure:
    """A failed lookup, with the name servers that are silent."""
    if failure.code is not Code.NAME_SERVER_SILENT:
        return failure
    return lookup_failures.with_name_servers(failure, _silent(host, deadline.more(_ASKING).part(_ASKING)))


def _silent(host: str, deadline: Deadline) -> t.Sequence[str]:
    from .name_servers import silent_name_servers

    return silent_name_servers(host, deadline)


def _no_answer(deadline: Deadline, host: str) -> Failure:
    return lookup_failures.name_server_silent(deadline.seconds, host)


def _not_found(endpoint: Endpoint, error: Exception) -> Failure:
    number = error.args[0] if isinstance(error, socket.gaierror) else socket.EAI_NONAME
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a possible host name"
    evidence = f"{endpoint.server.host}: {reason}"
    if number in (socket.EAI_AGAIN, socket.EAI_FAIL):
        return lookup_failures.name_server_failed(evidence)
    return lookup_failures.name_not_found(endpoint, evidence)
