# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user has chosen for an account, which no task undoes unless it is given ``override``."""

from __future__ import annotations

import contextlib
import re
import socket

from .._model.account import Account, State

# The ways of signing in that send no password.
OAUTH2 = "OAuth2"
KERBEROS = "Kerberos"
CERTIFICATE = "a certificate"

_LOOPBACK = re.compile(r"(?:.+\.)?localhost6?(?:\.localdomain6?)?|ip6-(?:localhost|loopback)")
_OWN = (bytes(4), bytes(16), bytes(15) + b"\1")  # beside 127.0.0.0/8
_MAPPED = b"\0" * 10 + b"\xff\xff"  # an IPv4 address as an IPv6 one


def switched_off(client: str) -> str:
    """The clause about an account that the user has switched off."""
    return f"its user has switched it off in {client}"


def signs_in_by(method: str) -> str:
    """The clause about an account for which a password would not do."""
    return f"it signs in by {method}"


def own_address(client: str, address: str) -> str:
    """The clause about an account that sends with an address of its user's own."""
    return f"{client} sends as {address}, which is the user's own address and stays, with its name"


def is_loopback(host: str) -> bool:
    """Whether a host is the computer itself: whoever is asked there, such as a proxy, is no provider."""
    name = host.lower().strip("[]").rstrip(".")
    if _LOOPBACK.fullmatch(name) or name == socket.gethostname().lower():
        return True
    address = _address(name.partition("%")[0])
    return address in _OWN or (len(address) == 4 and address[0] == 127)


def _address(name: str) -> bytes:
    """The bytes of an address in any form that the system's resolver takes, such as ``0x7f000001``; empty for none."""
    with contextlib.suppress(OSError, ValueError):
        return socket.inet_aton(name if name.split() == [name] else "")  # it passes over what follows a blank
    try:
        found = socket.inet_pton(socket.AF_INET6, name)
    except (OSError, ValueError):
        return b""
    return found[12:] if found.startswith(_MAPPED) else found


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
