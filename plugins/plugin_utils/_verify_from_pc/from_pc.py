# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests accounts' servers from a Windows PC with its own curl.exe, after the test from the controller."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._model.account import Account, Security
from ...module_utils._model.errors import HostError
from ...module_utils._model.redaction import Redactor
from ...module_utils._verify.findings.endpoint import Endpoint, MailService, Role, endpoints
from ...module_utils._verify.findings.failure import Failure
from ...module_utils._verify.findings.sign_in_and_mailbox import no_mechanism
from ...module_utils._verify.login import Login, Logins
from ...module_utils._verify.login_limit import LoginLimit, SignIn
from ...module_utils._verify.report.account_report import AccountReport, account_report
from ...module_utils._verify.report.check import Check, CheckStatus, EndpointReport, Stage, stages
from ...module_utils._verify.sign_in_rules import before_sign_in, limited, refused_before
from . import curl_config, curl_results
from .curl_config import CurlTest
from .curl_results import CurlResult
from .run_curl import CurlRun

CONTROLLER, PC = "controller", "pc"
NO_PASSWORD_THERE = "no password is sent to the PC"

RunTests = t.Callable[[t.Sequence[CurlTest], float], CurlRun]

# Stages that curl does not distinguish, or that do not involve the PC.
_NOT_FROM_THERE = {Stage.SETTINGS, Stage.FIRST_BYTES}
_WITH_PASSWORD = (Stage.AUTHENTICATION, Stage.MAILBOX, Stage.SENDING)


@dataclasses.dataclass(frozen=True)
class _Side:
    """One server of one account.

    Attributes:
        endpoint: where.
        email: the account.
        login: the login.
        not_tried: why the PC does not sign in, a clause; empty if it does.
    """

    endpoint: Endpoint
    email: str
    login: Login
    not_tried: str

    @property
    def anonymous_test(self) -> CurlTest:
        """The test without a password, the same for all accounts of the server."""
        return CurlTest(self.endpoint)

    @property
    def sign_in_test(self) -> CurlTest | None:
        """The test with a password; None if there is none."""
        if self.not_tried:
            return None
        return CurlTest(self.endpoint, self.email, self.login.username, self.login.password)


def add(
    run_tests: RunTests,
    accounts: t.Sequence[Account],
    logins: t.Sequence[Logins],
    reports: t.Sequence[AccountReport],
    *,
    sign_in: bool,
    login_limit: LoginLimit,
    seconds: float,
) -> list[AccountReport]:
    """The reports from the controller, combined with the PC's own tests.

    Args:
        run_tests: runs tests on the PC, each within so many seconds.
        accounts: the accounts to test.
        logins: the logins, one per account.
        reports: from the controller.
        sign_in: pass passwords to the PC.
        login_limit: the limit of the tests from the controller. A login refused there is not tried again.
        seconds: the time limit per server.
    """
    sides = _sides(accounts, logins, login_limit, sign_in=sign_in)
    tests = list(
        dict.fromkeys(test for side in sides for test in (side.anonymous_test, side.sign_in_test) if test is not None)
    )
    results: t.Mapping[CurlTest, CurlResult] = {}
    tried = True
    try:
        run = run_tests(tests, seconds)
        reason, tried = (
            "" if run.has_curl else "it has no curl.exe, which Windows has included since 2018",
            run.has_curl,
        )
        results = {tests[number]: result for number, result in run.results.items()}
        if not reason and not results:
            reason = f"its curl.exe gave no result; 7.75 or later is needed ({run.version or 'version unknown'})"
    except HostError as error:
        reason = str(error)
    finally:
        _end_sign_ins(sides, results, login_limit, seconds, tried=tried)
    found = [_endpoint_report(side, results, reason, seconds) for side in sides]
    return [
        _with_second_report(report, account, login, incoming, outgoing, reason, sign_in=sign_in)
        for report, account, login, incoming, outgoing in zip(
            reports, accounts, logins, found[::2], found[1::2], strict=True
        )
    ]


