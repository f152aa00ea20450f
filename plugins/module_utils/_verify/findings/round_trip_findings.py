# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about a test message: a clause whose subject is the message, evidence, advice and code."""

from __future__ import annotations

from .failure import Code, Failure

LATE = "Mail is delayed between the provider's servers. Change no setting. If it stays so, ask the provider."


def lost(seconds: float, server: str, receipt: str, subject: str) -> Failure:
    """The message was accepted but did not arrive in time.

    Args:
        seconds: the time limit.
        server: the server that accepted it.
        receipt: the server's reply.
        subject: the subject, by which a user finds it.
    """
    return Failure(
        f"did not arrive within {seconds:g} seconds, although {server} accepted it",
        receipt,
        f'Look for "{subject}" in the junk folder, and check rules that move or forward mail. Another program that '
        "fetches and deletes mail may also have been faster. Otherwise the provider delays the message: try again "
        "later, with a longer round_trip_timeout. If the message arrives after all, it stays in the mailbox.",
        Code.MESSAGE_LOST,
    )


def duplicated(copies: int, evidence: str) -> Failure:
    """The message arrived more than once."""
    return Failure(
        f"arrived {copies} times",
        evidence,
        "A filter, a forwarding rule or an alias that leads back to the same mailbox makes copies: check the rules on "
        "the provider's web page. Change no setting of the mail client.",
        Code.MESSAGE_DUPLICATED,
    )
