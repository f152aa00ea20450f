# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings for what servers refuse with a code or in words of their own.

A table is read from the top: the first pattern that is found in the server's answer counts.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from . import sessions
from .failure import Code, Failure


@dataclasses.dataclass(frozen=True)
class _RefusalRule:
    pattern: t.Pattern[str]
    code: Code
    finding: str
    advice: str


def _refusal(pattern: str, code: Code, finding: str, advice: str) -> _RefusalRule:
    return _RefusalRule(re.compile(pattern, re.IGNORECASE), code, finding, advice)


_NO_CHANGE = "Try again later. Change no setting."
_COMPARE = "The address must belong to the account that signs in: compare email and username."

# Charter's own codes, from the provider's published error pages; the rest from RFC 5321, 3463 and 6409.
_SENDING: t.Sequence[_RefusalRule] = (
    _refusal(
        r"AUP#Out-1130",
        Code.ADDRESS_BLOCKED,
        "blocks this network's public IP address",
        "Do not use a VPN or a proxy: their addresses are often blocked. Otherwise ask the provider to unblock it.",
    ),
    _refusal(
        r"AUP#Out-1220",
        Code.ADDRESS_LISTED,
        "rejects this network's public IP address because Spamhaus lists it",
        "Look the address up at Spamhaus and request its removal there. Do not use a VPN or a proxy.",
    ),
    _refusal(
        r"AUP#Out-1320",
        Code.SENDER_REJECTED,
        "rejects the sender's address",
        _COMPARE,
    ),
    _refusal(r"AUP#Out-1390", Code.UNAVAILABLE, "is temporarily unavailable", _NO_CHANGE),
    _refusal(
        r"AUP#Out-1500",
        Code.SENDER_NOT_LOGIN,
        "requires the login as the sender's address",
        "Set username to the address of the account. Every account needs outgoing settings of its own.",
    ),
    _refusal(
        r"AUP#",
        Code.POLICY,
        "rejects this under its acceptable use policy",
        "Give the code shown to the provider's support.",
    ),
    _refusal(
        r"relay(ing)? (access )?denied|not permitted to relay|check for new mail before sending",
        Code.NOT_SIGNED_IN,
        "accepts mail only after signing in",
        "Enable authentication for the outgoing server: set username and password.",
    ),
    _refusal(r"^530", Code.NOT_SIGNED_IN, "requires signing in before sending", "Set username and password."),
    _refusal(
        r"^421|too many|rate limit|limit exceeded|^45[0-9].*(frequen|rate)",
        Code.LIMITED,
        "accepts no more for now",
        f"The provider limits connections or messages. {_NO_CHANGE}",
    ),
    _refusal(
        r"^552|^452|quota|mailbox (is )?full",
        Code.FULL,
        "has no space left in the mailbox",
        "Delete mail or empty the trash, then try again.",
    ),
    _refusal(
        r"not owned by|sender.*(mismatch|must match)",
        Code.SENDER_NOT_LOGIN,
        "requires a sender's address that belongs to the login",
        _COMPARE,
    ),
    _refusal(
        r"^553|5\.7\.1|sender.*(reject|denied)",
        Code.SENDER_REJECTED,
        "does not accept this sender's address",
        _COMPARE,
    ),
    _refusal(
        r"^550|5\.1\.[01]",
        Code.UNKNOWN_ADDRESS,
        "does not know the address",
        "Check email. If it is right, the mailbox may be closed: ask the provider.",
    ),
    _refusal(r"^4", Code.UNAVAILABLE, "cannot do this for now", _NO_CHANGE),
)

