# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings for refusals with a code or with the server's own words.

The tables hold many patterns, and most servers refuse nothing, so they are imported at the first refusal.
"""

from __future__ import annotations

import re

from ..._model.secret import Secret
from . import sign_in_and_mailbox
from .failure import Code, Failure
from .interruptions import ConnectionEnded

_ASK_THE_SUPPORT = "Give the answer shown to the provider's support."


def greeting_refused(answer: str) -> Failure:
    """A server greets with a refusal."""
    from . import sending_refusals, sign_in_refusals
    from .refusal_rules import known

    smtp = answer[:1].isdigit()
    found = known(sending_refusals.GREETING if smtp else sign_in_refusals.GREETING, answer)
    return sign_in_and_mailbox.turned_away(answer) if found is None else found


def capabilities_refused(answer: str) -> Failure:
    """An SMTP server refuses EHLO."""
    from . import sending_refusals
    from .refusal_rules import known

    found = known(sending_refusals.EHLO, answer)
    return Failure("does not list its capabilities", answer, _ASK_THE_SUPPORT) if found is None else found


def address_refused(answer: str, email: str) -> Failure:
    """After signing in, an SMTP server refuses a sender, a recipient, or RSET."""
    from . import sending_refusals
    from .refusal_rules import known

    found = known(sending_refusals.ADDRESS, answer)
    finding = f"does not accept {email} as sender and recipient"
    return Failure(finding, answer, _ASK_THE_SUPPORT) if found is None else found


def message_refused(answer: str) -> Failure:
    """An SMTP server refuses a message after accepting its sender and recipient."""
    from . import sending_refusals
    from .refusal_rules import known

    found = known(sending_refusals.MESSAGE, answer)
    return Failure("does not accept the test message", answer, _ASK_THE_SUPPORT) if found is None else found


def mailbox_refused(mailbox: str, answer: str) -> Failure:
    """The mailbox, or the inbox, cannot be opened after signing in."""
    from . import sign_in_refusals
    from .refusal_rules import known

    damaged = re.search(sign_in_refusals.MAILBOX_CODES, answer, re.IGNORECASE)
    found = None if damaged else known(sign_in_refusals.MAILBOX, answer)
    return sign_in_and_mailbox.mailbox_not_opened(mailbox, answer) if found is None else found


def sign_in_refused(answer: str, username: str, password: Secret | None = None) -> Failure:
    """A server refuses a sign-in.

    Args:
        answer: the answer without a tag; printable, without secrets.
        username: the login that was used.
        password: for a hint about characters that are easily mistyped or encoded differently; None if unknown.
    """
    from . import sign_in_refusals
    from .refusal_rules import known

    # Postfix writes this if the password check gives no reason.
    found = known(sign_in_refusals.SIGNING_IN, answer.replace("(reason unavailable)", ""))
    if found is not None:
        return Failure(found.finding, answer, found.advice, found.code)
    login = (
        "The login must be the full address."
        if "@" in username
        else "The login is not a full address, which most providers require: set username to the address."
    )
    hint = "" if password is None else _password_hint(password.reveal())
    return Failure(
        f"refused the password of {username}",
        answer,
        f"The password or the login is wrong. {login} {hint}Correct it before trying again: repeated failures lock "
        "accounts.",
        Code.PASSWORD_REFUSED,
    )


def sign_in_ended(ending: ConnectionEnded, username: str, password: Secret) -> Failure:
    """An IMAP server ends the connection during a sign-in, perhaps with BYE as its only answer."""
    from . import sign_in_refusals
    from .refusal_rules import known

    reason = ending.evidence
    judged = reason.upper().startswith("* BYE") and (
        re.search(sign_in_refusals.JUDGED, reason, re.IGNORECASE) or known(sign_in_refusals.SIGNING_IN, reason)
    )
    return sign_in_refused(reason, username, password) if judged else ending


def _password_hint(password: str) -> str:
    """A sentence and a blank about characters in a password that often cause a refusal; usually empty."""
    if password != password.strip():
        return "The password begins or ends with a blank: remove it if it is not meant. "
    if not password.isascii():
        return (
            "The password has letters outside ASCII, such as accents or umlauts, which some servers expect in another "
            "encoding: set a password of ASCII letters, digits and signs. "
        )
    return ""


def refused_here_only(finding: str, evidence: str, here: str, there: str) -> Failure:
    """One server refuses the password that the account's other server accepts.

    Args:
        finding: the finding of the refused sign-in.
        evidence: its evidence.
        here: what this server is for: ``receiving`` or ``sending``.
        there: what the other server is for.
    """
    return Failure(
        f"{finding}, which works for {there}",
        evidence,
        f"Login and password are right: change no setting. {here.capitalize()} may be blocked for this account, or a "
        "new password has not reached this server yet. Sign in to the provider's web mail, then try again later. In a "
        f"mail client, check the password stored for {here}: it is an entry of its own.",
        Code.PASSWORD_REFUSED_HERE,
    )
