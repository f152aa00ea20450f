# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test of accounts' servers from a Windows PC itself, by its own curl.exe, beside that from the controller."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ...module_utils._model.account import Account, Security
from ...module_utils._model.errors import HostError
from ...module_utils._model.redaction import Redactor
from ...module_utils._verify.findings.endpoint import Endpoint, MailService, Role, endpoints
from ...module_utils._verify.findings.failure import Failure
from ...module_utils._verify.login import Login, Logins
from ...module_utils._verify.report.account_report import AccountReport, account_report
from ...module_utils._verify.report.check import Check, CheckStatus, EndpointReport, Stage, stages
from .._windows.pc import CurlTests
from . import curl_answers, curl_config
from .curl_answers import CurlResult
from .curl_config import CurlTest

CONTROLLER, PC = "controller", "pc"
NO_PASSWORD_THERE = "the PC is given no password"

Visiting = t.Callable[[t.Sequence[CurlTest], float], CurlTests]

# What curl does not tell apart, or what the PC has no part in.
_NOT_FROM_THERE = {Stage.SETTINGS, Stage.FIRST_BYTES}
_INSIDE = (Stage.AUTHENTICATION, Stage.MAILBOX, Stage.SENDING)


@dataclasses.dataclass(frozen=True)
class _Side:
    """One server of one account.

    Attributes:
        endpoint: where.
        email: the account.
        login: who signs in.
        keep_out: why the PC does not sign in, a clause; empty where it does.
    """

    endpoint: Endpoint
    email: str
    login: Login
    keep_out: str

    @property
    def outside(self) -> CurlTest:
        """The visit without a password, the same for all accounts of the server."""
        return CurlTest(self.endpoint)

    @property
    def inside(self) -> CurlTest | None:
        """The visit with a password; None where there is none to be made."""
        return None if self.keep_out else CurlTest(self.endpoint, self.email, self.login.username, self.login.password)


def add(
    visiting: Visiting,
    accounts: t.Sequence[Account],
    logins: t.Sequence[Logins],
    reports: t.Sequence[AccountReport],
    *,
    sign_in: bool,
    attempts: int,
    seconds: float,
) -> list[AccountReport]:
    """The reports from the controller with what the PC itself sees.

    Args:
        visiting: has the PC make visits, each within so many seconds.
        accounts: what to test.
        logins: who signs in.
        reports: from the controller.
        sign_in: give passwords to the PC.
        attempts: how many sign-ins of one login may be refused, those from the controller included.
        seconds: for each server.
    """
    sides = _sides(accounts, logins, reports, sign_in=sign_in, attempts=attempts)
    visits = list(dict.fromkeys(visit for side in sides for visit in (side.outside, side.inside) if visit is not None))
    try:
        visited = visiting(visits, seconds)
        reason = "" if visited.has_curl else "it has no curl.exe, which Windows has had since 2018"
        answers = {visits[number]: answer for number, answer in visited.answers.items()}
        if not reason and not answers:
            reason = f"its curl.exe gave no answer; 7.75 or later is needed ({visited.version or 'version unknown'})"
    except HostError as error:
        reason, answers = str(error), {}
    found = [_endpoint_report(side, answers, reason, seconds) for side in sides]
    return [
        _beside(report, account, login, incoming, outgoing, reason, sign_in=sign_in)
        for report, account, login, incoming, outgoing in zip(
            reports, accounts, logins, found[::2], found[1::2], strict=True
        )
    ]


def _sides(
    accounts: t.Sequence[Account],
    logins: t.Sequence[Logins],
    reports: t.Sequence[AccountReport],
    *,
    sign_in: bool,
    attempts: int,
) -> list[_Side]:
    """Both servers of each account. What the controller has seen refused, the PC does not try again."""
    refused = {
        login.username
        for both, report in zip(logins, reports, strict=True)
        for login, seen in ((both.incoming, report.incoming), (both.outgoing, report.outgoing))
        if seen.failed is not None and seen.failed.stage is Stage.AUTHENTICATION
    }
    tried: collections.Counter[str] = collections.Counter()
    sides = []
    for account, both, report in zip(accounts, logins, reports, strict=True):
        for endpoint, login, seen in zip(
            endpoints(account),
            (both.incoming, both.outgoing),
            (report.incoming, report.outgoing),
            strict=True,
        ):
            keep_out = NO_PASSWORD_THERE
            if sign_in:
                keep_out = _keep_out(endpoint, login, refused)
            if not keep_out and not _accepted(seen):  # nobody knows yet whether it is right
                tried[login.username] += 1
                if tried[login.username] > attempts:
                    keep_out = f"{login.username} is being tried elsewhere already, and repeated failures lock accounts"
            sides.append(_Side(endpoint, account.email, login, keep_out))
    return sides


def _keep_out(endpoint: Endpoint, login: Login, refused: t.Collection[str]) -> str:
    if login.password is None:
        return login.no_password
    if login.username in refused:
        return f"{login.username} was refused already and repeated failures lock accounts"
    if endpoint.server.security is Security.NONE:
        return "the connection is not encrypted and the password would be readable on its way"
    return curl_config.unfit(login.username, login.password)


def _accepted(report: EndpointReport) -> bool:
    return any(check.stage is Stage.AUTHENTICATION and check.status is CheckStatus.OK for check in report.checks)


