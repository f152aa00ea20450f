# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about a server's answers: greeting, capabilities, sign-in, mailbox.

Refusals with a code or with the server's own words are in ``refusals``.
"""

from __future__ import annotations

import typing as t

from ..._model.account import Security
from .endpoint import Endpoint
from .failure import Code, Failure
from .interruptions import CHECK_THE_SERVER

_ASK_THE_PROVIDER = (
    "The password is right. Sign in to the provider's web mail. If the mailbox does not open there either, ask the "
    "provider."
)

_REPORT_TO_THE_PROVIDER = "Change no setting. Report it to the server's operator, who must correct it."

_OAUTH = frozenset(("XOAUTH2", "OAUTHBEARER", "XOAUTH"))


def turned_away(evidence: str) -> Failure:
    """The greeting is a refusal."""
    return Failure("turns clients away", evidence, "Try again later. Change no setting.", Code.TURNED_AWAY)


def signed_in_before(evidence: str) -> Failure:
    """The greeting is PREAUTH, which forbids STARTTLS and would prove nothing about the password."""
    finding = "greets as if a user were signed in already"
    return Failure(finding, evidence, "Check host and port: no provider does this.", Code.NOT_MAIL)


def no_capabilities(evidence: str) -> Failure:
    """The server does not list its capabilities properly."""
    return Failure("does not list its capabilities", evidence, CHECK_THE_SERVER, Code.NOT_MAIL)


def not_smtp(evidence: str) -> Failure:
    """A line that no SMTP server sends."""
    return Failure("does not follow SMTP", evidence, CHECK_THE_SERVER, Code.NOT_MAIL)


def no_mechanism(endpoint: Endpoint, evidence: str, mechanisms: t.Collection[str] = ()) -> Failure:
    """Server and client have no mechanism in common.

    Args:
        endpoint: where.
        evidence: what the server offers.
        mechanisms: the SASL mechanisms among these; empty if there are none or they are not known.
    """
    host, port, security = (endpoint.option(name) for name in ("host", "port", "security"))
    if endpoint.server.security is Security.NONE:
        advice = f"Many servers offer it only over an encrypted connection: set {security} to ssl or starttls."
    elif mechanisms and _OAUTH.issuperset(mechanisms):
        advice = (
            "The server accepts only OAuth, which this test cannot do: use a mail client that signs in with OAuth, or "
            "ask the provider to enable sign-in with a password."
        )
    elif mechanisms:
        advice = (
            "This test signs in with PLAIN, LOGIN, CRAM-MD5 or SCRAM (POP3: also USER, and not LOGIN), and the server "
            "offers other ways. A mail program that knows one of them can work. Change no setting."
        )
    else:
        advice = f"Check {host} and {port}: a server for users' mail accepts AUTH PLAIN or LOGIN."
    return Failure("offers no way to sign in with a password", evidence, advice, Code.NO_MECHANISM)


def not_begun(mechanism: str, evidence: str) -> Failure:
    """A server offers a mechanism but does not start it as its standard requires; the password was not used."""
    return Failure(
        f"offers {mechanism} and does not follow it",
        evidence,
        "The password was not checked. This test signs in with PLAIN, LOGIN, CRAM-MD5 or SCRAM; a mail program that "
        "knows another way can work. Otherwise the server's operator must correct it. Change no setting.",
        Code.UNSUPPORTED_MECHANISM,
    )


def not_proved(mechanism: str) -> Failure:
    """A server accepts a SCRAM sign-in without proving that it knows the password (RFC 5802 5)."""
    return Failure(
        f"does not prove in {mechanism} that it knows the password",
        "",
        "Something else than the provider's server may answer: do not go on in this network. If it is the same in "
        "another network, the server's operator must correct it.",
        Code.UNSUPPORTED_MECHANISM,
    )


def credentials_not_sendable(character: str) -> Failure:
    """The login or password has a character that the protocol cannot carry."""
    evidence = f"{character} in the login or the password"
    return Failure("was not asked to sign in", evidence, "Correct username or password.")


def not_asked(reason: str, advice: str) -> Failure:
    """No sign-in was tried."""
    return Failure("was not asked to sign in", reason, advice)


def refused_elsewhere(username: str, host: str, code: Code) -> Failure:
    """The same sign-in was refused on another host of this run; see ``LoginLimit.elsewhere``."""
    return Failure(
        f"refused the same password of {username} on {host}",
        f"not tried again from this host, because repeated failures lock accounts; the code on {host} was {code.value}",
        f"Correct the login or the password, as reported for {host}. If the mailbox works on other hosts, this host "
        "and they have different passwords.",
        code,
    )


def mailbox_not_opened(mailbox: str, evidence: str) -> Failure:
    """The mailbox, or the inbox, cannot be opened after signing in."""
    return Failure(f"does not open the {mailbox}", evidence, _ASK_THE_PROVIDER, Code.MAILBOX_CLOSED)


def command_refused(refused: str, evidence: str) -> Failure:
    """A command in the open mailbox failed.

    Args:
        refused: what the server does not do, to follow ``does not``.
        evidence: the server's answer.
    """
    return Failure(f"does not {refused}", evidence, _ASK_THE_PROVIDER)


def number_too_large(evidence: str) -> Failure:
    """A number above 32 bits, which IMAP forbids (RFC 3501 9) and no POP3 mailbox reaches."""
    return Failure("gives a number that no mailbox can have", evidence, _REPORT_TO_THE_PROVIDER)


def not_understood(error: Exception) -> Failure:
    """This collection cannot handle an answer. The error's text is not shown, as it may contain a password."""
    import traceback  # here, because it is rarely needed

    calls = traceback.extract_tb(error.__traceback__)
    place = f" in {calls[-1].filename.rpartition('/')[2]}, line {calls[-1].lineno}" if calls else ""
    return Failure(
        "gives an answer that this test does not understand",
        f"{type(error).__name__}{place}",
        "Change no setting. Report it as a bug of the collection charter.mail.",
    )


def inbox_read_only(evidence: str) -> Failure:
    """The inbox cannot be opened for deleting."""
    return Failure("opens the inbox for reading only", evidence, _ASK_THE_PROVIDER)


def no_message_header(evidence: str) -> Failure:
    """The POP3 server does not support TOP."""
    return Failure(
        "does not show the header of a message",
        evidence,
        "The server lacks the command TOP, without which the test message cannot be recognised. Run without "
        "round_trip.",
    )


def inbox_renumbered(before: int, after: int) -> Failure:
    """UIDVALIDITY changed, so UIDs now mean other messages (RFC 3501 2.3.1.1)."""
    return Failure(
        "renumbered all messages during the test",
        f"UIDVALIDITY {after} after {before}",
        "The inbox was created again during the test. Run the test again.",
    )
