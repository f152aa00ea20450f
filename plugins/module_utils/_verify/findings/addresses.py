# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about the addresses of a name: one that fails while another works, and names that lead elsewhere."""

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
    """Whether another address of the name may work. Limits, blocks and outages affect all addresses."""
    return failure.code in _TRY


def one_address_fails(broken: str, sound: str, failure: Failure, ipv6: bool) -> Failure:
    """The test fails at one address of the name and succeeds at another.

    Args:
        broken: the address that fails.
        sound: the address that works.
        failure: the failure at the first address.
        ipv6: the first is an IPv6 address and the other is not.
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


def name_blocked(address: str) -> Failure:
    """The name leads to an address that cannot be the server's.

    Args:
        address: unspecified, loopback or private.
    """
    return Failure(
        f"cannot be reached: its name resolves to {address} on this machine, which is not the server's address",
        "",
        "A DNS filter (ad blocker, router, security software) or this machine's hosts file blocks the name: permit or "
        "correct it there. In a public network, sign in to the network in a browser first. Change no mail setting.",
        Code.NAME_BLOCKED,
    )


def captive_portal(failure: Failure) -> Failure:
    """A web server answers at a name that is known to be correct."""
    return Failure(
        "is not reached: a web page of the network answers instead",
        failure.evidence,
        "This is how a network answers before somebody has signed in to it (captive portal), or a proxy. Open a web "
        "page in a browser on this machine, and sign in to the network. Change no mail setting.",
        Code.PORTAL,
    )


def answered_by_another(failure: Failure, names: str) -> Failure:
    """The certificate at a name that is known to be correct is for other names."""
    return Failure(
        failure.finding,
        failure.evidence,
        f"The provider publishes the name {names}, so it is right, and something else answers: a sign-in page of the "
        "network (captive portal), a DNS filter or a proxy. Open a web page in a browser on this machine, and sign in "
        "to the network if it asks for that. Otherwise do not go on.",
        failure.code,
    )


def on_this_machine(failure: Failure, address: str) -> Failure:
    """The name leads to this machine, where nothing listens."""
    return Failure(
        failure.finding,
        failure.evidence,
        f"{failure.advice} The name resolves to this machine ({address}): if the server is another, correct this "
        "machine's hosts file or DNS filter.",
        failure.code,
    )
