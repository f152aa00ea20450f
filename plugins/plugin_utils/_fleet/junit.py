# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run as JUnit XML: one suite per host, with one case per account and group of stages."""

from __future__ import annotations

import typing as t
from xml.etree import ElementTree

from ...module_utils._model.printable import printable
from .fleet_report import AccountRow, FleetReport, HostRow, MailState, StageResult

_SIGNED_IN = ("authentication", "mailbox", "sending")
_WAYS = {"incoming": "receiving", "outgoing": "sending"}
_NAMED = {"client": "mail client", "round_trip": "round trip"}


def junit(report: FleetReport) -> bytes:
    """The run as XML in UTF-8.

    A failed group of stages is a failure. A host that was not reached or not tested is an error, and so is an account
    that could not be compared. A host without accounts, or a group without tests, is skipped.
    """
    root = ElementTree.Element("testsuites", name="charter.mail")
    for row in report.hosts:
        suite = ElementTree.SubElement(root, "testsuite", _named(row.host))
        if row.tested_at:
            suite.set("timestamp", printable(row.tested_at).removesuffix("Z"))
        for case in _cases(report, row):
            suite.append(case)
        _count(suite)
    _count(root)
    return t.cast("bytes", ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _count(element: ElementTree.Element) -> None:
    """Write the number of cases, and of each result."""
    for attribute, path in (("tests", ""), ("failures", "/failure"), ("errors", "/error"), ("skipped", "/skipped")):
        element.set(attribute, str(len(element.findall(f".//testcase{path}"))))


def _named(name: str) -> dict[str, str]:
    return {"name": printable(name)}


def _cases(report: FleetReport, row: HostRow) -> t.Iterator[ElementTree.Element]:
    if row.reason or not row.accounts:
        yield _case_of_host(row)
    for account in row.accounts:
        groups: dict[str, list[StageResult]] = {}
        for stage in account.stages:
            groups.setdefault(_group(stage), []).append(stage)
        if account.state is MailState.FAILED and all(stage.status != "failed" for stage in account.stages):
            groups["account"] = [StageResult("account", "account", "failed", account.code)]
        failing = [name for name, stages in groups.items() if _failed(stages)]
        for name, stages in groups.items():
            case = _case(row, account, name)
            if name in failing:
                case.append(_failure(report, account, stages, first=name == failing[0]))
            elif all(stage.status == "skipped" for stage in stages):
                ElementTree.SubElement(case, "skipped")
            elif account.state is MailState.WARNING:
                ElementTree.SubElement(case, "system-out").text = printable(account.sentence)
            yield case
        if not groups:
            yield _case(row, account, "account")


def _case_of_host(row: HostRow) -> ElementTree.Element:
    case = ElementTree.Element("testcase", _named("host"), classname=printable(row.host))
    if row.state is MailState.NO_ACCOUNTS:
        ElementTree.SubElement(case, "skipped", message=printable(row.reason or "No accounts are set for this host."))
    elif row.state in (MailState.NOT_REACHED, MailState.NOT_TESTED):
        ElementTree.SubElement(case, "error", message=printable(row.reason), type=row.state.value)
    elif row.state is MailState.FAILED:
        ElementTree.SubElement(case, "failure", message=printable(row.reason or "Failed."), type="other")
    return case


def _case(row: HostRow, account: AccountRow, group: str) -> ElementTree.Element:
    user = f", {account.user}" if account.user else ""
    name = f"{account.email} ({account.protocol}{user}): {group}"
    return ElementTree.Element("testcase", _named(name), classname=printable(row.host))


def _failed(stages: t.Sequence[StageResult]) -> bool:
    return any(stage.status == "failed" for stage in stages)


def _failure(
    report: FleetReport, account: AccountRow, stages: t.Sequence[StageResult], *, first: bool
) -> ElementTree.Element:
    """Why a group of stages failed. The finding over all hosts comes before this host's own result."""
    code = next((stage.code for stage in stages if stage.status == "failed" and stage.code), account.code)
    failed = ", ".join(stage.stage for stage in stages if stage.status == "failed")
    texts = [f"Failed: {failed}" + (f" ({code})" if code else "")]
    if first:
        texts.insert(0, account.sentence)
        if account.finding is not None:
            finding = report.findings[account.finding]
            texts.insert(0, f"{finding.title.rstrip('.')}. {finding.action}".strip())
    kind = "error" if account.state is MailState.NOT_TESTED else "failure"
    failure = ElementTree.Element(kind, message=printable(texts[0]), type=printable(code or "other"))
    failure.text = "\n".join(map(printable, texts))
    return failure


def _group(stage: StageResult) -> str:
    way = _WAYS.get(stage.endpoint)
    if way is None:
        return _NAMED.get(stage.stage, stage.stage)
    return f"{way}, signing in" if stage.stage in _SIGNED_IN else f"{way}, connection"
