# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clauses about the choices of a user that no task changes unless ``override`` is set.

``user_choice`` of each client decides what such a choice is.
"""

from __future__ import annotations

from .._model.account import Account, State

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


def reason(account: Account, choice: str) -> str:
    """Why an account is left, and what to do, as sentences."""
    doing = "remove" if account.state is State.ABSENT else "change"
    return f"It is left as it is, because {choice}. Set override to {doing} it."
