# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connects to the first address of a server that accepts, whatever its others do (Happy Eyeballs, RFC 8305)."""

from __future__ import annotations

import collections
import contextlib
import errno
import itertools
import selectors
import socket
import typing as t

from ..findings.connect_failures import ConnectFailure, failure_of, unconnected
from ..findings.endpoint import Endpoint
from .connection import Connection, Deadline
from .resolver import Address

_HEAD_START = 0.25  # seconds before the next address is tried as well (RFC 8305 5)


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
    refusals: list[tuple[ConnectFailure, str]] = []
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
        refusals += [(ConnectFailure.TIMED_OUT, f"{_label(slow, families)} timed out") for slow in under_way.values()]
    order = list(ConnectFailure)
    cause = min((refusal for refusal, _text in refusals), key=order.index, default=ConnectFailure.TIMED_OUT)
    raise unconnected(endpoint, cause, ", ".join(text for _refusal, text in refusals), deadline.seconds)


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


def _refused(address: Address, error: OSError, families: set[int]) -> tuple[ConnectFailure, str]:
    refusal = failure_of(error)
    detail = f" ({error.strerror or error})" if refusal is ConnectFailure.OTHER else ""
    return refusal, f"{_label(address, families)} {refusal.value}{detail}"


def _os_error(number: int) -> OSError:
    return OSError(number, errno.errorcode.get(number, str(number)))
