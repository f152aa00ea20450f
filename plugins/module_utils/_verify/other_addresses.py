# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests whether a server that fails at one address of its name works at another."""

from __future__ import annotations

import dataclasses
import typing as t

from .findings.addresses import may_be_one_address, one_address_fails
from .findings.failure import Failure
from .wire.resolver import Address

MOST = 2  # other addresses to try
_LONGEST = 3.0  # seconds for each


@dataclasses.dataclass(frozen=True)
class Addresses:
    """All addresses of a name, and the one in use.

    Attributes:
        every: in the resolver's order.
        used: the address of the connection.
    """

    every: tuple[Address, ...]
    used: Address

    def others(self) -> tuple[Address, ...]:
        """The addresses to compare with, those of the other family first."""
        rest = (address for address in self.every if address.target[0] != self.used.target[0])
        return tuple(sorted(rest, key=lambda address: address.family == self.used.family))[:MOST]


def seconds_for_another(timeout: float) -> float:
    """How long another address may take, in addition to the timeout, which the first may have used up."""
    return min(_LONGEST, timeout / 2)


def compared(failure: Failure, addresses: Addresses, gets_on: t.Callable[[Address], bool]) -> Failure:
    """The failure, explained by the address if another one works.

    Args:
        failure: what went wrong.
        addresses: the name's addresses.
        gets_on: tests an address up to the capabilities, without a password.
    """
    if not may_be_one_address(failure):
        return failure
    sound = next((address for address in addresses.others() if gets_on(address)), None)
    if sound is None:
        return failure
    ipv6 = addresses.used.ipv6 and not sound.ipv6
    return one_address_fails(str(addresses.used), str(sound), failure, ipv6)
