# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about a server that answers too late, no longer, or too much."""

from __future__ import annotations

from .endpoint import Endpoint
from .failure import Code, Failure
from .observer import THIS_MACHINE, Observer

CHECK_THE_SERVER = "Check host and port: a mail server does not answer like this."

_SLOW = (
    "Some servers greet late, after 20 seconds and more, and mail clients wait longer than this test: raise timeout. "
    "If the server stays silent, try another network."
)
_DELAYED = (
    "Servers delay sign-ins from a network where sign-ins were refused recently, by 15 seconds and more: wait a few "
    "minutes, or raise timeout. Change no other setting."
)


def _try_later(observer: Observer) -> str:
    return (
        f"Try again later. If other machines can use this server, check {observer.name}'s firewall, VPN and antivirus. "
        "If none can, the provider must act. Change no setting."
    )


class Timeout(Failure):
    """The server did not answer in time.

    Args:
        limit: the time limit in seconds.
        partial: the beginning of an answer came.
        evidence: further evidence.
        observer: the machine that waited.
    """

    def __init__(
        self, limit: float, partial: bool = False, evidence: str = "", observer: Observer = THIS_MACHINE
    ) -> None:
        finding = "sent only part of an answer" if partial else "did not answer"
        super().__init__(f"{finding} within {limit:g} seconds", evidence, _try_later(observer), Code.NOTHING_SAID)


class ConnectionEnded(Failure):
    """The connection ended before the answer."""

    def __init__(self, evidence: str, observer: Observer = THIS_MACHINE) -> None:
        super().__init__("ended the connection", evidence, _try_later(observer), Code.HUNG_UP)


class TooMuchData(Failure):
    """The server sent more than a mail server would."""

    def __init__(self, evidence: str) -> None:
        super().__init__("does not behave like a mail server", evidence, CHECK_THE_SERVER, Code.NOT_MAIL)


def no_greeting(endpoint: Endpoint, ending: Timeout | ConnectionEnded, encrypted: bool | None) -> Failure:
    """The server accepted the connection, perhaps also TLS, but did not greet.

    Args:
        endpoint: where.
        ending: how the wait for the greeting ended.
        encrypted: TLS was agreed on before; None if it was not tested whether the server expects TLS instead.
    """
    late = isinstance(ending, Timeout)
    held_back = (
        "The service is overloaded, or a firewall holds it back. Try another network and check "
        f"{endpoint.option('port')} ({endpoint.port_hint})."
    )
    if encrypted:
        advice = "TLS works, but the mail service behind it does not answer. The provider must act. Change no setting."
    else:
        advice = f"{'' if encrypted is None else 'It does not begin TLS either. '}{_SLOW if late else held_back}"
    return Failure(f"{ending.finding}, although it must greet first", ending.evidence, advice, ending.code)


def no_handshake(endpoint: Endpoint, ending: Timeout | ConnectionEnded) -> Failure:
    """The server accepted the connection but did not begin TLS."""
    return Failure(
        f"{ending.finding} when TLS had to begin",
        ending.evidence,
        f"Check {endpoint.option('port')} ({endpoint.port_hint}). If it is right, a firewall, a VPN or an antivirus "
        "blocks encrypted connections, or the service is overloaded. Try another network.",
        ending.code,
    )


def sign_in_interrupted(ending: Failure) -> Failure:
    """The server stopped answering while a user signed in."""
    advice = _DELAYED if isinstance(ending, Timeout) else "Try again later. Change no setting."
    return Failure(
        f"{ending.finding} during sign-in",
        ending.evidence,
        f"The password was neither accepted nor refused. {advice}",
        ending.code,
    )
