# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user has chosen for an account, which no task undoes unless it is given ``override``."""

from __future__ import annotations

from .._model.account import Account, State
from .own_addresses import ThisComputer

# The ways of signing in that send no password.
OAUTH2 = "OAuth2"
KERBEROS = "Kerberos"
CERTIFICATE = "a certificate"


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


def local_service(computer: ThisComputer, account: Account, incoming: str, outgoing: str) -> str:
    """The clause about an account that is reached through a service on this computer; empty where it is not.

    Args:
        computer: the one that the client runs on.
        account: as wanted.
        incoming: the host for receiving, as stored.
        outgoing: the host for sending, as stored.
    """
    for stored, wanted in ((incoming, account.incoming.host), (outgoing, account.outgoing.host)):
        if stored.lower() != wanted.lower() and computer.is_meant_by(stored) and not computer.is_meant_by(wanted):
            return f"it is reached through {stored}, a service on this computer such as a proxy"
    return ""


def reason(account: Account, choice: str) -> str:
    """Why an account is left as it is, and what to do, as sentences."""
    doing = "remove" if account.state is State.ABSENT else "change"
    return f"It is left as it is, since {choice}. Set override to {doing} it."
