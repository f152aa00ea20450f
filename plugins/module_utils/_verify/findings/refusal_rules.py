# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that read a server's refusal, and those for codes in brackets, which servers use in every stage.

A table is read from the top, and the first rule that matches counts. So a table begins with codes that name one cause,
goes on with words that say who or what is meant, and ends with the digits of a class.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .failure import Code, Failure


@dataclasses.dataclass(frozen=True)
class RefusalRule:
    """One line of a table.

    Attributes:
        pattern: is sought in the answer, in any letter case.
        code: what the answer means, for programs.
        finding: a clause whose subject is the server.
        advice: what to do, in sentences.
    """

    pattern: t.Pattern[str]
    code: Code
    finding: str
    advice: str


def rule(pattern: str, code: Code, finding: str, advice: str) -> RefusalRule:
    """A line of a table."""
    return RefusalRule(re.compile(pattern, re.IGNORECASE), code, finding, advice)


def known(rules: t.Iterable[RefusalRule], answer: str) -> Failure | None:
    """The finding for an answer that is in a table; None if it is in none of its lines."""
    found = next((one for one in rules if one.pattern.search(answer)), None)
    return None if found is None else Failure(found.finding, answer, found.advice, found.code)


NO_CHANGE = "Try again later. Change no setting."
NOT_FROM_HERE = "Try another network. Do not use a VPN or a proxy: their addresses are often blocked."

# An address as servers print it.
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
# Weaker words: limits use them, too, and come before these.
NOT_ACCEPTED_FROM_HERE = rule(
    rf"{_THIS_NETWORK}[^;]{{0,40}}\b(?:rejected|refused|denied|prohibited|not (?:permitted|allowed|accepted))\b"
    rf"|\b(?:rejected|refused|denied|prohibited|not (?:permitted|allowed|accepted))\b"
    r".{0,25}\b(?:from|for|to)\b.{0,15}"
    rf"{_THIS_NETWORK}",
    Code.ADDRESS_BLOCKED,
    "rejects this network's public IP address",
    f"{NOT_FROM_HERE} Otherwise ask the provider to accept the address.",
)
# A sign-in may be denied to a user "from" an address, so only words on permission count there.
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