# IMAP response codes: RFC 5530. POP3: RFC 2449 and 3206. SMTP: RFC 4954.
_SIGNING_IN: t.Sequence[_RefusalRule] = (
    _refusal(
        r"\[CONTACTADMIN\]|(account|mailbox|user) (has been |is )?(temporarily )?(locked|disabled|suspended|blocked)",
        Code.LOCKED,
        "has locked the account",
        "Do not try again. Unlock the account on the provider's web page, or ask the provider.",
    ),
    _refusal(
        r"\[IN-USE\]|\[INUSE\]|\[LOGIN-DELAY\]|\[LIMIT\]|^421|too many|maximum number of connections|rate limit",
        Code.LIMITED,
        "accepts no more sign-ins of this account for now",
        "Another program is using the mailbox, or there were too many sign-ins. Wait a few minutes, then try again.",
    ),
    _refusal(
        r"\[EXPIRED\]|^432|password (has |is )?expired",
        Code.PASSWORD_EXPIRED,
        "reports that the password has expired",
        "Set a new password at the provider.",
    ),
    _refusal(
        r"\[UNAVAILABLE\]|\[SYS/TEMP\]|^4",
        Code.UNAVAILABLE,
        "cannot check passwords for now",
        f"The password was neither accepted nor refused. {_NO_CHANGE}",
    ),
    _refusal(
        r"^534|application[- ]specific|app password",
        Code.APP_PASSWORD,
        "requires an application password",
        "Create an application password on the provider's web page and use it instead of the normal one.",
    ),
    _refusal(
        r"\[PRIVACYREQUIRED\]|^530|^538|encryption required",
        Code.ENCRYPTION_NEEDED,
        "requires an encrypted connection before the password",
        "Set security to ssl or starttls.",
    ),
    _refusal(
        r"^50[0-4]|^BAD|(unrecogni[sz]ed|unsupported) auth|invalid authentication mechanism|mechanism not supported",
        Code.UNSUPPORTED_MECHANISM,
        "does not support this way to sign in",
        "Check host and port: a server for users' mail accepts AUTH PLAIN or LOGIN.",
    ),
)


def greeting_refused(answer: str) -> Failure:
    """An SMTP server greets with a refusal."""
    known = _known(_SENDING, answer)
    return sessions.turned_away(answer) if known is None else known


def capabilities_refused(answer: str) -> Failure:
    """An SMTP server refuses EHLO."""
    return _sending_refused(answer, "does not list its capabilities")


def address_refused(answer: str, email: str) -> Failure:
    """An SMTP server refuses an address as sender or recipient, or to forget them."""
    return _sending_refused(answer, f"does not accept {email} as sender and recipient")


def message_refused(answer: str) -> Failure:
    """An SMTP server refuses a message after its sender and recipient were accepted."""
    return _sending_refused(answer, "does not accept the test message")


def sign_in_refused(answer: str, username: str) -> Failure:
    """A server refuses a sign-in.

    Args:
        answer: without a tag; printable, without secrets.
        username: the login that was used.
    """
    known = _known(_SIGNING_IN, answer)
    if known is not None:
        return known
    login = (
        "The login must be the full address."
        if "@" in username
        else "The login is not a full address, which most providers require: set username to the address."
    )
    return Failure(
        f"refused the password of {username}",
        answer,
        f"The password or the login is wrong. {login} Correct it before trying again: repeated failures lock accounts.",
        Code.PASSWORD_REFUSED,
    )


def refused_here_only(finding: str, evidence: str, here: str, there: str) -> Failure:
    """One server refuses the password that the account's other server accepts.

    Args:
        finding: of the refused sign-in.
        evidence: likewise.
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


def _sending_refused(answer: str, otherwise: str) -> Failure:
    known = _known(_SENDING, answer)
    return Failure(otherwise, answer, "Give the answer shown to the provider's support.") if known is None else known


def _known(rules: t.Sequence[_RefusalRule], answer: str) -> Failure | None:
    """The finding for an answer that is in a table; None if it is in none of its lines."""
    rule = next((rule for rule in rules if rule.pattern.search(answer)), None)
    return None if rule is None else Failure(rule.finding, answer, rule.advice, rule.code)
