# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's choices for an account, which no task changes unless ``override`` is set."""

from __future__ import annotations

from .._model.account import Account, State
from .own_addresses import ThisComputer

# Authentication methods that send no password.
OAUTH2 = "OAuth2"
KERBEROS = "Kerberos"
CERTIFICATE = "a certificate"


def switched_off(client: str) -> str:
    """The clause about an account that its user switched off."""
    return f"its user has switched it off in {client}"


def signs_in_by(method: str) -> str:
    """The clause about an account that does not use a password."""
    return f"it signs in by {method}"


def sends_by(program: str) -> str:
    """The clause about an account that does not send by SMTP but, for example, by a local program."""
    return f"it sends by {program} and not by an SMTP server"


def own_address(client: str, address: str) -> str:
    """The clause about an account that sends from the user's own address."""
    return f"{client} sends as {address}, which is the user's own address and is kept, with its name"


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


def reason(account: Account, choice: str) -> str:
    """Why an account is left, and what to do, as sentences."""
    doing = "remove" if account.state is State.ABSENT else "change"
    return f"It is left as it is, because {choice}. Set override to {doing} it."
