# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about what a server answers in its protocol: greeting, capabilities, sign-in, mailbox.

What a server refuses with a code or in words of its own is in ``refusals``.
"""

from __future__ import annotations

from ..._model.account import Security
from .endpoint import Endpoint
from .failure import Code, Failure
from .interruptions import CHECK_THE_SERVER

_ASK_THE_PROVIDER = (
    "The password is right. Sign in to the provider's web mail. If the mailbox does not open there either, ask the "
    "provider."
)


def turned_away(evidence: str) -> Failure:
    """The greeting is a refusal."""
    return Failure("turns clients away", evidence, "Try again later. Change no setting.", Code.TURNED_AWAY)


def signed_in_before(evidence: str) -> Failure:
    """The greeting is PREAUTH, which forbids STARTTLS and would prove nothing about the password."""
    finding = "greets as if a user were signed in already"
    return Failure(finding, evidence, "Check host and port: no provider does this.", Code.NOT_MAIL)


def no_capabilities(evidence: str) -> Failure:
    """The question for capabilities has no proper answer."""
    return Failure("does not list its capabilities", evidence, CHECK_THE_SERVER, Code.NOT_MAIL)


def not_smtp(evidence: str) -> Failure:
    """A line that no SMTP server sends."""
    return Failure("does not follow SMTP", evidence, CHECK_THE_SERVER, Code.NOT_MAIL)


def no_mechanism(endpoint: Endpoint, evidence: str) -> Failure:
    """There is no mechanism in common."""
    if endpoint.server.security is Security.NONE:
        security = endpoint.option("security")
        advice = f"Many servers offer it only over an encrypted connection: set {security} to ssl or starttls."
    else:
        host, port = endpoint.option("host"), endpoint.option("port")
        advice = f"Check {host} and {port}: a server for users' mail accepts AUTH PLAIN or LOGIN."
    return Failure("offers no way to sign in with a password", evidence, advice, Code.NO_MECHANISM)


def credentials_not_sendable(character: str) -> Failure:
    """Login or password has a character that the protocol cannot carry."""
    evidence = f"{character} in the login or the password"
    return Failure("was not asked to sign in", evidence, "Correct username or password.")


def not_asked(reason: str, advice: str) -> Failure:
    """No sign-in was tried."""
    return Failure("was not asked to sign in", reason, advice)


def mailbox_not_opened(mailbox: str, evidence: str) -> Failure:
    """The mailbox, or the inbox, cannot be opened after signing in."""
    return Failure(f"does not open the {mailbox}", evidence, _ASK_THE_PROVIDER, Code.MAILBOX_CLOSED)


def command_refused(refused: str, evidence: str) -> Failure:
    """A command in the open mailbox failed.

    Args:
        refused: what the server does not do, after ``does not``.
        evidence: its answer.
    """
    return Failure(f"does not {refused}", evidence, _ASK_THE_PROVIDER)


def inbox_read_only(evidence: str) -> Failure:
    """The inbox cannot be opened for a deletion."""
    return Failure("opens the inbox for reading only", evidence, _ASK_THE_PROVIDER)


def no_message_header(evidence: str) -> Failure:
    """A POP3 server without TOP."""
    return Failure(
        "does not show the header of a message",
        evidence,
        "The server lacks the command TOP, without which the test message cannot be recognised. Run without "
        "round_trip.",
    )


def inbox_renumbered(before: int, after: int) -> Failure:
    """UIDVALIDITY changed, so that the UIDs mean other messages (RFC 3501 2.3.1.1)."""
    return Failure(
        "renumbered all messages during the test",
        f"UIDVALIDITY {after} after {before}",
        "The inbox was created anew during the test. Run the test again.",
    )