def _beside(
    report: AccountReport,
    account: Account,
    login: Logins,
    incoming: EndpointReport,
    outgoing: EndpointReport,
    reason: str,
    *,
    sign_in: bool,
) -> AccountReport:
    """Both reports as one."""
    seen = account_report(account.email, incoming, outgoing, same_login=login.same)
    said = f"From the PC itself: {seen.summary}" if not reason else f"Nothing was tested from the PC itself: {reason}."
    if not sign_in:  # what nobody asked for is no test that could not be made
        seen = dataclasses.replace(seen, incoming=_outside(seen.incoming), outgoing=_outside(seen.outgoing))
    return dataclasses.replace(
        report,
        summary=f"{report.summary} Tested from the controller. {said}",
        made_from=CONTROLLER,
        beside=dataclasses.replace(seen, summary=said, made_from=PC),
    )


def _outside(report: EndpointReport) -> EndpointReport:
    return dataclasses.replace(report, checks=tuple(check for check in report.checks if check.stage not in _INSIDE))


class _Stages:
    """The stages of one endpoint while they are filled in."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        listed = [stage for stage in stages(endpoint) if stage not in _NOT_FROM_THERE]
        # With STARTTLS, TLS comes after it.
        late = [stage for stage in listed if stage is Stage.TLS and Stage.STARTTLS in listed]
        first = [stage for stage in listed if stage not in late and stage not in (Stage.CAPABILITY, *_INSIDE)]
        self.in_order = [*first, *late, *(stage for stage in listed if stage in (Stage.CAPABILITY, *_INSIDE))]
        self._listed = listed
        self._checks: dict[Stage, Check] = {}

    def passed(self, stage: Stage, evidence: str, seconds: float = 0.0) -> None:
        self._checks.setdefault(stage, Check(stage, self.endpoint, CheckStatus.OK, seconds, evidence))

    def failed(self, stage: Stage, failure: Failure, seconds: float) -> None:
        self._checks[stage] = Check(
            stage,
            self.endpoint,
            CheckStatus.FAILED,
            seconds,
            failure.evidence,
            failure.advice,
            failure.finding,
            failure.code,
        )

    def report(self, skipped: str) -> EndpointReport:
        """All stages; those that are missing were skipped for this reason, a clause."""
        checks = (
            self._checks.get(stage)
            or Check(stage, self.endpoint, CheckStatus.SKIPPED, 0.0, f"not tested, because {skipped}")
            for stage in self._listed
        )
        encrypted = self.endpoint.server.security is not Security.NONE
        return EndpointReport(self.endpoint, tuple(checks), "TLS" if encrypted else "")


def _endpoint_report(
    side: _Side, answers: t.Mapping[CurlTest, CurlResult], reason: str, seconds: float
) -> EndpointReport:
    found = _Stages(side.endpoint)
    outside = answers.get(side.outside)
    if outside is None:
        return found.report(reason or "the PC's curl.exe said nothing of this server")
    trouble = curl_answers.trouble(side.endpoint, outside, seconds)
    evidence = _evidence(side.endpoint, outside)
    for stage in found.in_order:
        if trouble is not None and trouble[0] is stage:
            found.failed(stage, trouble[1], outside.seconds)
            return found.report(f"the stage {stage.value} failed")
        if stage in evidence:
            found.passed(stage, evidence[stage], outside.seconds if stage is Stage.CAPABILITY else 0.0)
    inside = None if side.inside is None else answers.get(side.inside)
    if inside is None:
        return found.report(side.keep_out or "the PC's curl.exe said nothing of the sign-in")
    return _with_sign_in(side, found, outside, inside)


def _evidence(endpoint: Endpoint, answer: CurlResult) -> dict[Stage, str]:
    """What is known of each stage that was passed."""
    where = answer.address or endpoint.server.host
    return {
        Stage.DNS: where,
        Stage.TCP: f"connected to {where}",
        Stage.GREETING: f"{endpoint.service.title} is spoken",
        Stage.STARTTLS: "accepted",
        Stage.TLS: f"the PC trusts the certificate for {endpoint.server.host}",
        Stage.CAPABILITY: Redactor()(answer.body),
    }


def _with_sign_in(side: _Side, found: _Stages, outside: CurlResult, inside: CurlResult) -> EndpointReport:
    username = side.login.username
    quote = Redactor.hiding(username, side.login.password)
    if side.endpoint.service is MailService.SMTP and not curl_answers.offers_sign_in(outside):
        found.failed(Stage.AUTHENTICATION, curl_answers.no_mechanism(quote(outside.body)), inside.seconds)
        return found.report(f"the stage {Stage.AUTHENTICATION.value} failed")
    trouble = curl_answers.sign_in_trouble(side.endpoint, inside, username, quote)
    last = Stage.MAILBOX if side.endpoint.role is Role.INCOMING else Stage.SENDING
    if trouble is None or trouble[0] is last:
        found.passed(Stage.AUTHENTICATION, f"signed in as {username}", inside.seconds)
    if trouble is None:
        found.passed(last, quote(inside.body) or "accepted")
    else:
        found.failed(*trouble, inside.seconds)
    return found.report(f"the stage {Stage.AUTHENTICATION.value} failed")
