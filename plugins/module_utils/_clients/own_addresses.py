# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names and addresses of the computer that a client runs on. A server with one of them is a local service.

They come from files, not from a resolver: the kernel's (proc_sys_kernel(5), net/fib_trie, net/if_inet6), hosts(5)
and resolv.conf(5).
"""

from __future__ import annotations

import functools
import ipaddress
import re
import typing as t

from .._model.errors import HostError

if t.TYPE_CHECKING:
    from .._host.files import Files
    from .._model.account import Account

# As in the hosts files of distributions: Red Hat's has localhost4, SUSE's ipv6-loopback.
_LOOPBACK = re.compile(r"(?:.+\.)?localhost[46]?(?:\.localdomain[46]?)?|ipv?6-(?:localhost|loopback)|loopback")
_NUMBER = re.compile("0x[0-9a-f]{1,8}|0[0-7]{0,11}|[1-9][0-9]{0,9}")
_LOCAL_IPV4 = re.compile(r"^[\s|+-]*([0-9.]{7,15})\s+/32 host LOCAL$", re.MULTILINE)
_IPV6 = re.compile("^([0-9a-f]{32}) ", re.MULTILINE)

_Address = t.Union[ipaddress.IPv4Address, ipaddress.IPv6Address]


class ThisComputer:
    """One computer.

    Args:
        files: its files; without them, only what all computers share is known.
    """

    def __init__(self, files: Files | None = None) -> None:
        self._files = files

    def is_meant_by(self, host: str) -> bool:
        """Whether a host is this computer, so that its service, such as a proxy, does not belong to a provider."""
        name = _bare(host)
        if _LOOPBACK.fullmatch(name):
            return True
        address = _address(name)
        if address is None:
            return bool(name) and name in self._names
        return _is_loopback(address) or address in self._addresses

    @functools.cached_property
    def _names(self) -> frozenset[str]:
        name = _bare(self._text("/proc/sys/kernel/hostname").strip())
        short = name.partition(".")[0]
        found = {name, short, f"{short}.local"} if short else set()  # the last one for multicast DNS (RFC 6762)
        for first, *others in self._lines("/etc/resolv.conf"):
            if first in {"domain", "search"} and short:
                found.update(f"{short}.{_bare(domain)}" for domain in others)
        for first, *others in self._lines("/etc/hosts"):
            address = _address(_bare(first))
            # Block lists give names the address 0.0.0.0.
            if address is not None and not address.is_unspecified:
                found.update(map(_bare, others) if _is_loopback(address) or address in self._addresses else ())
        return frozenset(found)

    @functools.cached_property
    def _addresses(self) -> frozenset[_Address]:
        found: set[_Address] = set()
        for text in _LOCAL_IPV4.findall(self._text("/proc/net/fib_trie")):
            address = _address(text)
            found.update(() if address is None else (address,))
        for digits in _IPV6.findall(self._text("/proc/net/if_inet6")):
            found.add(ipaddress.IPv6Address(int(digits, 16)))
        return frozenset(found)

    def _lines(self, path: str) -> t.Iterator[list[str]]:
        """The words of each non-empty line, without comments."""
        for line in self._text(path).splitlines():
            words = line.lower().partition("#")[0].split()
            if words:
                yield words

    def _text(self, path: str) -> str:
        if self._files is None:
            return ""
        try:
            return (self._files.read(path) or b"").decode("utf-8", "replace")
        except HostError:  # an unreadable file names nothing
            return ""


ANY_COMPUTER = ThisComputer()


def local_service(computer: ThisComputer, account: Account, incoming: str, outgoing: str) -> str:
    """The clause about an account that uses a service on this computer; empty if it does not.

    Args:
        computer: the computer that the client runs on.
        account: the wanted account.
        incoming: the stored host for receiving.
        outgoing: the stored host for sending.
    """
    for stored, wanted in ((incoming, account.incoming.host), (outgoing, account.outgoing.host)):
        if stored.lower() != wanted.lower() and computer.is_meant_by(stored) and not computer.is_meant_by(wanted):
            return f"it is reached through {stored}, a service on this computer such as a proxy"
    return ""


def _bare(host: str) -> str:
    return host.lower().strip("[]").rstrip(".")


def _is_loopback(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return int(address) >> 24 == 127 or int(address) == 0
    return address.is_loopback or address.is_unspecified


def _address(name: str) -> _Address | None:
    """The address in a text; an IPv4 address mapped to IPv6 is returned as IPv4 (RFC 4291)."""
    number = _ipv4(name)
    if number is not None:
        return ipaddress.IPv4Address(number)
    try:
        address = ipaddress.IPv6Address(name.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address


def _ipv4(name: str) -> int | None:
    """The number of an address in any form that the system's resolver accepts, such as ``0x7f000001`` (inet(3))."""
    parts = name.split(".")
    if len(parts) > 4 or not all(map(_NUMBER.fullmatch, parts)):
        return None
    *first, last = (int(part, 16 if part[:2] == "0x" else 8 if part[0] == "0" else 10) for part in parts)
    if max(first, default=0) > 255 or last >= 256 ** (5 - len(parts)):
        return None
    return last + sum(number << (24 - 8 * place) for place, number in enumerate(first))
