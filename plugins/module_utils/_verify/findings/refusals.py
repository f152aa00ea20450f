# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What servers mean when they refuse: their codes and words, decoded for a person.

A table is read from the top; the first pattern that is found in the server's answer counts.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .failure import Code, Failure


@dataclasses.dataclass(frozen=True)
class _RefusalRule:
    pattern: t.Pattern[str]
    code: Code
    finding: str
    advice: str


def _refusal(pattern: str, code: Code, finding: str, advice: str) -> _RefusalRule:
    return _RefusalRule(re.compile(pattern, re.IGNORECASE), code, finding, advice)


_NO_CHANGE = "Try again later and change no setting."

# Charter's own codes, from the provider's published error pages; the rest from RFC 5321, 3463 and 6409.
_SENDING: t.Sequence[_RefusalRule] = (
    _refusal(
        r"AUP#Out-1130",
        Code.ADDRESS_BLOCKED,
        "blocks this machine's public IP address",
        "Leave VPN and proxies, whose exits are often blocked. Otherwise ask the provider to unblock the address.",
    ),
    _refusal(
        r"AUP#Out-1220",
        Code.ADDRESS_LISTED,
        "rejects this machine's public IP address because Spamhaus lists it",
        "Look the address up at Spamhaus and have it removed there; leave VPN and proxies.",
    ),
    _refusal(
        r"AUP#Out-1320",
        Code.SENDER_REJECTED,
        "rejects the sender's address",
        "The address must belong to the account that signs in: compare email and username.",
    ),
    _refusal(r"AUP#Out-1390", Code.UNAVAILABLE, "is not available for the moment", _NO_CHANGE),
    _refusal(
        r"AUP#Out-1500",
        Code.SENDER_NOT_LOGIN,
        "wants the sender's address to be the login",
        "Set username to the address of the account; every account needs outgoing settings of its own.",
    ),
    _refusal(
        r"AUP#", Code.POLICY, "rejects this by its acceptable use policy", "Give the provider's support the code shown."
    ),
    _refusal(
        r"relay(ing)? (access )?denied|not permitted to relay|check for new mail before sending",
        Code.NOT_SIGNED_IN,
        "does not take mail from somebody who has not signed in",
        "Switch authentication on for the outgoing server: give username and password.",
    ),
    _refusal(r"^530", Code.NOT_SIGNED_IN, "wants the sender to sign in first", "Give username and password."),
    _refusal(
        r"^421|too many|rate limit|limit exceeded|^45[0-9].*(frequen|rate)",
        Code.LIMITED,
        "takes no more for the moment",
        f"The provider limits connections or messages. {_NO_CHANGE}",
    ),
    _refusal(
        r"^552|^452|quota|mailbox (is )?full",
        Code.FULL,
        "has no room left in the mailbox",
        "Delete mail or empty the bin, then try again.",
    ),
    _refusal(
        r"not owned by|sender.*(mismatch|must match)",
        Code.SENDER_NOT_LOGIN,
        "wants the sender's address to belong to the login",
        "The address must belong to the account that signs in: compare email and username.",
    ),
    _refusal(
        r"^553|5\.7\.1|sender.*(reject|denied)",
        Code.SENDER_REJECTED,
        "does not accept this sender's address",
        "The address must belong to the account that signs in: compare email and username.",
    ),
    _refusal(
        r"^550|5\.1\.[01]",
        Code.UNKNOWN_ADDRESS,
        "does not know the address",
        "Check email; if it is right, the mailbox may be closed: ask the provider.",
    ),
    _refusal(r"^4", Code.UNAVAILABLE, "cannot do it for the moment", _NO_CHANGE),
)

# IMAP response codes: RFC 5530. POP3: RFC 2449 and 3206. SMTP: RFC 4954.
_SIGNING_IN: t.Sequence[_RefusalRule] = (
    _refusal(
        r"\[CONTACTADMIN\]|(account|mailbox|user) (has been |is )?(temporarily )?(locked|disabled|suspended|blocked)",
        Code.LOCKED,
        "has locked the account",
        "Do not try again: unlock the account on the provider's web page, or ask the provider.",
    ),
    _refusal(
        r"\[IN-USE\]|\[INUSE\]|\[LOGIN-DELAY\]|\[LIMIT\]|^421|too many|maximum number of connections|rate limit",
        Code.LIMITED,
        "lets the account in no further for the moment",
        "Another program is using the mailbox, or there were too many sign-ins. Wait some minutes, then try again.",
    ),
    _refusal(
        r"\[EXPIRED\]|^432|password (has |is )?expired",
        Code.PASSWORD_EXPIRED,
        "says that the password has expired",
        "Set a new one at the provider.",
    ),
    _refusal(
        r"\[UNAVAILABLE\]|\[SYS/TEMP\]|^4",
        Code.UNAVAILABLE,
        "cannot check passwords for the moment",
        f"Nothing is known about the password. {_NO_CHANGE}",
    ),
    _refusal(
        r"^534|application[- ]specific|app password",
        Code.APP_PASSWORD,
        "wants a password made for this program",
        "Make an application password on the provider's web page and use it in place of the normal one.",
    ),
    _refusal(
        r"\[PRIVACYREQUIRED\]|^530|^538|encryption required",
        Code.ENCRYPTION_NEEDED,
        "wants an encrypted connection before the password",
        "Set security to ssl or starttls.",
    ),
    _refusal(
        r"^50[0-4]|^BAD|(unrecogni[sz]ed|unsupported) auth|invalid authentication mechanism|mechanism not supported",
        Code.UNSUPPORTED_MECHANISM,
        "does not understand this way to sign in",
        "Check host and port: a mail server for people accepts AUTH PLAIN or LOGIN.",
    ),
)


def sending_refused(answer: str, otherwise: str, code: Code = Code.OTHER) -> Failure:
    """What it means when an SMTP server refuses something other than a password.

    Args:
        answer: code and text, fit to be shown.
        otherwise: the finding where the answer is in no table, a clause.
        code: likewise.
    """
    for refusal in _SENDING:
        if refusal.pattern.search(answer):
            return Failure(refusal.finding, answer, refusal.advice, refusal.code)
    return Failure(otherwise, answer, "Give the provider's support the answer shown.", code)


def sign_in_refused(answer: str, username: str) -> Failure:
    """What it means when a server refuses to sign somebody in.

    Args:
        answer: the answer without a tag, fit to be shown.
        username: the login that was used.
    """
    for refusal in _SIGNING_IN:
        if refusal.pattern.search(answer):
            return Failure(refusal.finding, answer, refusal.advice, refusal.code)
    login = (
        "The login must be the full address."
        if "@" in username
        else "The login is not a full address, as most providers want it: set username to the address."
    )
    return Failure(
        f"refused the password of {username}",
        answer,
        f"The password or the login is wrong. {login} Correct it before trying again: repeated failures lock accounts.",
        Code.PASSWORD_REFUSED,
    )
