# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retries, the guard against lock-outs, and warnings."""

from __future__ import annotations

import calendar
import dataclasses
import itertools

import pytest

from ansible_collections.charter.mail.plugins.module_utils._verify import server_queues
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Code
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.interceptors import interceptor
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus, Stage
from ansible_collections.charter.mail.plugins.module_utils._verify.verify_accounts import verify
from ansible_collections.charter.mail.tests.unit.amount import size
from ansible_collections.charter.mail.tests.unit.mail_servers import USERNAME, Server, imap, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    LAB,
    PATIENT,
    account,
    at,
    check,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import ScriptedServer, Talk, serve

pytestmark = pytest.mark.one_in(3)


def attempts(*servers: ScriptedServer) -> int:
    """How many sign-ins were tried."""
    return sum(server.in_tls.count(b"AUTH") for server in servers)


def test_a_wrong_password_costs_two_attempts_however_long_the_list() -> None:
    with serve(imap(Server(password="other"))) as one, serve(smtp(Server(tls="starttls", password="other"))) as other:
        reports = verify([account(one.port, other.port)] * size(20, 6), PATIENT, environment=LAB)
    assert attempts(one, other) == 2
    assert not any(report.complete for report in reports)
    untested = [found for report in reports for found in report.checks if found.stage is Stage.AUTHENTICATION]
    reasons = {found.evidence for found in untested if found.status is CheckStatus.SKIPPED}
    assert reasons == {f"not tested, because {USERNAME} was refused already and repeated failures lock accounts"}


def test_with_one_attempt_sending_waits_for_receiving_or_the_other_way_round() -> None:
    options = dataclasses.replace(PATIENT, attempts=1)
    with serve(imap(Server(password="other"))) as one, serve(smtp(Server(tls="starttls", password="other"))) as other:
        (report,) = verify([account(one.port, other.port)], options, environment=LAB)
    assert attempts(one, other) == 1
    assert report.cause is not None
    assert "was refused already and repeated failures lock accounts" in report.summary


def test_with_one_attempt_a_right_password_tests_all() -> None:
    options = dataclasses.replace(PATIENT, attempts=1)
    with serve(imap(Server())) as one, serve(smtp(Server(tls="starttls"))) as other:
        reports = verify([account(one.port, other.port)] * 5, options, environment=LAB)
    assert all(report.complete for report in reports)


def test_a_login_that_is_tried_at_another_server_for_too_long_is_skipped() -> None:
    options = dataclasses.replace(PATIENT, attempts=1, timeout=1.0)
    slow = {b"AUTHENTICATE": b"* OK wait"}
    slower = {b"AUTH": b"334-"}
    with serve(imap(Server(answers=slow))) as one, serve(smtp(Server(tls="starttls", answers=slower))) as other:
        (report,) = verify([account(one.port, other.port)], options, environment=LAB)
    assert attempts(one, other) == 1
    assert report.cause is not None
    assert report.cause.check.code is Code.NOTHING_SAID
    (skipped,) = (found.skipped for found in (report.incoming, report.outgoing) if found.failed is None)
    assert skipped is not None
    assert skipped.evidence.startswith("not tested, because ")


def test_other_logins_are_not_held_back() -> None:
    emails = [f"user{number}@lab.test" for number in range(4)]
    with serve(imap(Server())) as one, serve(smtp(Server(tls="starttls"))) as other:
        verify([account(one.port, other.port, email) for email in emails], PATIENT, environment=LAB)
    assert attempts(one, other) == 2 * len(emails)


def test_a_server_that_recovers_is_found_well_by_a_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_queues, "_PAUSE", 0.01)
    connections = itertools.count()

    def script(talk: Talk) -> None:
        if next(connections) < 2:  # the connection itself and the one that tests the other way to begin
            return
        imap(Server())(talk)

    for retries, well in ((0, False), (1, True)):
        connections = itertools.count()
        with serve(script) as one, serve(smtp(Server(tls="starttls"))) as other:
            options = dataclasses.replace(PATIENT, retries=retries, suggest=False)
            (report,) = verify([account(one.port, other.port)], options, environment=LAB)
        assert report.ok is well


@pytest.mark.parametrize(
    ("incoming", "connections"),
    [
        (Server(password="other"), 1),  # a refused password
        (Server(answers={b"AUTHENTICATE": b"TAG NO [UNAVAILABLE] later"}), 1),  # even where it may pass
        (Server(certificate="expired"), 2),  # the certificate is read over a second connection
    ],
)
def test_what_is_never_repeated(monkeypatch: pytest.MonkeyPatch, incoming: Server, connections: int) -> None:
    monkeypatch.setattr(server_queues, "_PAUSE", 0.01)
    options = dataclasses.replace(PATIENT, retries=3, suggest=False)
    with serve(imap(incoming)) as one, serve(smtp(Server(tls="starttls"))) as other:
        verify([account(one.port, other.port)], options, environment=LAB)
    assert one.connections == connections


def test_a_certificate_that_ends_soon_is_warned_about() -> None:
    end = float(calendar.timegm((2126, 1, 1, 0, 0, 0)))
    for days, warned in ((13.5, True), (14.5, False)):
        with serve(imap(Server())) as one, serve(smtp(Server(tls="starttls"))) as other:
            (report,) = verify([account(one.port, other.port)], PATIENT, environment=at(LAB, end - days * 86400))
        assert report.ok
        assert (len(report.warnings) == 2) is warned
        if warned:
            assert report.warnings[0] == (
                f"imap.lab.test:{one.port}: The certificate expires on 2126-01-01, 13 days left. The server's "
                "operator must renew it before then. Change no setting."
            )
            assert check(report.incoming, Stage.TLS).status is CheckStatus.OK


@pytest.mark.parametrize(
    ("issuer", "program"),
    [
        ("avast! Web/Mail Shield Root (avast! Web/Mail Shield)", "Avast"),
        ("AVG Web/Mail Shield Root", "AVG"),
        ("ESET SSL Filter CA (ESET, spol. s r. o.)", "ESET"),
        ("Kaspersky Anti-Virus Personal Root Certificate (AO Kaspersky Lab)", "Kaspersky"),
        ("Bitdefender Personal CA.Net-Defender (Bitdefender)", "Bitdefender"),
        ("Norton Web/Mail Shield Root", "Norton"),
        ("G DATA Mail Scanner Root", "G DATA"),
        ("FG100D3G16800000 (Fortinet)", "FortiGate"),
        ("Zscaler Root CA (Zscaler Inc.)", "Zscaler"),
        ("Gateway CA - Cloudflare Managed G1 (Cloudflare, Inc.)", "Cloudflare Gateway"),
        ("DO_NOT_TRUST_FiddlerRoot", "Fiddler"),
        ("R3 (Let's Encrypt)", None),
        ("DigiCert TLS RSA SHA256 2020 CA1 (DigiCert Inc)", None),
        ("Cloudflare TLS Issuing ECC CA 1 (SSL Corporation)", None),
        ("Sectigo RSA Organization Validation Secure Server CA (Sectigo Limited)", None),
        ("GlobalSign RSA OV SSL CA 2018 (GlobalSign nv-sa)", None),
        ("", None),
    ],
)
def test_issuers_that_are_programs_on_the_way(issuer: str, program: str | None) -> None:
    assert interceptor(issuer) == program
