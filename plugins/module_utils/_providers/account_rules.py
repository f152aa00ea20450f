# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds settings that cannot work, or look wrong but are correct, before anything is written or connected to."""

from __future__ import annotations

from .._model.account import Account, Protocol, State
from .._model.errors import OptionError
from .._model.text import same_address
from .account_finding import MOST_SERIOUS_FIRST, AccountFinding, Level, error, notice, warning
from .catalog import of_host
from .port_and_security_check import check_servers


def check(account: Account, *, allow_plaintext: bool = False) -> tuple[AccountFinding, ...]:
    """All findings about an account, the most serious first.

    Args:
        account: the complete account, its texts already checked (``_model.text``).
        allow_plaintext: the options allow ``security`` to be ``none``.
    """
    if account.state is State.ABSENT:
        return ()
    findings = [
        *check_servers(account.protocol, account.incoming, account.outgoing, allow_plaintext=allow_plaintext),
        *_login(account),
        *_identities(account),
        *_signatures(account),
        *_leave_on_server(account),
    ]
    return tuple(sorted(findings, key=lambda finding: MOST_SERIOUS_FIRST.index(finding.level)))


def refuse_errors(findings: tuple[AccountFinding, ...]) -> None:
    """Raise the first error as an ``OptionError``."""
    for finding in findings:
        if finding.level is Level.ERROR:
            raise OptionError(finding.option, finding.reason, finding.remedy)


def _login(account: Account) -> list[AccountFinding]:
    hosts = (account.incoming.host, account.outgoing.host)
    known = [provider for provider in map(of_host, hosts) if provider is not None]
    if "@" not in account.username:
        reason = f"{account.username!r} is only a part of the address"
        remedy = f"leave it out, or write {account.email}"
        if known:
            return [error("username", f"{reason}, and {known[0].title} wants the full address as login", remedy)]
        return [warning("username", reason, f"{remedy}, unless this server really wants the short form")]
    if known and account.username.lower() != account.email.lower():
        return [
            warning(
                "username",
                "it differs from the address, "
                f"and {known[0].title} refuses mail whose sender is not the login (AUP#Out-1500)",
                f"leave it out, or write {account.email}",
            )
        ]
    return []


def _identities(account: Account) -> list[AccountFinding]:
    provider = of_host(account.outgoing.host)
    others = [
        one.email for one in account.identities if not one.absent and not same_address(one.email, account.username)
    ]
    if provider is None or not others:
        return []
    return [
        warning(
            "identities",
            f"{provider.title} refuses mail whose sender is not the login (AUP#Out-1500), such as {others[0]}",
            "leave it out, or send by a server that accepts the address",
        )
    ]


def _signatures(account: Account) -> list[AccountFinding]:
    """Signatures with images on the web, which not every recipient sees."""
    given = [("signature", account.signature)]
    given += [(f"identities ({one.email}).signature", one.signature) for one in account.identities if not one.absent]
    html = [(option, one.content) for option, one in given if one is not None and one.html]
    if not html:
        return []
    # Most runs have no HTML, and its parser loads slowly.
    from .._model.signature_images import images_of

    found = ((option, images_of(content).on_the_web) for option, content in html)
    return [
        warning(
            option,
            f"its image {image} is on the web, and most clients show it only after the recipient has allowed that",
            "let src and images put it into the signature, unless that is enough",
        )
        for option, image in found
        if image
    ]


def _leave_on_server(account: Account) -> list[AccountFinding]:
    if account.leave_on_server_days is not None and account.leave_on_server_days < 0:
        return [error("leave_on_server_days", "it is a number of days", "write 0 for no limit, or a positive number")]
    if account.protocol is Protocol.IMAP and (account.leave_on_server is not None or account.leave_on_server_days):
        return [notice("leave_on_server", "it has no meaning for IMAP, where mail stays on the server", "leave it out")]
    if account.leave_on_server is False and account.leave_on_server_days:
        return [
            error(
                "leave_on_server_days",
                "it says how long mail stays on the server, and leave_on_server is false",
                "leave it out, or set leave_on_server to true",
            )
        ]
    return []
