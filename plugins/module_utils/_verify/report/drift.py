# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mail client really has, beside what is wanted: in the options' own names, and as a check."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._model.account import Account, Protocol, Server
from ..._model.redaction import Redactor
from ..._model.settings import Change
from ..findings.failure import Code
from .account_report import AccountReport
from .check import AccountCheck, CheckStatus, Stage

_SHOWN = Redactor()


def differences(wanted: Account, found: Account, outgoing_username: str, client: str) -> tuple[str, ...]:
    """What differs, a clause each, in the order of importance.

    Args:
        wanted: by the options; what they do not say is not compared.
        found: in the client.
        outgoing_username: the client's login for sending.
        client: its name.
    """
    pairs: list[tuple[str, object, object]] = [
        ("incoming", _server(wanted.incoming), _server(found.incoming)),
        ("outgoing", _server(wanted.outgoing), _server(found.outgoing)),
        ("username", wanted.username, found.username),
        ("username for sending", wanted.username, outgoing_username),
        ("email", wanted.email.lower(), found.email.lower()),
    ]
    if wanted.full_name is not None:
        pairs.append(("full_name", wanted.full_name, found.full_name))
    if wanted.protocol is Protocol.POP3:
        if wanted.leave_on_server is not None:
            pairs.append(("leave_on_server", wanted.leave_on_server, found.leave_on_server))
        if wanted.leave_on_server_days is not None:
            pairs.append(("leave_on_server_days", wanted.leave_on_server_days, found.leave_on_server_days))
    if wanted.default:
        pairs.append(("default", True, found.default))
    return tuple(
        f"{name}: {_text(want)} wanted, {_text(have)} in {client}" for name, want, have in pairs if want != have
    )


def setting(change: Change, client: str) -> str:
    """One setting that differs, by the client's own name for it, a clause."""
    return f"{change.key}: {_text(change.after)} wanted, {_text(change.before)} in {client}"


def agreed(client: str, place: str, note: str) -> AccountCheck:
    """The client has what is wanted.

    Args:
        client: its name.
        place: the client and its profile.
        note: with which passwords the tests run, a clause.
    """
    return _check(client, CheckStatus.OK, f"{place} is set up as wanted; {note}", "")


def drifted(client: str, place: str, clauses: t.Sequence[str], note: str, remedy: str) -> AccountCheck:
    """The client has something else.

    Args:
        client: its name.
        place: the client and its profile.
        clauses: what differs.
        note: with which passwords the tests run, a clause.
        remedy: the module to run.
    """
    told = "; ".join(clauses)
    advice = f"Run {remedy} with the same options to change {client}, or change the options if {client} is right."
    return _check(
        client,
        CheckStatus.FAILED,
        f"{told}. Looked at: {place}; {note}",
        f"{client} is not set up as wanted: {told}. {advice} All else was tested with what is in {client}.",
        advice,
        Code.CLIENT_DIFFERS,
    )


def missing(client: str, place: str, email: str, reason: str, remedy: str) -> AccountCheck:
    """The account is not in the client."""
    advice = f"Run {remedy} with the same options."
    return _check(
        client,
        CheckStatus.FAILED,
        f"{place} {reason}",
        f"{client} {reason}: {email} was looked for in {place}. {advice} All else was tested with the options' "
        "settings.",
        advice,
        Code.CLIENT_LACKS_ACCOUNT,
    )


def unreadable(client: str, message: str) -> AccountCheck:
    """The client's files cannot be read."""
    return _check(
        client,
        CheckStatus.FAILED,
        message,
        f"What {client} has cannot be read: {message} All else was tested with the options' settings.",
        "Correct that, then run again.",
        Code.CLIENT_UNREADABLE,
    )


def with_client(report: AccountReport, check: AccountCheck, aside: str = "") -> AccountReport:
    """The report with the check in front.

    Args:
        report: what the tests found.
        check: what the client has.
        aside: a sentence for the end, where it has one.
    """
    parts = [check.sentences, report.summary, aside]
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


def _server(server: Server) -> str:
    return f"{server.host.lower()} {server.port} {server.security.value}" if server.host else ""


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _SHOWN(str(value)) if value not in (None, "") else "nothing"
