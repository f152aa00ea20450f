# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a name to a connected socket, and in plain words why not."""

from __future__ import annotations

import enum
import errno
import queue
import socket
import threading
import typing as t

from .connection import Connection, Deadline, Silence
from .endpoint import Endpoint
from .failure import Failure
from .options import Address, Resolver

_THIS_MACHINE = "Look at this machine's network, DNS, VPN and firewall; no mail setting should be changed."


def resolve(endpoint: Endpoint, resolver: Resolver, deadline: Deadline) -> tuple[Address, ...]:
    """The addresses of an endpoint's host, at least one.

    The system's resolver cannot be given a time limit, so it runs in a thread that may be left behind.
    """
    host, port = endpoint.server.host, endpoint.server.port
    answer: queue.SimpleQueue[t.Sequence[Address] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(resolver(host, port))
        except (OSError, UnicodeError) as error:
            answer.put(error)

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    try:
        found = answer.get(timeout=deadline.remaining())
    except queue.Empty:
        finding = f"cannot be looked up: no name server answered within {deadline.seconds:g} seconds"
        raise Failure(finding, host, _THIS_MACHINE) from None
    if isinstance(found, Exception):
        raise _not_found(endpoint, found)
    if not found:
        raise _not_found(endpoint, socket.gaierror(socket.EAI_NONAME, "no address"))
    return tuple(found)


def _not_found(endpoint: Endpoint, error: Exception) -> Failure:
    number = error.args[0] if isinstance(error, socket.gaierror) else socket.EAI_NONAME
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a possible host name"
    evidence = f"{endpoint.server.host}: {reason}"
    if number in (socket.EAI_AGAIN, socket.EAI_FAIL):
        return Failure("cannot be looked up: the name server gave no answer", evidence, _THIS_MACHINE)
    return Failure(
        "cannot be found: its name has no address",
        evidence,
        f"Check the spelling of {endpoint.option('host')}. If other machines find it, look at this machine's DNS.",
    )


class _Refusal(enum.Enum):
    """Why an address cannot be connected to. Of several addresses the first in this order says most about the cause."""

    REFUSED = "refused"
    RESET = "reset"
    FORBIDDEN = "forbidden by this machine's firewall"
    TIMED_OUT = "timed out"
    UNREACHABLE = "unreachable"
    OTHER = "failed"


_REFUSALS = {
    errno.ECONNREFUSED: _Refusal.REFUSED,
    errno.ECONNRESET: _Refusal.RESET,
    errno.EPERM: _Refusal.FORBIDDEN,
    errno.EACCES: _Refusal.FORBIDDEN,
    errno.ETIMEDOUT: _Refusal.TIMED_OUT,
    errno.EHOSTUNREACH: _Refusal.UNREACHABLE,
    errno.ENETUNREACH: _Refusal.UNREACHABLE,
    errno.EADDRNOTAVAIL: _Refusal.UNREACHABLE,  # no IPv6 on this machine, for example
    errno.EAFNOSUPPORT: _Refusal.UNREACHABLE,
}


def dial(endpoint: Endpoint, addresses: t.Sequence[Address], deadline: Deadline) -> tuple[Connection, Address, str]:
    """Connect to the first address that accepts.

    The addresses are tried one after the other, each with an equal share of the time that is left: a silent IPv6
    address leaves time for IPv4.

    Returns:
        The connection, the address that it leads to, and what was seen.
    """
    refusals: list[tuple[_Refusal, str]] = []
    for index, address in enumerate(addresses):
        try:
            share = deadline.remaining() / (len(addresses) - index)
        except Silence:
            break
        try:
            sock = _connect(address, share)
        except OSError as error:
            refusal = _refusal(error)
            detail = f" ({error.strerror or error})" if refusal is _Refusal.OTHER else ""
            refusals.append((refusal, f"{address} {refusal.value}{detail}"))
        else:
            seen = [text for _refused, text in refusals] + [f"connected to {address}"]
            return Connection(sock, deadline), address, ", ".join(seen)
    evidence = ", ".join(text for _refused, text in refusals)
    order = list(_Refusal)
    cause = min((refusal for refusal, _text in refusals), key=order.index, default=_Refusal.TIMED_OUT)
    raise _unconnected(endpoint, cause, evidence, deadline)


def _connect(address: Address, seconds: float) -> socket.socket:
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect(address.target)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a short command never waits for the one before
    except OSError:
        sock.close()
        raise
    return sock


def _refusal(error: OSError) -> _Refusal:
    if isinstance(error, socket.timeout):
        return _Refusal.TIMED_OUT
    return _REFUSALS.get(error.errno or 0, _Refusal.OTHER)


def _unconnected(endpoint: Endpoint, cause: _Refusal, evidence: str, deadline: Deadline) -> Failure:
    host, port = endpoint.option("host"), endpoint.option("port")
    if cause is _Refusal.REFUSED:
        return Failure(
            "refuses connections on this port",
            evidence,
            f"Check {host} and {port} ({endpoint.port_hint}). If they are right, the service is "
            "down, or a firewall rejects it.",
        )
    if cause is _Refusal.TIMED_OUT:
        return Failure(
            f"does not accept a connection within {deadline.seconds:g} seconds",
            evidence,
            f"Something drops the packets: a firewall, a VPN or a server that is down. Check {host} and {port}, and "
            "try from another network; if that works, the settings are right and this network is the cause.",
        )
    if cause is _Refusal.FORBIDDEN:
        return Failure(
            "may not be connected to", evidence, f"This machine's own firewall forbids it: allow {endpoint.where}."
        )
    if cause is _Refusal.UNREACHABLE:
        return Failure("cannot be reached from this machine", evidence, _THIS_MACHINE)
    if cause is _Refusal.RESET:
        return Failure(
            "ends every connection at once",
            evidence,
            f"A firewall does that, or the service is broken. Check {host} and {port}.",
        )
    return Failure("cannot be connected to", evidence, _THIS_MACHINE)
