# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user has chosen for an account, which no task undoes unless it is given ``override``."""

from __future__ import annotations

import ipaddress
import re

from .._model.account import Account, State

# The ways of signing in that send no password.
OAUTH2 = "OAuth2"
KERBEROS = "Kerberos"
CERTIFICATE = "a certificate"

# As the files hosts of distributions have them: Red Hat's has localhost4, SUSE's ipv6-loopback.
_LOOPBACK = re.compile(r"(?:.+\.)?localhost[46]?(?:\.localdomain[46]?)?|ipv?6-(?:localhost|loopback)|loopback")
_NUMBER = re.compile("0x[0-9a-f]{1,8}|0[0-7]{0,11}|[1-9][0-9]{0,9}")


def switched_off(client: str) -> str:
    """The clause about an account that the user has switched off."""
    return f"its user has switched it off in {client}"


def signs_in_by(method: str) -> str:
    """The clause about an account for which a password would not do."""
    return f"it signs in by {method}"


def sends_by(program: str) -> str:
    """The clause about an account that sends by something else than an SMTP server, such as a program of the host."""
    return f"it sends by {program} and not by an SMTP server"


def own_address(client: str, address: str) -> str:
    """The clause about an account that sends with an address of its user's own."""
    return f"{client} sends as {address}, which is the user's own address and stays, with its name"


def is_loopback(host: str) -> bool:
    """Whether a host is the computer itself: whoever is asked there, such as a proxy, is no provider."""
    name = host.lower().strip("[]").rstrip(".")
    if _LOOPBACK.fullmatch(name):
        return True
    number = _ipv4(name)
    if number is not None:
        return number >> 24 == 127 or number == 0
    try:
        address = ipaddress.IPv6Address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped
    return address.is_loopback or address.is_unspecified or (mapped is not None and mapped.is_loopback)


def _ipv4(name: str) -> int | None:
    """The number of an address in any form that the system's resolver takes, such as ``0x7f000001`` (inet(3))."""
    parts = name.split(".")
    if len(parts) > 4 or not all(map(_NUMBER.fullmatch, parts)):
        return None
    *first, last = (int(part, 16 if part[:2] == "0x" else 8 if part[0] == "0" else 10) for part in parts)
    if max(first, default=0) > 255 or last >= 256 ** (5 - len(parts)):
        return None
    return last + sum(number << (24 - 8 * place) for place, number in enumerate(first))


def local_service(account: Account, incoming: str, outgoing: str) -> str:
    """The clause about an account that is reached through a service on this computer; empty where it is not.

    Args:
        account: as wanted.
        incoming: the host for receiving, as stored.
        outgoing: the host for sending, as stored.
    """
    for stored, wanted in ((incoming, account.incoming.host), (outgoing, account.outgoing.host)):
        if is_loopback(stored) and not is_loopback(wanted):
            return f"it is reached through {stored}, a service on this computer such as a proxy"
    return ""


def reason(account: Account, choice: str) -> str:
    """Why an account is left as it is, and what to do, as sentences."""
    doing = "remove" if account.state is State.ABSENT else "change"
    return f"It is left as it is, since {choice}. Set override to {doing} it."
