# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the addresses of a host."""

from __future__ import annotations

import dataclasses
import socket
import typing as t


@dataclasses.dataclass(frozen=True)
class Address:
    """One address of a host, in the form that ``socket`` takes.

    Attributes:
        family: AF_INET or AF_INET6.
        target: the argument of ``socket.connect``; the first member is the address as text.
    """

    family: int
    target: tuple[t.Any, ...]

    @property
    def ipv6(self) -> bool:
        """Whether it is an IPv6 address."""
        return self.family == socket.AF_INET6

    def __str__(self) -> str:
        return str(self.target[0])


Resolver = t.Callable[[str, int], t.Sequence[Address]]


def system_resolver(host: str, port: int) -> t.Sequence[Address]:
    """Addresses in the system's order of preference (RFC 6724).

    Raises:
        OSError: there is none; ``socket.gaierror`` says why.
        UnicodeError: the name is invalid (an empty label, or one of more than 63 characters).
    """
    return _addresses(host, port, socket.AF_UNSPEC)


def system_ipv4_resolver(host: str, port: int) -> t.Sequence[Address]:
    """The IPv4 addresses only, found without a query for IPv6 addresses.

    Raises:
        OSError, UnicodeError: as ``system_resolver``.
    """
    return _addresses(host, port, socket.AF_INET)


def _addresses(host: str, port: int, wanted: int) -> t.Sequence[Address]:
    found = socket.getaddrinfo(host, port, family=wanted, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(Address(family, target) for family, _kind, _protocol, _name, target in found))
