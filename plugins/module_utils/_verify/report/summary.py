# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary of an account: sentences that can be passed on unchanged."""

from __future__ import annotations

from ..findings.endpoint import Role
from .cause import Cause, observed, remedies
from .check import EndpointReport


def summary(email: str, incoming: EndpointReport, outgoing: EndpointReport, cause: Cause | None) -> str:
    """The results of all tests of an account. The cause comes first; untested stages are always mentioned."""
    if cause is not None:
        first, second = incoming, outgoing
        if cause.check.endpoint.role is Role.OUTGOING:
            first, second = outgoing, incoming
        return f"{_conclusion(first)}: {cause.sentence} {_other_server(cause, second)}"
    reports = (incoming, outgoing)
    reasons = {None if report.skipped is None else report.skipped.evidence for report in reports}
    if len(reasons) > 1:
        return " ".join(map(_result, sorted(reports, key=lambda report: report.skipped is None)))
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


def _other_server(cause: Cause, report: EndpointReport) -> str:
    """The result of the other server; with the same cause, it needs no advice."""
    failed = report.failed
    if failed is None:
        return _result(report)
    advice = remedies(failed, report.suggestion)
    if (failed.stage, failed.code) == (cause.check.stage, cause.check.code):
        wanted = report.suggestion
        same = cause.suggestion is not None and wanted is not None and wanted.options == cause.suggestion.options
        advice = ("The cause is the same.",) if wanted is None or same else (wanted.sentence,)
    return " ".join((f"{_conclusion(report)}: {observed(failed)}", *advice))


def _conclusion(report: EndpointReport) -> str:
    return f"Mail cannot be {'received' if report.endpoint.role is Role.INCOMING else 'sent'}"


def _result(report: EndpointReport) -> str:
    """The result of an endpoint that did not fail."""
    incoming = report.endpoint.role is Role.INCOMING
    action, last = ("received from", "the mailbox") if incoming else ("sent through", "sending")
    if report.skipped is not None:
        return f"{_place(report)} answers as it should; signing in and {last} were {report.skipped.evidence}."
    return f"Mail can be {action} {_place(report)}."


def _place(report: EndpointReport) -> str:
    """``imap.charter.net (IMAP, port 993, TLS 1.3)``; the protocol of submission is left out."""
    server = report.endpoint.server
    service = f"{report.endpoint.service.title}, " if report.endpoint.role is Role.INCOMING else ""
    return f"{server.host} ({service}port {server.port}, {report.encryption or 'not encrypted'})"
