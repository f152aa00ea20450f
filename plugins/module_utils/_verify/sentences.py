# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome for one account as plain sentences that can be passed on as they are."""

from __future__ import annotations

from .check import EndpointReport
from .endpoint import Role


def summary(email: str, incoming: EndpointReport, outgoing: EndpointReport) -> str:
    """What came of all tests of an account; what failed comes first, and what was not tested is never left out."""
    reports = sorted((incoming, outgoing), key=lambda report: report.failed is None)
    reasons = {None if report.skipped is None else report.skipped.evidence for report in reports}
    if any(report.failed is not None for report in reports) or len(reasons) > 1:
        return " ".join(_outcome(report) for report in reports)
    (reason,) = reasons
    if reason is None:
        return (
            f"All tests completed successfully for {email}: mail can be received from {_place(incoming)} "
            f"and sent through {_place(outgoing)}."
        )
    return (
        f"All tests that could be made completed successfully for {email}: {_place(incoming)} and {_place(outgoing)} "
        f"answer as they should. Signing in, the mailbox and sending were {reason}."
    )


def _outcome(report: EndpointReport) -> str:
    """One endpoint in its own sentences."""
    incoming = report.endpoint.role is Role.INCOMING
    action, last = ("received from", "the mailbox") if incoming else ("sent through", "sending")
    if report.failed is not None:
        verb = action.split(" ", 1)[0]
        seen = report.failed.evidence.rstrip(".")
        evidence = f" ({seen})" if seen else ""
        return (
            f"Mail cannot be {verb}: {report.endpoint.where} {report.failed.finding}{evidence}. {report.failed.advice}"
        )
    if report.skipped is not None:
        return f"{_place(report)} answers as it should; signing in and {last} were {report.skipped.evidence}."
    return f"Mail can be {action} {_place(report)}."


def _place(report: EndpointReport) -> str:
    """``imap.charter.net (IMAP, port 993, TLS 1.3)``; submission needs no name."""
    server = report.endpoint.server
    service = f"{report.endpoint.service.title}, " if report.endpoint.role is Role.INCOMING else ""
    return f"{server.host} ({service}port {server.port}, {report.encryption or 'not encrypted'})"
