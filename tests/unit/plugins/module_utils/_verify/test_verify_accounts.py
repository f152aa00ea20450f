# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole accounts, and many of them side by side."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import threading
import time
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Protocol, Security
from ansible_collections.charter.mail.plugins.module_utils._model.account import Server as Settings
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify import server_queues
from ansible_collections.charter.mail.plugins.module_utils._verify.options import VerifyOptions
from ansible_collections.charter.mail.plugins.module_utils._verify.report.account_report import (
    AccountReport,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus, Stage
from ansible_collections.charter.mail.plugins.module_utils._verify.server_queues import SESSIONS_PER_SERVER
from ansible_collections.charter.mail.plugins.module_utils._verify.verify_accounts import verify
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.resolver import Address
from ansible_collections.charter.mail.tests.unit.amount import size
from ansible_collections.charter.mail.tests.unit.idle_clock import CLOCK
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    HASTY,
    LAB,
    PATIENT,
    account,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import (
    CA,
    ScriptedServer,
    Talk,
    black_hole,
    closed_port,
    serve,
)

pytestmark = pytest.mark.one_in(3)


@contextlib.contextmanager
def lab(
    incoming: Server | None = None, outgoing: Server | None = None
) -> t.Iterator[tuple[ScriptedServer, ScriptedServer]]:
    """An IMAP and a submission server."""
    with serve(imap(incoming or Server())) as one, serve(smtp(outgoing or Server(tls="starttls"))) as other:
        yield one, other


def report_of(
    password: str | None = PASSWORD,
    incoming: Server | None = None,
    outgoing: Server | None = None,
    findings: t.Sequence[str] = (),
) -> tuple[AccountReport, int, int]:
    """The report on one account of the lab, and the two ports."""
    with lab(incoming, outgoing) as (one, other):
        (report,) = verify([account(one.port, other.port, password=password)], PATIENT, [findings], LAB)
    return report, one.port, other.port


def test_all_is_well() -> None:
    report, imap_port, smtp_port = report_of()
    assert report.ok
    assert report.complete
    assert report.summary == (
        f"All tests completed successfully for mario.rossi@lab.test: mail can be received from imap.lab.test "
        f"(IMAP, port {imap_port}, TLS 1.3) and sent through smtp.lab.test (port {smtp_port}, TLS 1.3)."
    )


def test_all_is_well_with_pop3() -> None:
    with serve(pop3(Server())) as one, serve(smtp(Server())) as other:
        settings = Account(
            email=USERNAME,
            protocol=Protocol.POP3,
            incoming=Settings("pop.lab.test", one.port, Security.SSL),
            outgoing=Settings("smtp.lab.test", other.port, Security.SSL),
            username=USERNAME,
            password=Secret(PASSWORD),
        )
        (report,) = verify([settings], PATIENT, environment=LAB)
    assert report.ok
    assert f"received from pop.lab.test (POP3, port {one.port}, TLS 1.3)" in report.summary


def test_without_a_password_the_sentence_says_what_was_not_tested() -> None:
    report, imap_port, smtp_port = report_of(password=None)
    assert report.ok
    assert not report.complete
    assert report.summary == (
        "All tests that could be made completed successfully for mario.rossi@lab.test: "
        f"imap.lab.test (IMAP, port {imap_port}, TLS 1.3) and smtp.lab.test (port {smtp_port}, TLS 1.3) answer as they "
        "should. Signing in, the mailbox and sending were not tested, because no password was given."
    )


def test_only_sending_fails() -> None:
    report, imap_port, smtp_port = report_of(outgoing=Server(tls="starttls", password="other"))
    assert not report.ok
    assert report.summary == (
        f"Mail cannot be sent: smtp.lab.test:{smtp_port} refused the password of mario.rossi@lab.test, which works for "
        "receiving (535 5.7.8 Error: authentication failed). Login and password are right: change no setting. Sending "
        "may be blocked for this account, or a new password has not reached this server yet. Sign in to the provider's "
        "web mail, then try again later. In a mail client, check the password stored for sending: it is an entry of "
        "its own. "
        f"Mail can be received from imap.lab.test (IMAP, port {imap_port}, TLS 1.3)."
    )


def test_both_fail() -> None:
    report, _imap_port, _smtp_port = report_of(
        incoming=Server(certificate="expired"), outgoing=Server(tls="starttls", certificate="expired")
    )
    assert not report.ok
    received, _, sent = report.summary.partition(" Mail cannot be sent: ")
    assert received.startswith("Mail cannot be received: imap.lab.test:")
    assert sent.startswith("smtp.lab.test:")


def test_one_side_in_plain_text() -> None:
    with lab(Server(tls="none")) as (one, other):
        settings = account(one.port, other.port)
        plain = dataclasses.replace(settings, incoming=settings.incoming._replace(security=Security.NONE))
        (report,) = verify([plain], PATIENT, environment=LAB)
    assert report.ok
    assert not report.complete
    assert report.summary == (
        f"imap.lab.test (IMAP, port {one.port}, not encrypted) answers as it should; signing in and the mailbox were "
        "not tested, because the connection is not encrypted and would expose the password. "
        f"Mail can be sent through smtp.lab.test (port {other.port}, TLS 1.3)."
    )


def test_the_result_of_a_module() -> None:
    report, imap_port, _smtp_port = report_of()
    result = json.loads(json.dumps(report.as_result()))
    assert sorted(result) == [
        *("cause", "checks", "complete", "email", "ok"),
        *("protocol", "summary", "user", "warnings"),
    ]
    assert (result["user"], result["protocol"]) == ("", "imap")
    assert result["checks"][1] == {
        "stage": "dns",
        "endpoint": "incoming",
        "service": "imap",
        "server": f"imap.lab.test:{imap_port}",
        "address": "",
        "status": "ok",
        "code": "",
        "seconds": result["checks"][1]["seconds"],
        "evidence": "127.0.0.1",
        "advice": "",
    }
    assert all(check["seconds"] == round(check["seconds"], 3) for check in result["checks"])
    assert {check["stage"] for check in result["checks"] if not check["address"]} == {"settings", "dns"}
    assert {check["address"] for check in result["checks"]} == {"", "127.0.0.1"}


def test_findings_are_shown_where_they_belong() -> None:
    report, _imap_port, _smtp_port = report_of(
        findings=["incoming.port: odd.", "outgoing.security: strange.", "username: hm."]
    )
    first, second = (check.evidence for check in report.checks if check.stage is Stage.SETTINGS)
    assert first.endswith("TLS from the first byte. incoming.port: odd. username: hm.")
    assert second.endswith("STARTTLS. outgoing.security: strange.")


def test_findings_must_fit_the_accounts() -> None:
    with pytest.raises(ValueError, match="one sequence for each account"):
        verify([account(1, 2)], PATIENT, [(), ()], LAB)


def test_no_accounts() -> None:
    assert verify([], PATIENT) == ()


def test_many_accounts_keep_their_order_and_each_signs_in_once() -> None:
    emails = [f"user{number}@lab.test" for number in range(size(3 * SESSIONS_PER_SERVER, SESSIONS_PER_SERVER + 3))]
    busy, most, lock = 0, 0, threading.Lock()

    def counted(talk: Talk) -> None:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        try:
            imap(Server())(talk)
        finally:
            with lock:
                busy -= 1

    with serve(counted) as one, serve(smtp(Server(tls="starttls"))) as other:
        reports = verify([account(one.port, other.port, email) for email in emails], PATIENT, environment=LAB)
    assert [report.email for report in reports] == emails
    assert {report.incoming.failed.stage for report in reports if report.incoming.failed} == {Stage.AUTHENTICATION}
    assert one.connections == other.connections == len(emails)
    assert one.in_tls.count(b"AUTHENTICATE") == len(emails)  # a refused password says nothing about the next one
    assert 1 < most <= SESSIONS_PER_SERVER + 4  # the script sees a visitor go a little later than the visitor does


def test_a_dead_server_is_not_asked_by_everybody() -> None:
    emails = [f"user{number}@lab.test" for number in range(size(5, 3) * SESSIONS_PER_SERVER)]
    with serve(lambda talk: talk.say(b"junk")) as one, black_hole() as hole:
        accounts = [account(one.port, hole, email) for email in emails]
        started = CLOCK.monotonic()
        reports = verify(accounts, HASTY, [[f"incoming.host: {email}."] for email in emails], LAB)
        seconds = CLOCK.monotonic() - started
    assert seconds < HASTY.timeout + 2
    assert one.connections <= 2 * SESSIONS_PER_SERVER + 1  # one looks for other settings
    assert [report.checks[0].evidence.split()[-1] for report in reports] == [f"{email}." for email in emails]
    for report in reports:
        assert report.incoming.failed is not None
        assert report.incoming.failed.stage is Stage.FIRST_BYTES
        assert report.outgoing.failed is not None
        assert report.outgoing.failed.stage is Stage.TCP


def test_one_broken_connection_is_not_the_fault_of_a_server_that_serves_others() -> None:
    connections = itertools.count()

    def script(talk: Talk) -> None:
        if next(connections) == SESSIONS_PER_SERVER:
            return
        imap(Server())(talk)

    accounts = [account(1, closed_port())] * size(4 * SESSIONS_PER_SERVER, SESSIONS_PER_SERVER + 3)
    with serve(script) as one:
        reports = verify(
            [dataclasses.replace(each, incoming=_at(one.port)) for each in accounts], PATIENT, environment=LAB
        )
    assert sum(report.incoming.failed is not None for report in reports) == 1
    assert len(accounts) < one.connections <= len(accounts) + 3  # the other way to begin, and alternatives


def test_where_threads_are_scarce_fewer_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start

    def scarce(thread: threading.Thread) -> None:
        if thread.name.startswith("verify") and thread.name != "verify 0":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", scarce)
    with lab() as (one, other):
        reports = verify([account(one.port, other.port)] * 5, PATIENT, environment=LAB)
    assert all(report.complete for report in reports)


def _at(port: int) -> Settings:
    return Settings("imap.lab.test", port, Security.SSL)


def test_many_black_holes_take_the_time_of_one() -> None:
    with black_hole() as hole:
        accounts = [
            dataclasses.replace(
                account(hole, hole),
                incoming=Settings(f"imap{number}.lab.test", hole, Security.SSL),
                outgoing=Settings(f"smtp{number}.lab.test", hole, Security.SSL),
            )
            for number in range(size(100, 10))
        ]
        started = CLOCK.monotonic()
        reports = verify(accounts, HASTY, environment=LAB)
        seconds = CLOCK.monotonic() - started
    assert seconds < HASTY.timeout + 3
    assert all(report.incoming.failed and report.outgoing.failed for report in reports)


def test_a_defect_is_raised_where_somebody_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Defect(Exception):
        pass

    def check_endpoint(task: object, context: object) -> t.NoReturn:
        raise Defect

    monkeypatch.setattr(server_queues, "check_endpoint", check_endpoint)
    with pytest.raises(Defect):
        verify([account(1, 2)] * 40, PATIENT, environment=LAB)


def test_after_an_interruption_nobody_else_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    checked: list[object] = []

    def check_endpoint(task: object, context: object) -> t.NoReturn:
        checked.append(task)
        if len(checked) > 1:
            release.wait(20)
        raise KeyboardInterrupt

    monkeypatch.setattr(server_queues, "check_endpoint", check_endpoint)
    with pytest.raises(KeyboardInterrupt):
        verify([account(1, 2)] * size(500, 100), PATIENT, environment=LAB)
    release.set()
    time.sleep(0.2)
    assert len(checked) <= 2 * SESSIONS_PER_SERVER + 1


def test_no_thread_holds_back_the_end_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    daemons: list[bool] = []

    def resolver(host: str, port: int) -> t.Sequence[Address]:
        daemons.extend(
            thread.daemon for thread in threading.enumerate() if thread.name.startswith(("verify", "resolve"))
        )
        release.wait(20)
        return ()

    verify([account(1, 2)], HASTY, environment=dataclasses.replace(LAB, resolver=resolver))
    release.set()
    assert daemons
    assert all(daemons)


def test_no_ca_path_is_the_system_store() -> None:
    with lab() as (one, other):
        (report,) = verify([account(one.port, other.port)], VerifyOptions(timeout=20), environment=LAB)
    assert [check.stage for check in report.checks if check.status is CheckStatus.FAILED] == [Stage.TLS, Stage.TLS]
    assert "ca_path" in report.summary
    assert VerifyOptions().ca_path is None
    assert PATIENT.ca_path == CA


def test_nothing_listens() -> None:
    port = closed_port()
    (report,) = verify([account(port, port)], PATIENT, environment=LAB)
    assert report.summary.count("127.0.0.1 refused") == 2
