# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that a DNS filter, a hosts file or a captive portal leads to something else than the server."""

from __future__ import annotations

import dataclasses
import socket

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._verify.filters_and_portals import explained
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.certificates import wrong_name
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.connect_failures import connection_refused
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import Endpoint, MailService
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import (
    SETTINGS_CAN_HELP,
    Code,
    Failure,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.wrong_service import (
    DetectedProtocol,
    wrong_protocol,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import Check, Stage
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.resolver import Address
from ansible_collections.charter.mail.tests.unit.mail_servers import Server, imap
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    LAB,
    PATIENT,
    endpoint,
    failure,
    report_on,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import closed_port, serve

PRESET = "imap.charter.net"


def at(text: str, port: int = 993) -> Address:
    """An address as a resolver has it."""
    if ":" in text:
        return Address(socket.AF_INET6, (text, port, 0, 0))
    return Address(socket.AF_INET, (text, port))


def place(host: str = PRESET, port: int = 993, service: MailService = MailService.IMAP) -> Endpoint:
    """An endpoint with TLS from the first byte."""
    return endpoint(service, port, Security.SSL, host)


def no_setting(failed: Check | Failure) -> None:
    """No setting is named, and none is searched."""
    assert "Change no mail setting." in failed.advice
    assert "incoming." not in failed.advice
    assert failed.code not in SETTINGS_CAN_HELP


@pytest.mark.parametrize("host", [PRESET, "mail.lab.test"])
@pytest.mark.parametrize("addresses", [["0.0.0.0"], ["::"], ["::", "0.0.0.0"]])
def test_a_name_that_leads_nowhere(host: str, addresses: list[str]) -> None:
    with serve(imap(Server())) as server:  # 0.0.0.0 would be this machine
        found = [at(address, server.port) for address in addresses]
        environment = dataclasses.replace(LAB, resolver=lambda host, port: found)
        failed = failure(report_on(place(host, server.port), environment=environment), Stage.DNS)
        assert server.connections == 0
    assert failed.code is Code.NAME_BLOCKED
    assert f"resolves to {addresses[0]} on this machine" in failed.finding
    assert "DNS filter" in failed.advice
    assert "hosts file" in failed.advice
    no_setting(failed)


def test_a_presets_name_that_leads_to_this_machine() -> None:
    port = closed_port()
    environment = dataclasses.replace(LAB, resolver=lambda host, port: [at("127.0.0.1", port)])
    failed = failure(report_on(place(PRESET, port), environment=environment), Stage.TCP)
    assert failed.code is Code.NAME_BLOCKED
    assert "resolves to 127.0.0.1 on this machine" in failed.finding
    no_setting(failed)


def test_a_presets_name_that_leads_to_a_sound_server_here() -> None:
    """A TLS proxy of this machine may stand there: what works is not judged by its address."""
    with serve(imap(Server(certificate="provider"))) as server:
        environment = dataclasses.replace(LAB, resolver=lambda host, port: [at("127.0.0.1", server.port)])
        report = report_on(place(PRESET, server.port), environment=environment)
    assert report.failed is None


def test_a_portal_that_answers_as_a_web_server() -> None:
    with serve(lambda talk: talk.say(b"HTTP/1.1 302 Found", b"Location: http://login.hotspot.test/")) as server:
        environment = dataclasses.replace(LAB, resolver=lambda host, port: [at("127.0.0.1", server.port)])
        target = endpoint(MailService.SMTP, server.port, Security.STARTTLS, "smtp.charter.net")
        failed = failure(report_on(target, PATIENT, environment=environment), Stage.FIRST_BYTES)
    assert failed.code is Code.PORTAL
    assert "captive portal" in failed.advice
    assert "in a browser" in failed.advice
    no_setting(failed)


LOCAL = [
    "127.0.0.1",
    "127.0.0.53",
    "::1",
    "10.1.2.3",
    "172.31.0.1",
    "192.168.1.1",
    "169.254.1.1",
    "fd00::1",
    "fe80::1%2",
]


@pytest.mark.parametrize("address", LOCAL)
def test_no_provider_has_a_local_address(address: str) -> None:
    refused = connection_refused(place(), f"{address} refused")
    found = explained(place(), refused, at(address))
    assert found.code is Code.NAME_BLOCKED
    no_setting(found)
    assert explained(place("mail.lab.test"), refused, at(address)).code is Code.REFUSED


@pytest.mark.parametrize("address", ["192.0.2.1", "172.32.0.1", "2001:db8::1", "198.18.0.10"])
def test_public_addresses_prove_nothing(address: str) -> None:
    refused = connection_refused(place(), f"{address} refused")
    assert explained(place(), refused, at(address)) is refused


def test_a_certificate_for_another_name_at_a_presets_name() -> None:
    found = explained(place(), wrong_name(place(), "seen", "login.hotspot.test"), at("192.0.2.1"))
    assert found.code is Code.OTHER_NAME
    assert "captive portal" in found.advice
    assert "incoming.host" not in found.advice
    own = wrong_name(place("mail.lab.test"), "seen", "old.lab.test")
    assert explained(place("mail.lab.test"), own, at("192.0.2.1")) is own


def test_a_web_server_at_a_name_that_may_be_wrong() -> None:
    own = place("mail.lab.test")
    found = wrong_protocol(own, DetectedProtocol.HTTP, "HTTP/1.1 302 Found")
    assert explained(own, found, at("192.0.2.1")) is found


def test_a_server_of_ones_own_on_this_machine() -> None:
    own = place("mail.lab.test")
    refused = connection_refused(own, "127.0.0.1 refused")
    found = explained(own, refused, at("127.0.0.1"))
    assert found.code is Code.REFUSED
    assert found.advice.startswith(refused.advice)
    assert "The name resolves to this machine (127.0.0.1)" in found.advice
    assert explained(place("localhost"), refused, at("127.0.0.1")) is refused
    assert explained(place("127.0.0.1"), refused, at("127.0.0.1")) is refused
