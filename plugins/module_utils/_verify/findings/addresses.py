# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about the addresses that a name leads to: one that fails where another works, and names led astray."""

from __future__ import annotations

from .failure import Code, Failure

_TRY = (
    Code.NOTHING_SAID,
    Code.HUNG_UP,
    Code.WRONG_PROTOCOL,
    Code.NOT_MAIL,
    Code.NEEDS_SSL,
    Code.NEEDS_STARTTLS,
    Code.EXPIRED,
    Code.OTHER_NAME,
    Code.SELF_SIGNED,
    Code.UNKNOWN_ISSUER,
    Code.INTERCEPTED,
    Code.TLS_TOO_OLD,
    Code.TLS_TOO_WEAK,
    Code.CLIENT_CERTIFICATE,
    Code.NO_TLS,
    Code.INJECTED,
    Code.STARTTLS_MISSING,
    Code.SMTP_INSPECTED,
)
_NO_ANSWER = (Code.NOTHING_SAID, Code.HUNG_UP, Code.NO_TLS)


def may_be_one_address(failure: Failure) -> bool:
    """Whether another address of the same name may do better. Limits, blocks and outages are not of this kind."""
    return failure.code in _TRY


def one_address_fails(broken: str, sound: str, failure: Failure, ipv6: bool) -> Failure:
    """At one address of the name the test fails, at another it gets on.

    Args:
        broken: the address that fails.
        sound: the address that answers properly.
        failure: what is wrong at the first.
        ipv6: the first is an IPv6 address, and the other is not.
    """
    if failure.code in _NO_ANSWER:
        advice = (
            f"This machine's path to {broken} is broken, or the server there: try another network. If it fails there, "
            "too, the provider must act."
        )
        if ipv6:
            advice = f"Check this machine's IPv6 first: mail works without it. {advice}"
    else:
        advice = (
            f"Another host answers at {broken}: the DNS entry of the name is out of date, or something on the way "
            "intercepts that address. Compare the addresses with those in another network. If they are the same there, "
            "the operator of the name must remove the address."
        )
    return Failure(
        f"works at {sound}, but not at {broken}: there it {failure.finding}",
        failure.evidence,
        f"Change no mail setting. {advice} Mail clients fail whenever they use {broken}.",
        Code.ONE_ADDRESS,
    )
