# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the PC is asked about which account, and what becomes of its answers."""

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
from ansible_collections.charter.mail.plugins.plugin_utils._verify_from_pc.curl_answers import CurlResult
from ansible_collections.charter.mail.plugins.plugin_utils._verify_from_pc.curl_config import CurlTest
from ansible_collections.charter.mail.plugins.plugin_utils._windows.pc import CurlTests, WindowsPc

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
    """Gives the same answer to all visits, or another one to some."""

    def __init__(self, answer: CurlResult = SOUND, has_curl: bool = True) -> None:
        self.visits: list[CurlTest] = []
        self.special: dict[MailService, CurlResult] = {}
        self.inside: CurlResult | None = None
        self._answer = answer
        self._has_curl = has_curl

    def __call__(self, visits: t.Sequence[CurlTest], seconds: float) -> CurlTests:
        assert seconds == 5
        self.visits = list(visits)
        return CurlTests(self._has_curl, "curl 8", dict(enumerate(map(self._about, visits))) if self._has_curl else {})

    def _about(self, visit: CurlTest) -> CurlResult:
        if visit.password is not None and self.inside is not None:
            return self.inside
        return self.special.get(visit.endpoint.service, self._answer)

    @property
    def signed_in(self) -> list[tuple[str, str]]:
        return [(visit.username, visit.endpoint.role.value) for visit in self.visits if visit.password is not None]


def add(pc: t.Any, *tested: tuple[Account, AccountReport], sign_in: bool = False, attempts: int = 2) -> t.Any:
    accounts = [one for one, _report in tested]
    logins = [Logins.of(one) for one in accounts]
    reports = [report for _one, report in tested]
    return from_pc.add(pc, accounts, logins, reports, sign_in=sign_in, attempts=attempts, seconds=5)


def test_each_server_is_visited_once_for_all_accounts_and_without_a_password() -> None:
    pc, people = Pc(), [account("mario"), account("anna")]
    reports = add(pc, *((one, by_controller(one)) for one in people))
    assert len(pc.visits) == 2
    assert pc.signed_in == []
    assert [(report.ok, report.complete) for report in reports] == [(True, True)] * 2
    assert "not tested, because the PC is given no password" in reports[0].summary
    places = [check["checked_from"] for check in reports[0].as_result()["checks"]]
    assert places == sorted(places)
    assert set(places) == {"controller", "pc"}


def test_with_a_password_each_account_signs_in() -> None:
    pc, people = Pc(), [account("mario"), account("anna")]
    reports = add(pc, *((one, by_controller(one)) for one in people), sign_in=True)
    assert len(pc.visits) == 6
    assert len(pc.signed_in) == 4
    assert all(report.complete for report in reports)
    assert "From the PC itself: All tests completed successfully" in reports[1].summary


def test_a_refused_password_is_not_given_to_the_pc() -> None:
    pc, mario = Pc(), account()
    (report,) = add(pc, (mario, by_controller(mario, Stage.AUTHENTICATION, Code.PASSWORD_REFUSED)), sign_in=True)
    assert pc.signed_in == []
    assert "was refused already" in report.beside.summary


@pytest.mark.parametrize(("attempts", "tried"), [(1, 1), (2, 2)])
def test_an_unknown_password_is_tried_no_more_often_than_wanted(attempts: int, tried: int) -> None:
    pc, mario = Pc(), account()
    pc.inside = CurlResult(67, 0.1, "192.0.2.1", "Login denied")
    (report,) = add(pc, (mario, by_controller(mario, Stage.TCP)), sign_in=True, attempts=attempts)
    assert len(pc.signed_in) == tried
    assert report.beside.cause.check.code is Code.PASSWORD_REFUSED


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
    skipped = [check for check in report.beside.checks if check.status is CheckStatus.SKIPPED]
    assert {check.stage for check in skipped} == {Stage.AUTHENTICATION, Stage.MAILBOX, Stage.SENDING}


def test_a_server_that_offers_no_sign_in_is_no_success() -> None:
    pc, mario = Pc(), account()
    pc.special[MailService.SMTP] = dataclasses.replace(SOUND, body=b"250 no way\r\n")
    (report,) = add(pc, (mario, by_controller(mario)), sign_in=True)
    assert report.beside.cause.check.code is Code.NO_MECHANISM
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


def test_with_starttls_what_came_before_tls_is_known_to_work() -> None:
    pc, mario = Pc(), account()
    pc.special[MailService.SMTP] = CurlResult(60, 0.1, "192.0.2.1", "schannel: SEC_E_UNTRUSTED_ROOT")
    (report,) = add(pc, (mario, by_controller(mario)))
    states = {check.stage: check.status for check in report.beside.outgoing.checks}
    assert states == {
        Stage.DNS: CheckStatus.OK,
        Stage.TCP: CheckStatus.OK,
        Stage.GREETING: CheckStatus.OK,
        Stage.STARTTLS: CheckStatus.OK,
        Stage.TLS: CheckStatus.FAILED,
        Stage.CAPABILITY: CheckStatus.SKIPPED,
    }


def no_answer(_visits: t.Sequence[CurlTest], _seconds: float) -> CurlTests:
    return CurlTests(True, "curl 7.55.1", {})


def unreachable(_visits: t.Sequence[CurlTest], _seconds: float) -> CurlTests:
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
        (mark,) = set(re.findall(r"([0-9a-f]{32}) 0 %{exitcode}", self._files["visits.cfg"].decode()))
        kept = f"{word} kept\r\n" if self._kept else ""
        self._answer = (
            f"{word} begin\r\n{kept}{word} said\r\n{mark} 0 0 0.1 [192.0.2.1] \n"
            f"{word} version\r\ncurl 8.13.0 (Windows)\r\n{word} body0.txt\r\n* CAPABILITY IMAP4rev1\r\n{word} end\r\n"
        ).encode()
        return "exit code 0"

    def fetch(self, name: str) -> bytes | None:
        return self._answer


def test_visits_by_way_of_files() -> None:
    visit = CurlTest(endpoints(account())[0])
    visited = WindowsPc(Files(kept=False)).visit_servers([visit], 5)
    assert (visited.has_curl, visited.version) == (True, "curl 8.13.0")
    assert visited.answers == {0: CurlResult(0, 0.1, "192.0.2.1", "", b"* CAPABILITY IMAP4rev1\r\n")}


def test_a_config_file_that_stays_is_an_error() -> None:
    visit = CurlTest(endpoints(account())[0])
    with pytest.raises(HostError, match="could not be deleted"):
        WindowsPc(Files(kept=True)).visit_servers([visit], 5)
