# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Explains a password that one of an account's two servers refuses and the other accepts."""

from __future__ import annotations

import dataclasses

from ..findings.endpoint import Role
from ..findings.failure import Code
from ..findings.refusals import refused_here_only
from .check import CheckStatus, EndpointReport, Stage

_ACTIVITIES = {Role.INCOMING: "receiving", Role.OUTGOING: "sending"}


def compared_with(report: EndpointReport, other: EndpointReport) -> EndpointReport:
    """The report, explained: a password that the other server accepts is not simply wrong."""
    failed = report.failed
    if failed is None or failed.code is not Code.PASSWORD_REFUSED or not _signed_in(other):
        return report
    here, there = _ACTIVITIES[report.endpoint.role], _ACTIVITIES[other.endpoint.role]
    refused = refused_here_only(failed.finding, failed.evidence, here, there)
    explained = dataclasses.replace(failed, code=refused.code, finding=refused.finding, advice=refused.advice)
    checks = tuple(explained if check is failed else check for check in report.checks)
    return dataclasses.replace(report, checks=checks)


def _signed_in(report: EndpointReport) -> bool:
    return any(check.stage is Stage.AUTHENTICATION and check.status is CheckStatus.OK for check in report.checks)
