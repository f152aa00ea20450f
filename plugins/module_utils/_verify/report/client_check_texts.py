# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that say whether a mail client has the account as wanted."""

from __future__ import annotations

import dataclasses
import typing as t

from ..findings.failure import Code
from .account_report import AccountReport
from .check import AccountCheck, CheckStatus, Stage


def as_wanted(client: str, place: str, note: str) -> AccountCheck:
    """The client has the account as wanted.

    Args:
        client: its name.
        place: the client and its profile.
        note: which passwords the tests use, a clause.
    """
    return _check(client, CheckStatus.OK, f"{place} is set up as wanted; {note}", "")


def differs(
    client: str, place: str, clauses: t.Sequence[str], note: str, module: str, refusal: str = ""
) -> AccountCheck:
    """The client has the account with other settings.

    Args:
        client: its name.
        place: the client and its profile.
        clauses: what differs.
        note: which passwords the tests use, a clause.
        module: the module that configures the client.
        refusal: why the module would not change it, and what to do, as sentences; empty if it would.
    """
    listed = "; ".join(clauses)
    usual = f"Run {module} with the same options to change {client}, or change the options if {client} is right."
    advice = _refused(module, refusal) or usual
    return _check(
        client,
        CheckStatus.FAILED,
        f"{listed}. Read from {place}; {note}",
        f"{client} is not set up as wanted: {listed}. {advice} The tests used the settings in {client}.",
        advice,
        Code.CLIENT_DIFFERS,
    )


def left_alone(client: str, place: str, reason: str, clauses: t.Sequence[str], note: str, module: str) -> AccountCheck:
    """The client has the account with the user's own choices, which the module would keep.

    Args:
        client: its name.
        place: the client and its profile.
        reason: what the user wants, a clause.
        clauses: what differs from the options, if anything does.
        note: which passwords the tests use, a clause.
        module: the module that configures the client.
    """
    listed = "; ".join((reason, *clauses))
    advice = f"{module} leaves that as it is. Set override there to change it."
    return _check(
        client,
        CheckStatus.OK,
        f"{place} has the account as its user wants it: {listed}; {note}",
        f"{client} has the account as its user wants it: {listed}. {advice} The tests used the settings in {client}.",
        advice,
    )


def account_missing(client: str, place: str, account: str, reason: str, module: str, refusal: str = "") -> AccountCheck:
    """The client does not have the account.

    Args:
        client: its name.
        place: the client and its profile.
        account: which one.
        reason: what is missing, a clause whose subject is the client.
        module: the module that configures the client.
        refusal: see ``differs``.
    """
    advice = _refused(module, refusal) or f"Run {module} with the same options."
    return _check(
        client,
        CheckStatus.FAILED,
        f"{place} {reason}",
        f"{client} {reason}: {account} is not in {place}. {advice} The tests used the settings in the options.",
        advice,
        Code.CLIENT_LACKS_ACCOUNT,
    )


def undecided(client: str, place: str, module: str, refusal: str) -> AccountCheck:
    """The client has an account that could be the wanted one, but the module cannot tell.

    Args:
        client: its name.
        place: the client and its profile.
        module: the module that configures the client.
        refusal: see ``differs``.
    """
    advice = _refused(module, refusal)
    return _check(
        client,
        CheckStatus.FAILED,
        f"{place}: {refusal}",
        f"{client} is not set up as wanted. {advice} The tests used the settings in the options.",
        advice,
        Code.CLIENT_DIFFERS,
    )


def unreadable(client: str, message: str) -> AccountCheck:
    """The client's settings cannot be read; ``message`` says why, as sentences."""
    return _check(
        client,
        CheckStatus.FAILED,
        message,
        f"The settings of {client} cannot be read: {message} The tests used the settings in the options.",
        "Correct that, then run again.",
        Code.CLIENT_UNREADABLE,
    )


def _refused(module: str, refusal: str) -> str:
    return f"{module} would not change that: {refusal}" if refusal else ""


def add_to_report(check: AccountCheck, report: AccountReport, remark: str = "") -> AccountReport:
    """The report with this check in front.

    Args:
        check: the check of the client.
        report: the results of the tests.
        remark: a sentence to append; empty for none.
    """
    parts = [check.sentences, report.summary, remark]
    return dataclasses.replace(report, client=check, summary=" ".join(part for part in parts if part))


def only_sending_refused(report: AccountReport) -> bool:
    """Whether signing in works for receiving and not for sending."""
    refused = report.outgoing.failed
    received = [check for check in report.incoming.checks if check.stage is Stage.AUTHENTICATION]
    return (
        refused is not None
        and refused.stage is Stage.AUTHENTICATION
        and all(check.status is CheckStatus.OK for check in received)
    )


def _check(
    client: str, status: CheckStatus, evidence: str, sentences: str, advice: str = "", code: Code | None = None
) -> AccountCheck:
    return AccountCheck(Stage.CLIENT, client.lower(), "", status, 0.0, evidence, sentences, advice, code)