def _sides(
    accounts: t.Sequence[Account], logins: t.Sequence[Logins], login_limit: LoginLimit, *, sign_in: bool
) -> list[_Side]:
    """Both servers of each account. If the PC will sign in, the sign-in has begun for the limit."""
    begun: set[CurlTest] = set()
    sides = []
    for account, both in zip(accounts, logins, strict=True):
        for endpoint, login in zip(endpoints(account), (both.incoming, both.outgoing), strict=True):
            side = _Side(endpoint, account.email, login, _why_not(endpoint, login, login_limit, sign_in=sign_in))
            test = side.sign_in_test
            if test is not None and test not in begun and login.password is not None:
                if login_limit.begin(endpoint, login.username, login.password):
                    begun.add(test)
                else:
                    side = dataclasses.replace(
                        side, not_tried=limited(login_limit, endpoint, login.username, login.password).reason
                    )
            sides.append(side)
    return sides


def _why_not(endpoint: Endpoint, login: Login, login_limit: LoginLimit, *, sign_in: bool) -> str:
    """Why the PC must not sign in, regardless of other sign-ins; empty if it may."""
    if not sign_in:
        return NO_PASSWORD_THERE
    # Unless security is none, the config of curl requires TLS, and curl verifies the certificate.
    encrypted = endpoint.server.security is not Security.NONE
    not_tried = before_sign_in(endpoint, login, encrypted=encrypted, allow_plaintext=False)
    if not_tried is not None:
        return not_tried.reason
    if login_limit.refused(login.username):
        return refused_before(login.username).reason
    return "" if login.password is None else curl_config.unfit(login.username, login.password)


def _end_sign_ins(
    sides: t.Sequence[_Side],
    results: t.Mapping[CurlTest, CurlResult],
    login_limit: LoginLimit,
    seconds: float,
    *,
    tried: bool,
) -> None:
    """Report to the limit how each sign-in ended; an unknown end counts as refused."""
    ended: set[CurlTest] = set()
    for side in sides:
        test = side.sign_in_test
        if test is None or test in ended or test.password is None:
            continue
        ended.add(test)
        how = SignIn.REFUSED if tried else SignIn.NOT_TRIED
        if test in results:
            how = _how_it_ended(side, results.get(side.anonymous_test), results[test], seconds)
        login_limit.end(test.endpoint, test.username, test.password, how)


def _how_it_ended(side: _Side, anonymous: CurlResult | None, result: CurlResult, seconds: float) -> SignIn:
    if _lacks_sign_in(side, anonymous):
        return SignIn.NOT_TRIED
    failure = _sign_in_failure(side, result, seconds)
    return SignIn.REFUSED if failure is not None and failure[0] is Stage.AUTHENTICATION else SignIn.ACCEPTED


def _lacks_sign_in(side: _Side, anonymous: CurlResult | None) -> bool:
    """Whether curl skipped signing in because the sending server does not offer it."""
    return side.endpoint.service is MailService.SMTP and not (
        anonymous is not None and curl_results.offers_sign_in(anonymous)
    )


def _sign_in_failure(side: _Side, result: CurlResult, seconds: float) -> tuple[Stage, Failure] | None:
    redact = Redactor.hiding(side.login.username, side.login.password)
    return curl_results.sign_in_failure(side.endpoint, result, side.login.username, side.email, seconds, redact)


