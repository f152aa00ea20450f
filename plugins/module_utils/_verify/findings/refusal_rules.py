# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that classify a server's refusal, and the rules for bracketed codes, which occur in every stage.

The first matching rule of a table applies. So a table begins with codes that name one cause, continues with words that
name the subject, and ends with the digits of a class.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .failure import Code, Failure


@dataclasses.dataclass(frozen=True)
class RefusalRule:
    """One rule of a table.

    Attributes:
        pattern: what to search for in the answer, ignoring case.
        code: what the answer means, for programs.
        finding: a clause whose subject is the server.
        advice: what to do, in sentences.
    """

    pattern: t.Pattern[str]
    code: Code
    finding: str
    advice: str


def rule(pattern: str, code: Code, finding: str, advice: str) -> RefusalRule:
    """A rule of a table."""
    return RefusalRule(re.compile(pattern, re.IGNORECASE), code, finding, advice)


def known(rules: t.Iterable[RefusalRule], answer: str) -> Failure | None:
    """The finding for an answer; None if no rule of the table matches."""
    found = next((one for one in rules if one.pattern.search(answer)), None)
    return None if found is None else Failure(found.finding, answer, found.advice, found.code)


NO_CHANGE = "Try again later. Change no setting."
NOT_FROM_HERE = "Try another network. Do not use a VPN or a proxy: their addresses are often blocked."

# An IP address as servers print it.
_ADDRESS = r"(?:\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,})"
_THIS_NETWORK = (
    rf"(?:\b(?:your|client|remote|this|connecting|source|the) (?:ip|host|network|isp)\b|\bip address\b|{_ADDRESS})"
)

LISTED = rule(
    r"blocked using|\b(?:spamhaus|spamcop|dnsbl|rbl|uceprotect|abuseat|barracudacentral)\b"
    rf"|{_THIS_NETWORK}.{{0,60}}(?:(?:black|block|deny)[ -]?list|\blisted (?:in|by|at|on)\b)",
    Code.ADDRESS_LISTED,
    "rejects this network's public IP address because a block list contains it",
    "Look the address up at the list that the answer names and request its removal there. Do not use a VPN or a proxy.",
)
BLOCKED = rule(
    rf"{_THIS_NETWORK}[^;]{{0,40}}\b(?:blocked|banned|black ?listed)\b"
    rf"|\b(?:blocked|banned)\b.{{0,25}}(?:{_THIS_NETWORK})",
    Code.ADDRESS_BLOCKED,
    "blocks this network's public IP address",
    f"{NOT_FROM_HERE} A block after failed sign-ins usually ends by itself: correct wrong passwords in all programs "
    "that sign in from this network, then wait an hour. Otherwise ask the provider to unblock the address.",
)
# Weaker words: limits use them, too, so the rules for limits come first.
NOT_ACCEPTED_FROM_HERE = rule(
    rf"{_THIS_NETWORK}[^;]{{0,40}}\b(?:rejected|refused|denied|prohibited|not (?:permitted|allowed|accepted))\b"
    rf"|\b(?:rejected|refused|denied|prohibited|not (?:permitted|allowed|accepted))\b"
    r".{0,25}\b(?:from|for|to)\b.{0,15}"
    rf"{_THIS_NETWORK}",
    Code.ADDRESS_BLOCKED,
    "rejects this network's public IP address",
    f"{NOT_FROM_HERE} Otherwise ask the provider to accept the address.",
)
# A sign-in may be denied "from" an address, so only words about permission count there.
NOT_PERMITTED_FROM_HERE = rule(
    rf"{_THIS_NETWORK}[^;]{{0,40}}\b(?:prohibited|not (?:permitted|allowed|accepted))\b",
    Code.ADDRESS_BLOCKED,
    NOT_ACCEPTED_FROM_HERE.finding,
    NOT_ACCEPTED_FROM_HERE.advice,
)
NAMELESS = rule(
    r"^5.*(?:reverse (?:host ?name|dns|name|lookup|mapping)|\bptr\b|\brdns\b)|5\.7\.25\b",
    Code.ADDRESS_NAMELESS,
    "rejects this network's public IP address because it has no reverse name",
    "Ask the operator of this network for a reverse name (PTR record), or try another network. Change no mail setting.",
)
LOCATION = rule(
    r"\b(?:location|country|region|geo(?:graphic|ip|-?block))",
    Code.LOCATION_BLOCKED,
    "does not permit sign-ins from this network's location",
    "Disconnect VPN and proxy, or try another network. Otherwise permit this location on the provider's web page, or "
    "ask the provider. The password is not the problem.",
)
