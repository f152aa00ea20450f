# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests the PC runs for which account, and what becomes of their results."""

from __future__ import annotations

import dataclasses
import re
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Protocol, Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import (
    Endpoint,
    MailService,
    endpoints,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Code
from ansible_collections.charter.mail.plugins.module_utils._verify.login import Logins
from ansible_collections.charter.mail.plugins.module_utils._verify.login_limit import LoginLimit, SignIn
from ansible_collections.charter.mail.plugins.module_utils._verify.own_network import own_networks
from ansible_collections.charter.mail.plugins.module_utils._verify.report.account_report import (
    AccountReport,
    account_report,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import (
    Check,
    CheckStatus,
    EndpointReport,
    Stage,
    stages,
)
from ansible_collections.charter.mail.plugins.plugin_utils._verify_from_pc import from_pc
from ansible_collections.charter.mail.plugins.plugin_utils._verify_from_pc.curl_config import CurlTest
from ansible_collections.charter.mail.plugins.plugin_utils._verify_from_pc.curl_results import CurlResult
from ansible_collections.charter.mail.plugins.plugin_utils._verify_from_pc.run_curl import CONFIG, CurlRun, run_curl
from ansible_collections.charter.mail.plugins.plugin_utils._windows.pc import WindowsPc

PASSWORD = Secret("the-password")
SOUND = CurlResult(0, 0.1, "192.0.2.1", "", b"250-x\r\n250 AUTH PLAIN\r\n")


def account(name: str = "mario", **changes: t.Any) -> Account:
    made = Account(
        email=f"{name}@charter.net",
        protocol=Protocol.IMAP,
        incoming=Server("imap.charter.net", 993, Security.SSL),
        outgoing=Server("smtp.charter.net", 587, Security.STARTTLS),
        username=f"{name}@charter.net",
        password=PASSWORD,
    )
    return dataclasses.replace(made, **changes)


def by_controller(wanted: Account, ended: Stage | None = None, code: Code = Code.OTHER) -> AccountReport:
    """A report in which both servers failed in a stage, or all is well."""

    def one(endpoint: Endpoint) -> EndpointReport:
        checks, status = [], CheckStatus.OK
        for stage in stages(endpoint):
            if stage is ended:
                checks.append(Check(stage, endpoint, CheckStatus.FAILED, 0.1, "seen", "Do.", "fails", code))
                status = CheckStatus.SKIPPED
            else:
                checks.append(Check(stage, endpoint, status, 0.1, "seen"))
        return EndpointReport(endpoint, tuple(checks), "TLS 1.3")

    return account_report(wanted.email, *map(one, endpoints(wanted)))


class Pc:
    """Gives the same result for all tests, or another one for some."""

    def __init__(self, answer: CurlResult = SOUND, has_curl: bool = True) -> None:
        self.tests: list[CurlTest] = []
        self.special: dict[MailService, CurlResult] = {}
        self.inside: CurlResult | None = None
        self._answer = answer
        self._has_curl = has_curl

    def __call__(self, tests: t.Sequence[CurlTest], seconds: float) -> CurlRun:
        assert seconds == 5
        self.tests = list(tests)
        return CurlRun(self._has_curl, "curl 8", dict(enumerate(map(self._about, tests))) if self._has_curl else {})

    def _about(self, test: CurlTest) -> CurlResult:
        if test.password is not None and self.inside is not None:
            return self.inside
        return self.special.get(test.endpoint.service, self._answer)

    @property
    def signed_in(self) -> list[tuple[str, str]]:
        return [(test.username, test.endpoint.role.value) for test in self.tests if test.password is not None]


def limit_after(*tested: tuple[Account, AccountReport], attempts: int = 2) -> LoginLimit:
    """The limit as the controller's tests with these reports leave it."""
    limit = LoginLimit(attempts)
    for one, report in tested:
        for side in (report.incoming, report.outgoing):
            (check,) = [check for check in side.checks if check.stage is Stage.AUTHENTICATION]
            if check.status is CheckStatus.SKIPPED or one.password is None:
                continue
            if limit.begin(side.endpoint, one.username, one.password):
                how = SignIn.ACCEPTED if check.status is CheckStatus.OK else SignIn.REFUSED
                limit.end(side.endpoint, one.username, one.password, how)
    return limit


def add(
    pc: t.Any,
    *tested: tuple[Account, AccountReport],
    sign_in: bool = False,
    attempts: int = 2,
    limit: LoginLimit | None = None,
) -> t.Any:
    accounts = [one for one, _report in tested]
    logins = [Logins.of(one) for one in accounts]
    reports = [report for _one, report in tested]
    limit = limit or limit_after(*tested, attempts=attempts)
    return from_pc.add(pc, accounts, logins, reports, sign_in=sign_in, login_limit=limit, seconds=5)


def test_each_server_is_tested_once_for_all_accounts_and_without_a_password() -> None:
    pc, accounts = Pc(), [account("mario"), account("anna")]
    reports = add(pc, *((one, by_controller(one)) for one in accounts))
    assert len(pc.tests) == 2
    assert pc.signed_in == []
    assert [(report.ok, report.complete) for report in reports] == [(True, True)] * 2
    assert "not tested, because no password is sent to the PC" in reports[0].summary
    places = [check["checked_from"] for check in reports[0].as_result()["checks"]]
    assert places == sorted(places)
    assert set(places) == {"controller", "pc"}


def test_with_a_password_each_account_signs_in() -> None:
    pc, accounts = Pc(), [account("mario"), account("anna")]
    reports = add(pc, *((one, by_controller(one)) for one in accounts), sign_in=True)
    assert len(pc.tests) == 6
    assert len(pc.signed_in) == 4
    assert all(report.complete for report in reports)
    assert "From the PC itself: All tests completed successfully" in reports[1].summary


def test_a_refused_password_is_not_given_to_the_pc() -> None:
    pc, mario = Pc(), account()
    (report,) = add(pc, (mario, by_controller(mario, Stage.AUTHENTICATION, Code.PASSWORD_REFUSED)), sign_in=True)
    assert pc.signed_in == []
    assert "was refused already" in report.second_report.summary


def test_a_login_refused_in_one_letter_case_is_not_given_to_the_pc_in_another() -> None:
    """The controller saw ``Mario@charter.net`` refused; for most servers ``mario@charter.net`` is the same login."""
    pc, upper, lower = Pc(), account(username="Mario@charter.net"), account(username="mario@charter.net")
    refused = by_controller(upper, Stage.AUTHENTICATION, Code.PASSWORD_REFUSED)
    reports = add(pc, (upper, refused), (lower, by_controller(lower, Stage.TCP)), sign_in=True, attempts=5)
    assert pc.signed_in == []
    assert all("was refused already" in report.second_report.summary for report in reports)


def test_logins_that_differ_in_letter_case_share_the_attempts_of_one() -> None:
    pc, upper, lower = Pc(), account(username="Mario@charter.net"), account(username="mario@charter.net")
    unknown = ((one, by_controller(one, Stage.TCP)) for one in (upper, lower))
    add(pc, *unknown, sign_in=True, attempts=2)
    assert len(pc.signed_in) == 2


@pytest.mark.parametrize(
    ("inside", "again"),
    [(CurlResult(67, 0.1, "192.0.2.1", "Login denied"), False), (SOUND, True)],
)
def test_what_the_pc_saw_refused_counts_for_later_tests_of_the_task(inside: CurlResult, again: bool) -> None:
    pc, mario = Pc(), account()
    pc.inside = inside
    limit = LoginLimit(2)
    add(pc, (mario, by_controller(mario, Stage.TCP)), sign_in=True, limit=limit)
    assert len(pc.signed_in) == 2
    assert limit.begin(endpoints(mario)[0], mario.username.upper(), PASSWORD) is again


def test_a_pc_without_curl_has_tried_nothing() -> None:
    mario, limit = account(), LoginLimit(1)
    add(Pc(has_curl=False), (mario, by_controller(mario, Stage.TCP)), sign_in=True, limit=limit)
    assert not limit.refused(mario.username)
    assert limit.begin(endpoints(mario)[0], mario.username, PASSWORD)


def test_what_becomes_of_a_password_that_a_pc_was_given_in_vain_counts_as_refused() -> None:
    mario, limit = account(), LoginLimit(1)
    add(unreachable, (mario, by_controller(mario, Stage.TCP)), sign_in=True, limit=limit)
    assert limit.exhausted(mario.username)


@pytest.mark.parametrize(("attempts", "tried"), [(1, 1), (2, 2)])
def test_an_unknown_password_is_tried_no_more_often_than_wanted(attempts: int, tried: int) -> None:
    pc, mario = Pc(), account()
    pc.inside = CurlResult(67, 0.1, "192.0.2.1", "Login denied")
    (report,) = add(pc, (mario, by_controller(mario, Stage.TCP)), sign_in=True, attempts=attempts)
    assert len(pc.signed_in) == tried
    assert report.second_report.cause.check.code is Code.PASSWORD_REFUSED


@pytest.mark.parametrize(
    "changes",
    [
        {"password": None},
        {"username": "a:b"},
        {
            "incoming": Server("imap.charter.net", 143, Security.NONE),
            "outgoing": Server("smtp.charter.net", 25, Security.NONE),
        },
    ],
)
def test_who_cannot_sign_in_is_told_why(changes: t.Mapping[str, t.Any]) -> None:
    pc, mario = Pc(), account(**changes)
    (report,) = add(pc, (mario, by_controller(mario)), sign_in=True)
    assert pc.signed_in == []
    assert not report.complete
    assert report.ok
    skipped = [check for check in report.second_report.checks if check.status is CheckStatus.SKIPPED]
    assert {check.stage for check in skipped} == {Stage.AUTHENTICATION, Stage.MAILBOX, Stage.SENDING}


def test_a_server_that_offers_no_sign_in_is_no_success() -> None:
    pc, mario = Pc(), account()
    pc.special[MailService.SMTP] = dataclasses.replace(SOUND, body=b"250 no way\r\n")
    (report,) = add(pc, (mario, by_controller(mario)), sign_in=True)
    assert report.second_report.cause.check.code is Code.NO_MECHANISM
    assert not report.ok


def test_the_cause_is_the_controllers_if_it_has_one() -> None:
    pc, mario = Pc(CurlResult(6, 0.1, "", "Could not resolve host")), account()
    (report,) = add(pc, (mario, by_controller(mario, Stage.TLS, Code.EXPIRED)))
    assert report.as_result()["cause"]["checked_from"] == "controller"
    (report,) = add(pc, (mario, by_controller(mario)))
    cause = report.as_result()["cause"]
    assert (cause["checked_from"], cause["code"]) == ("pc", "name_not_found")
    assert "Mail cannot be received: imap.charter.net:993 cannot be found" in report.summary
    assert "The cause is the same." in report.summary


def test_the_pc_reports_the_address_of_each_server_and_its_own_network() -> None:
    mario = account()
    pc = Pc(dataclasses.replace(SOUND, source="198.51.100.7"))
    pc.special[MailService.SMTP] = CurlResult(7, 0.1, "", "refused")
    (report,) = add(pc, (mario, by_controller(mario)))
    seen = [check for check in report.as_result()["checks"] if check["checked_from"] == "pc"]
    addresses = {
        (check["endpoint"], check["stage"]): check["address"] for check in seen if check["status"] != "skipped"
    }
    assert addresses == {
        ("incoming", "dns"): "",
        **{("incoming", stage): "192.0.2.1" for stage in ("tcp", "tls", "greeting", "capability")},
        ("outgoing", "dns"): "",
        ("outgoing", "tcp"): "",
    }
    assert own_networks([report]) == ["198.51.100.0/24"]
    (unreached,) = add(Pc(has_curl=False), (mario, by_controller(mario)))
    assert own_networks([unreached]) == []


def test_with_starttls_what_came_before_tls_is_known_to_work() -> None:
    pc, mario = Pc(), account()
    pc.special[MailService.SMTP] = CurlResult(60, 0.1, "192.0.2.1", "schannel: SEC_E_UNTRUSTED_ROOT")
    (report,) = add(pc, (mario, by_controller(mario)))
    states = {check.stage: check.status for check in report.second_report.outgoing.checks}
    assert states == {
        Stage.DNS: CheckStatus.OK,
        Stage.TCP: CheckStatus.OK,
        Stage.GREETING: CheckStatus.OK,
        Stage.STARTTLS: CheckStatus.OK,
        Stage.TLS: CheckStatus.FAILED,
        Stage.CAPABILITY: CheckStatus.SKIPPED,
    }


def no_answer(_tests: t.Sequence[CurlTest], _seconds: float) -> CurlRun:
    return CurlRun(True, "curl 7.55.1", {})


def unreachable(_tests: t.Sequence[CurlTest], _seconds: float) -> CurlRun:
    raise HostError("the PC", "it is off", "switch it on")


@pytest.mark.parametrize(
    ("pc", "reason"),
    [(Pc(has_curl=False), "it has no curl.exe"), (no_answer, "(curl 7.55.1)"), (unreachable, "it is off")],
)
def test_a_pc_that_cannot_test_is_no_failure(pc: t.Any, reason: str) -> None:
    mario = account()
    (report,) = add(pc, (mario, by_controller(mario)))
    assert report.ok
    assert not report.complete
    assert "Nothing was tested from the PC itself: " in report.summary
    assert reason in report.summary


class Files:
    """A connection that answers as a batch file would."""

    def __init__(self, kept: bool) -> None:
        self._kept = kept
        self._files: dict[str, bytes] = {}

    def put(self, name: str, content: bytes) -> None:
        self._files[name] = content

    def run(self, name: str) -> str:
        text = self._files[name].decode()
        (word,) = set(re.findall(r"echo ([0-9a-f]{32}) begin", text))
        (mark,) = set(re.findall(r"([0-9a-f]{32}) 0 %{exitcode}", self._files[CONFIG].decode()))
        kept = f"{word} kept\r\n" if self._kept else ""
        self._answer = (
            f"{word} begin\r\n{kept}{word} output\r\n{mark} 0 0 0.1 [192.0.2.1] [198.51.100.7] \n"
            f"{word} version\r\ncurl 8.13.0 (Windows)\r\n{word} body0.txt\r\n* CAPABILITY IMAP4rev1\r\n{word} end\r\n"
        ).encode()
        return "exit code 0"

    def fetch(self, name: str) -> bytes | None:
        return self._answer


def test_tests_by_way_of_files() -> None:
    test = CurlTest(endpoints(account())[0])
    run = run_curl(WindowsPc(Files(kept=False)), [test], 5)
    assert (run.has_curl, run.version) == (True, "curl 8.13.0")
    body = b"* CAPABILITY IMAP4rev1\r\n"
    assert run.results == {0: CurlResult(0, 0.1, "192.0.2.1", "", body, "198.51.100.7")}


def test_a_config_file_that_stays_is_an_error() -> None:
    test = CurlTest(endpoints(account())[0])
    with pytest.raises(HostError, match="could not be deleted"):
        run_curl(WindowsPc(Files(kept=True)), [test], 5)