def _with_second_report(
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
    second = account_report(account.email, incoming, outgoing, same_login=login.same)
    summary = (
        f"From the PC itself: {second.summary}" if not reason else f"Nothing was tested from the PC itself: {reason}."
    )
    if not sign_in:  # the test was not requested, so it did not fail to run
        second = dataclasses.replace(
            second, incoming=_without_sign_in(second.incoming), outgoing=_without_sign_in(second.outgoing)
        )
    return dataclasses.replace(
        report,
        summary=f"{report.summary} Tested from the controller. {summary}",
        vantage=CONTROLLER,
        second_report=dataclasses.replace(second, summary=summary, vantage=PC),
    )


def _without_sign_in(report: EndpointReport) -> EndpointReport:
    return dataclasses.replace(
        report, checks=tuple(check for check in report.checks if check.stage not in _WITH_PASSWORD)
    )


class _Stages:
    """Builds the stages of one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        listed = [stage for stage in stages(endpoint) if stage not in _NOT_FROM_THERE]
        # With STARTTLS, TLS comes later.
        late = [stage for stage in listed if stage is Stage.TLS and Stage.STARTTLS in listed]
        first = [stage for stage in listed if stage not in late and stage not in (Stage.CAPABILITY, *_WITH_PASSWORD)]
        self.in_order = [*first, *late, *(stage for stage in listed if stage in (Stage.CAPABILITY, *_WITH_PASSWORD))]
        self.address = ""  # the server's; empty without a connection
        self.source = ""  # the PC's own
        self._listed = listed
        self._checks: dict[Stage, Check] = {}

    def passed(self, stage: Stage, evidence: str, seconds: float = 0.0) -> None:
        check = Check(stage, self.endpoint, CheckStatus.OK, seconds, evidence, address=self._address_in(stage))
        self._checks.setdefault(stage, check)

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
            self._address_in(stage),
        )

    def report(self, skipped: str) -> EndpointReport:
        """All stages; missing ones were skipped for this reason, a clause."""
        checks = (
            self._checks.get(stage)
            or Check(stage, self.endpoint, CheckStatus.SKIPPED, 0.0, f"not tested, because {skipped}")
            for stage in self._listed
        )
        encrypted = self.endpoint.server.security is not Security.NONE
        return EndpointReport(self.endpoint, tuple(checks), "TLS" if encrypted else "", source=self.source)

    def _address_in(self, stage: Stage) -> str:
        return "" if stage is Stage.DNS else self.address


def _endpoint_report(
    side: _Side, results: t.Mapping[CurlTest, CurlResult], reason: str, seconds: float
) -> EndpointReport:
    found = _Stages(side.endpoint)
    anonymous = results.get(side.anonymous_test)
    if anonymous is None:
        return found.report(reason or "the PC's curl.exe reported nothing about this server")
    found.address, found.source = anonymous.address, anonymous.source
    failed = curl_results.server_failure(side.endpoint, anonymous, seconds)
    evidence = _evidence(side.endpoint, anonymous)
    for stage in found.in_order:
        if failed is not None and failed[0] is stage:
            found.failed(stage, failed[1], anonymous.seconds)
            return found.report(f"the stage {stage.value} failed")
        if stage in evidence:
            found.passed(stage, evidence[stage], anonymous.seconds if stage is Stage.CAPABILITY else 0.0)
    test = side.sign_in_test
    result = None if test is None else results.get(test)
    if result is None:
        return found.report(side.not_tried or "the PC's curl.exe reported nothing about the sign-in")
    return _with_sign_in(side, found, anonymous, result, seconds)


def _evidence(endpoint: Endpoint, result: CurlResult) -> dict[Stage, str]:
    """The evidence of each passed stage."""
    where = result.address or endpoint.server.host
    return {
        Stage.DNS: where,
        Stage.TCP: f"connected to {where}",
        Stage.GREETING: f"the server speaks {endpoint.service.title}",
        Stage.STARTTLS: "accepted",
        Stage.TLS: f"the PC trusts the certificate for {endpoint.server.host}",
        Stage.CAPABILITY: Redactor()(result.body),
    }


def _with_sign_in(
    side: _Side, found: _Stages, anonymous: CurlResult, result: CurlResult, seconds: float
) -> EndpointReport:
    username = side.login.username
    redact = Redactor.hiding(username, side.login.password)
    found.address = result.address or found.address
    authentication = f"the stage {Stage.AUTHENTICATION.value} failed"
    if _lacks_sign_in(side, anonymous):
        found.failed(Stage.AUTHENTICATION, no_mechanism(side.endpoint, redact(anonymous.body)), result.seconds)
        return found.report(authentication)
    failed = _sign_in_failure(side, result, seconds)
    last = Stage.MAILBOX if side.endpoint.role is Role.INCOMING else Stage.SENDING
    if failed is None or failed[0] is last:
        found.passed(Stage.AUTHENTICATION, f"signed in as {username}", result.seconds)
    if failed is None:
        found.passed(last, redact(result.body) or "accepted")
    else:
        found.failed(*failed, result.seconds)
    return found.report(authentication)
