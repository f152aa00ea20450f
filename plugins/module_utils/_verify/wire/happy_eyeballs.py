# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From addresses to a connected socket."""

from __future__ import annotations

import collections
import contextlib
import enum
import errno
import itertools
import selectors
import socket
import typing as t

from ..findings import reachability
from ..findings.endpoint import Endpoint
from ..findings.failure import Failure
from .connection import Connection, Deadline
from .resolver import Address

_HEAD_START = 0.25  # seconds before the next address is tried as well (RFC 8305 5)


class _ConnectFailure(enum.Enum):
    """Why connecting to an address failed. Of several reasons, the first in this order says most about the cause."""

    REFUSED = "refused"
    RESET = "reset"
    FORBIDDEN = "forbidden by this machine's firewall"
    TIMED_OUT = "timed out"
    UNREACHABLE = "unreachable"
    OTHER = "failed"


_REFUSALS = {
    errno.ECONNREFUSED: _ConnectFailure.REFUSED,
    errno.ECONNRESET: _ConnectFailure.RESET,
    errno.EPERM: _ConnectFailure.FORBIDDEN,
    errno.EACCES: _ConnectFailure.FORBIDDEN,
    errno.ETIMEDOUT: _ConnectFailure.TIMED_OUT,
    errno.EHOSTUNREACH: _ConnectFailure.UNREACHABLE,
    errno.ENETUNREACH: _ConnectFailure.UNREACHABLE,
    errno.EADDRNOTAVAIL: _ConnectFailure.UNREACHABLE,  # no IPv6 on this machine, for example
    errno.EAFNOSUPPORT: _ConnectFailure.UNREACHABLE,
}


def dial(endpoint: Endpoint, addresses: t.Sequence[Address], deadline: Deadline) -> tuple[Connection, Address, str]:
    """Connect to the first address that accepts.

    The addresses are tried as in RFC 8305, alternating between IPv6 and IPv4: the next one starts when one has failed
    or been silent for a moment, while earlier ones continue. So broken IPv6 costs a quarter of a second.

    Returns:
        The connection, the address that it leads to, and what was seen.

    Raises:
        Failure: no address accepts.
    """
    families = {address.family for address in addresses}
    refusals: list[tuple[_ConnectFailure, str]] = []
    waiting = collections.deque(_in_turns(addresses))
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        turn = deadline.part(_HEAD_START)
        under_way: dict[socket.socket, Address] = {}
        while waiting or under_way:
            if waiting and (not under_way or turn.over):
                address, turn = waiting.popleft(), deadline.part(_HEAD_START)
                try:
                    sock = _begin(address)
                except OSError as error:
                    refusals.append(_refused(address, error, families))
                    continue
                stack.callback(sock.close)
                selector.register(sock, selectors.EVENT_WRITE)
                under_way[sock] = address
                continue
            if deadline.over:
                break
            for key, _events in (turn if waiting else deadline).wait(selector.select):
                sock = t.cast(socket.socket, key.fileobj)
                number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if number == 0:
                    address = under_way.pop(sock)
                    seen = [text for _refusal, text in refusals]
                    seen += [f"{_label(slow, families)} not answering yet" for slow in under_way.values()]
                    connection = Connection(_keep(sock), deadline)
                    return connection, address, ", ".join([*seen, f"connected to {_label(address, families)}"])
                selector.unregister(sock)
                refusals.append(_refused(under_way.pop(sock), _os_error(number), families))
                turn = deadline.part(0)  # the next one at once
        refusals += [(_ConnectFailure.TIMED_OUT, f"{_label(slow, families)} timed out") for slow in under_way.values()]
    order = list(_ConnectFailure)
    cause = min((refusal for refusal, _text in refusals), key=order.index, default=_ConnectFailure.TIMED_OUT)
    raise _unconnected(endpoint, cause, ", ".join(text for _refusal, text in refusals), deadline)


def _in_turns(addresses: t.Sequence[Address]) -> t.Iterator[Address]:
    """The addresses with alternating families, starting with the first address's (RFC 8305 4)."""
    first = [address for address in addresses if address.family == addresses[0].family]
    others = [address for address in addresses if address.family != addresses[0].family]
    for pair in itertools.zip_longest(first, others):
        yield from (address for address in pair if address is not None)


def _begin(address: Address) -> socket.socket:
    """Start connecting; the socket becomes writable when done."""
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            sock.connect(address.target)
    except OSError:
        sock.close()
        raise
    return sock


def _keep(sock: socket.socket) -> socket.socket:
    """The same connection in a new socket, which outlives the attempts."""
    kept = socket.socket(sock.family, sock.type, sock.proto, fileno=sock.detach())
    kept.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a short command never waits for the previous one
    return kept


def _label(address: Address, families: set[int]) -> str:
    """The address, with its family if that may matter."""
    family = {socket.AF_INET: " (IPv4)", socket.AF_INET6: " (IPv6)"}.get(socket.AddressFamily(address.family), "")
    return f"{address}{family if len(families) > 1 else ''}"


def _refused(address: Address, error: OSError, families: set[int]) -> tuple[_ConnectFailure, str]:
    refusal = _refusal(error)
    detail = f" ({error.strerror or error})" if refusal is _ConnectFailure.OTHER else ""
    return refusal, f"{_label(address, families)} {refusal.value}{detail}"


def _os_error(number: int) -> OSError:
    return OSError(number, errno.errorcode.get(number, str(number)))


def _refusal(error: OSError) -> _ConnectFailure:
    return _REFUSALS.get(error.errno or 0, _ConnectFailure.OTHER)


def _unconnected(endpoint: Endpoint, cause: _ConnectFailure, evidence: str, deadline: Deadline) -> Failure:
    if cause is _ConnectFailure.REFUSED:
        return reachability.connection_refused(endpoint, evidence)
    if cause is _ConnectFailure.TIMED_OUT:
        return reachability.connection_timed_out(endpoint, deadline.seconds, evidence)
    if cause is _ConnectFailure.FORBIDDEN:
        return reachability.connection_forbidden(endpoint, evidence)
    if cause is _ConnectFailure.UNREACHABLE:
        return reachability.unreachable(evidence)
    if cause is _ConnectFailure.RESET:
        return reachability.connection_reset(endpoint, evidence)
    return reachability.not_connected(evidence)
