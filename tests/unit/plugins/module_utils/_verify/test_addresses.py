# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names with several addresses, of which one connects and then does not work."""

from __future__ import annotations

import dataclasses
import socket

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.addresses import one_address_fails
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import MailService
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import (
    SETTINGS_CAN_HELP,
    TRANSIENT,
    Code,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.interruptions import Timeout
from ansible_collections.charter.mail.plugins.module_utils._verify.options import VerifyOptions
from ansible_collections.charter.mail.plugins.module_utils._verify.other_addresses import Addresses
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import Check, EndpointReport, Stage
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.resolver import Address
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify import faulty_servers
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    LAB,
    endpoint,
    failure,
    report_on,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, Script, ScriptedServer, Talk, serve

V4, V6 = socket.AF_INET, socket.AF_INET6
OPTIONS = VerifyOptions(ca_path=CA, timeout=4.0)


def limits(talk: Talk) -> None:
    """Turn away."""
    talk.start_tls()
    talk.say(b"* BYE too many connections")


def report_of(
    first: Script,
    second: Script,
    service: MailService = MailService.IMAP,
    security: Security = Security.SSL,
    options: VerifyOptions = OPTIONS,
) -> tuple[EndpointReport, list[ScriptedServer]]:
    """The report on a name whose first address has the one server and whose second has the other."""
    with serve(first) as one, serve(second) as other:
        # Both are the same address; as text they differ.
        addresses = (Address(V4, ("127.0.0.1", one.port)), Address(V4, ("localhost", other.port)))
        servers = [one, other]
        environment = dataclasses.replace(LAB, resolver=lambda host, port: addresses)
        report = report_on(endpoint(service, servers[0].port, security), options, environment=environment)
        assert not any(server.received_in_clear(USERNAME, PASSWORD) for server in servers)
    return report, servers


def explained(failed: Check, broken: str) -> None:
    """The broken address is named, the sound one, too, and no setting is to be changed."""
    assert failed.code is Code.ONE_ADDRESS
    assert failed.finding.startswith(f"works at localhost, but not at {broken}: there it ")
    assert failed.advice.startswith("Change no mail setting.")
    assert "incoming." not in failed.advice
    assert "outgoing." not in failed.advice
    assert Code.ONE_ADDRESS not in SETTINGS_CAN_HELP | TRANSIENT


@pytest.mark.parametrize(
    ("first", "stage"),
    [
        (faulty_servers.silent, Stage.FIRST_BYTES),
        (faulty_servers.resets, Stage.FIRST_BYTES),
        (faulty_servers.hangs_up, Stage.FIRST_BYTES),
        (faulty_servers.silent_in_tls, Stage.GREETING),
        (imap(Server(certificate="other-name")), Stage.TLS),
        (imap(Server(certificate="expired")), Stage.TLS),
        (lambda talk: talk.say(b"HTTP/1.1 302 Found"), Stage.FIRST_BYTES),
    ],
)
def test_the_first_address_does_not_work(first: Script, stage: Stage) -> None:
    report, servers = report_of(first, imap(Server()))
    explained(failure(report, stage), "127.0.0.1")
    assert servers[1].connections == 1
    assert PASSWORD.encode() not in servers[1].in_tls  # nobody signs in at the other


@pytest.mark.parametrize(
    "first", [faulty_servers.silent, faulty_servers.hangs_up, smtp(Server(tls="starttls", certificate="expired"))]
)
def test_sending_with_starttls(first: Script) -> None:
    report, _servers = report_of(first, smtp(Server(tls="starttls")), MailService.SMTP, Security.STARTTLS)
    assert report.failed is not None
    explained(report.failed, "127.0.0.1")


def test_a_broken_ipv6_address() -> None:
    found = one_address_fails("2001:db8::1", "192.0.2.1", Timeout(4), ipv6=True)
    assert found.finding == "works at 192.0.2.1, but not at 2001:db8::1: there it did not answer within 4 seconds"
    assert "Check this machine's IPv6 first" in found.advice


def test_both_do_not_work() -> None:
    report, _servers = report_of(faulty_servers.silent, faulty_servers.hangs_up)
    failed = failure(report, Stage.FIRST_BYTES)
    assert failed.code is Code.NOTHING_SAID


def test_limits_are_not_compared() -> None:
    report, servers = report_of(limits, imap(Server()))
    assert failure(report, Stage.GREETING).code is Code.LIMITED
    assert servers[1].connections == 0


def test_the_search_for_settings_does_not_compare() -> None:
    report, servers = report_of(
        faulty_servers.silent, imap(Server()), options=dataclasses.replace(OPTIONS, compare=False)
    )
    assert failure(report, Stage.FIRST_BYTES).code is Code.NOTHING_SAID
    assert servers[1].connections == 0


def test_the_other_family_comes_first_and_few_are_tried() -> None:
    v4 = [Address(V4, (f"192.0.2.{number}", 993)) for number in range(1, 5)]
    v6 = Address(V6, ("2001:db8::1", 993, 0, 0))
    assert Addresses((*v4, v6), v4[0]).others() == (v6, v4[1])
    assert Addresses((v6, *v4), v6).others() == (v4[0], v4[1])
    assert Addresses((v6,), v6).others() == ()
