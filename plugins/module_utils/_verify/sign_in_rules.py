# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides whether a password may be sent to a server, for tests, test messages and tests from a PC."""

from __future__ import annotations

import dataclasses

from .._model.secret import Secret
from .findings.endpoint import Endpoint
from .login import Login
from .login_limit import LoginLimit


@dataclasses.dataclass(frozen=True)
class NotTried:
    """Why a sign-in is not tried.

    Attributes:
        reason: why, a clause.
        advice: what to do, in sentences.
    """

    reason: str
    advice: str


def before_sign_in(endpoint: Endpoint, login: Login, *, encrypted: bool, allow_plaintext: bool) -> NotTried | None:
    """Why a password must not be sent; None if it may.

    Args:
        endpoint: where.
        login: the login, with or without a password.
        encrypted: the connection has TLS with a verified certificate.
        allow_plaintext: the password may be sent in clear text.
    """
    if login.password is None:
        return NotTried(login.no_password, "Set the password to test this as well.")
    if not encrypted and not allow_plaintext:
        return NotTried(
            "the connection is not encrypted and would expose the password",
            f"Set {endpoint.option('security')} to ssl or starttls. Use allow_plaintext only in a network that you "
            "fully trust.",
        )
    return None


def limited(limit: LoginLimit, endpoint: Endpoint, username: str, password: Secret) -> NotTried:
    """Why the limit forbids trying a login."""
    elsewhere = limit.elsewhere(endpoint, username, password)
    if isinstance(elsewhere, str):
        return NotTried(elsewhere, "Correct the login or the password first, or test this host in another run.")
    if elsewhere is not None:
        return NotTried(
            f"{username} was refused with this password on {elsewhere.host} and repeated failures lock accounts",
            "Correct the login or the password first.",
        )
    if limit.exhausted(username):
        return refused_before(username)
    return NotTried(
        f"{username} was being tried at another server and repeated failures lock accounts",
        "Raise timeout or attempts.",
    )


def refused_before(username: str) -> NotTried:
    """The reason for not trying a refused login again."""
    return NotTried(
        f"{username} was refused already and repeated failures lock accounts",
        "Correct the login or the password first.",
    )
