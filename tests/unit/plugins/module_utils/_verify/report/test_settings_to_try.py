# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other settings for servers that fail: which are tried, what is suggested, and that it costs no time."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Protocol, Security
from ansible_collections.charter.mail.plugins.module_utils._model.account import Server as Settings
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._providers.server_and_port_defaults import (
    ServerOptions,
    servers,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import Role
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Code
from ansible_collections.charter.mail.plugins.module_utils._verify.options import CheckEnvironment, VerifyOptions
from ansible_collections.charter.mail.plugins.module_utils._verify.report.account_report import (
    AccountReport,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.report.settings_to_try import suggestions
from ansible_collections.charter.mail.plugins.module_utils._verify.verify_accounts import verify
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.resolver import Address
from ansible_collections.charter.mail.tests.unit.idle_clock import CLOCK
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.faulty_servers import says
from ansible_collections.charter.mail.tests.unit.scripted_server import (
    CA,
    Script,
    ScriptedServer,
    black_hole,
    closed_port,
    serve,
)

pytestmark = pytest.mark.one_in(3)

OPTIONS = VerifyOptions(ca_path=CA, timeout=20.0)
HOST = "imap.lab.test"


@contextlib.contextmanager
def internet(
    offered: t.Mapping[tuple[str, int], Script], elsewhere: int
) -> t.Iterator[tuple[CheckEnvironment, dict[t.Any, ScriptedServer]]]:
    """An environment where hosts have these ports, and any other port of any host is the one given."""
    with contextlib.ExitStack() as stack:
        running = {place: stack.enter_context(serve(script)) for place, script in offered.items()}

        def resolver(host: str, port: int) -> t.Sequence[Address]:
            actual = running[host, port].port if (host, port) in running else elsewhere
            return [Address(socket.AF_INET, ("localhost", actual))]  # not known as an address of this machine

        yield CheckEnvironment(resolver=resolver, clock=CLOCK), running


def account_with(incoming: Settings, outgoing: Settings, protocol: Protocol = Protocol.IMAP) -> Account:
    """An account with a password."""
    return Account(USERNAME, protocol, incoming, outgoing, USERNAME, password=Secret(PASSWORD))


def charter(email: str, name: str = "charter") -> Account:
    """An account with a provider's settings."""
    incoming, outgoing = servers(name, email, Protocol.IMAP, ServerOptions(), ServerOptions())
    return Account(email, Protocol.IMAP, incoming, outgoing, email, password=Secret(PASSWORD))


def options_of(report: AccountReport) -> t.Any:
    """What is suggested."""
    assert report.cause is not None
    return report.cause.as_result()["suggestion"]


SSL, STARTTLS = Security.SSL, Security.STARTTLS
GOOD_OUT = ("smtp.lab.test", 587)


@pytest.mark.parametrize(
    ("service", "there", "mode", "port", "security", "suggested"),
    [
        (imap, 143, STARTTLS, 993, SSL, {"incoming": {"port": 143, "security": "starttls"}}),
        (imap, 993, SSL, 143, STARTTLS, {"incoming": {"port": 993, "security": "ssl"}}),
        (imap, 993, SSL, 995, SSL, {"incoming": {"port": 993, "security": "ssl"}}),
        (imap, 4711, SSL, 4711, STARTTLS, {"incoming": {"port": 4711, "security": "ssl"}}),
        (imap, 4711, STARTTLS, 4711, SSL, {"incoming": {"port": 4711, "security": "starttls"}}),
        (pop3, 995, SSL, 993, SSL, {"incoming": {"port": 995, "security": "ssl"}}),
        (pop3, 110, STARTTLS, 995, SSL, {"incoming": {"port": 110, "security": "starttls"}}),
    ],
)
def test_another_port_or_mode(
    service: t.Callable[[Server], Script], there: int, mode: Security, port: int, security: Security, suggested: t.Any
) -> None:
    offered = {
        (HOST, there): service(Server(tls=mode.value)),
        GOOD_OUT: smtp(Server(tls="starttls")),
    }
    protocol = Protocol.POP3 if service is pop3 else Protocol.IMAP
    wrong = account_with(Settings(HOST, port, security), Settings(*GOOD_OUT, STARTTLS), protocol)
    with internet(offered, closed_port()) as (environment, running):
        (report,) = verify([wrong], OPTIONS, environment=environment)
    assert options_of(report) == suggested
    assert f"Set incoming.port to {there} and incoming.security to {mode.value}: tested" in report.summary
    found = running[HOST, there]
    assert b"AUTH" not in found.in_tls + found.in_clear  # probed without a password
    assert not found.received_in_clear(USERNAME, PASSWORD)


@pytest.mark.parametrize(
    ("there", "mode", "port", "security"),
    [(465, SSL, 587, STARTTLS), (587, SSL, 587, STARTTLS), (587, STARTTLS, 587, SSL), (587, STARTTLS, 465, SSL)],
)
def test_another_port_or_mode_for_sending(there: int, mode: Security, port: int, security: Security) -> None:
    offered = {(HOST, 993): imap(Server()), ("smtp.lab.test", there): smtp(Server(tls=mode.value))}
    wrong = account_with(Settings(HOST, 993, SSL), Settings("smtp.lab.test", port, security))
    with internet(offered, closed_port()) as (environment, _running):
        (report,) = verify([wrong], OPTIONS, environment=environment)
    assert options_of(report) == {"outgoing": {"port": there, "security": mode.value}}


def test_what_is_suggested_is_what_a_task_makes_of_it() -> None:
    """Left out, the port would follow from the security, and be another one."""
    option = ServerOptions(port=587, security=SSL)
    _incoming, outgoing = servers("twc", "gina@twc.com", Protocol.IMAP, ServerOptions(), option)
    assert outgoing == Settings("mail.twc.com", 587, SSL)


def test_another_preset() -> None:
    """Charter's older names are dead, and Spectrum's answer: the provider is named, not a list of options."""
    offered = {
        ("mobile.charter.net", 993): imap(Server(certificate="provider")),
        ("mobile.charter.net", 587): smtp(Server(certificate="provider")),
    }
    with internet(offered, closed_port()) as (environment, running):
        (report,) = verify([charter("mario.rossi@charter.net")], OPTIONS, environment=environment)
    assert options_of(report) == {"provider": "spectrum"}
    assert "Set provider to spectrum: tested" in report.summary
    assert "mobile.charter.net:993 and mobile.charter.net:587 answer properly." in report.summary
    assert report.summary.count("Set provider to") == 1  # once is enough
    assert all(b"AUTH" not in found.in_tls for found in running.values())


def test_half_a_preset() -> None:
    """Only one of its servers answers, so only that one is suggested."""
    offered = {
        ("imap.charter.net", 993): imap(Server(certificate="provider")),
        ("mobile.charter.net", 587): smtp(Server(certificate="provider")),
    }
    with internet(offered, closed_port()) as (environment, _running):
        (report,) = verify([charter("mario.rossi@charter.net")], OPTIONS, environment=environment)
    assert options_of(report) == {"outgoing": {"host": "mobile.charter.net", "port": 587, "security": "ssl"}}


def test_a_server_with_a_bad_certificate_is_no_suggestion() -> None:
    offered = {("mobile.charter.net", 993): imap(Server()), ("mobile.charter.net", 587): smtp(Server())}
    with internet(offered, closed_port()) as (environment, _running):
        (report,) = verify([charter("mario.rossi@charter.net")], OPTIONS, environment=environment)
    assert options_of(report) == {}
    assert "answer properly" not in report.summary


@pytest.mark.parametrize(
    ("email", "provider", "hosts"),
    [
        ("a@charter.net", "charter", {"smtp.charter.net", "mobile.charter.net"}),
        ("a@spectrum.net", "spectrum", {"mobile.charter.net", "smtp.charter.net"}),
        ("a@twc.com", "twc", {"mail.twc.com"}),
        ("a@cfl.rr.com", "charter", {"smtp.charter.net", "mail.brighthouse.com"}),
        ("a@twc.com", "charter", {"smtp.charter.net", "mail.twc.com"}),
        ("a@example.com", "charter", {"smtp.charter.net", "mobile.charter.net"}),
    ],
)
def test_only_servers_of_the_same_addresses_are_tried(email: str, provider: str, hosts: set[str]) -> None:
    tried = [end for one in suggestions(charter(email, provider), Role.OUTGOING) for end in one.endpoints]
    assert {end.server.host for end in tried if end.role is Role.OUTGOING} == hosts
    assert all(end.server.security is not Security.NONE for end in tried)


def test_with_suggest_false_nobody_is_asked() -> None:
    offered = {(HOST, 993): imap(Server()), GOOD_OUT: smtp(Server(tls="starttls"))}
    wrong = account_with(Settings(HOST, 995, SSL), Settings(*GOOD_OUT, STARTTLS))
    with internet(offered, closed_port()) as (environment, running):
        (report,) = verify([wrong], dataclasses.replace(OPTIONS, suggest=False), environment=environment)
    assert options_of(report) == {}
    assert running[HOST, 993].connections == 0


def test_a_black_hole_leaves_time_to_look_elsewhere() -> None:
    """The search begins while the dead server is still waited for, and ends with the timeout."""
    offered = {(HOST, 993): imap(Server()), GOOD_OUT: smtp(Server(tls="starttls"))}
    wrong = account_with(Settings(HOST, 995, SSL), Settings(*GOOD_OUT, STARTTLS))
    with black_hole() as hole, internet(offered, hole) as (environment, _running):
        started = CLOCK.monotonic()
        (report,) = verify([wrong], dataclasses.replace(OPTIONS, timeout=4.0), environment=environment)
        seconds = CLOCK.monotonic() - started
    assert options_of(report) == {"incoming": {"port": 993, "security": "ssl"}}
    assert seconds < 4.0 + 3.0


def test_a_refused_password_is_no_reason_to_look_elsewhere() -> None:
    offered = {(HOST, 993): imap(Server(password="other")), GOOD_OUT: smtp(Server(tls="starttls"))}
    with internet(offered, closed_port()) as (environment, running):
        (report,) = verify(
            [account_with(Settings(HOST, 993, SSL), Settings(*GOOD_OUT, STARTTLS))], OPTIONS, environment=environment
        )
    assert options_of(report) == {}
    assert running[HOST, 993].connections == 1


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (
            says(b"421 Connection Refused - too many messages per hour", tls=True),
            Code.LIMITED,
        ),  # emailquestions.com 1032
        (says(b"554 203.0.113.7 blocked. AUP#Out-1130", tls=True), Code.ADDRESS_BLOCKED),  # the provider's codes
        (says(b"554 5.7.1 blocked using dnsbl.example", tls=True), Code.ADDRESS_LISTED),  # simple-login #2675
        (says(b"554 AUP#I-1010", tls=True), Code.POLICY),  # the provider's codes
        (says(b"554 no", tls=True), Code.TURNED_AWAY),  # own
        (says(b"451 later", tls=True), Code.UNAVAILABLE),  # own
        (smtp(Server(answers={b"EHLO": b"502 what"})), Code.SMTP_INSPECTED),  # PHPMailer #1003
        (smtp(Server(certificate="unknown-issuer")), Code.UNKNOWN_ISSUER),  # own
        (smtp(Server(certificate="intercepted")), Code.INTERCEPTED),  # own
        (smtp(Server(certificate="not-yet-valid")), Code.NOT_YET_VALID),  # own
    ],
)
def test_settings_that_are_not_the_cause_are_left_alone(script: Script, code: Code) -> None:
    """Neither is anything suggested, nor does the search add to the load of a server that limits or blocks."""
    host = "smtp.lab.test"
    offered = {(HOST, 993): imap(Server()), (host, 465): script, (host, 587): smtp(Server(tls="starttls"))}
    sound = account_with(Settings(HOST, 993, SSL), Settings(host, 465, SSL))
    with internet(offered, closed_port()) as (environment, running):
        (report,) = verify([sound], OPTIONS, environment=environment)
    assert report.cause is not None
    assert report.cause.check.code is code
    assert options_of(report) == {}
    assert "tested from here" not in report.summary
    assert running[host, 587].connections == 0


def test_what_to_make_sure_of_comes_before_another_server() -> None:
    """A certificate for another name may be an interceptor's."""
    host = "smtp.lab.test"
    offered = {(HOST, 993): imap(Server()), (host, 465): smtp(Server(certificate="other-name"))}
    offered[host, 587] = smtp(Server(tls="starttls"))
    wrong = account_with(Settings(HOST, 993, SSL), Settings(host, 465, SSL))
    with internet(offered, closed_port()) as (environment, _running):
        (report,) = verify([wrong], OPTIONS, environment=environment)
    assert report.cause is not None
    assert options_of(report) == {"outgoing": {"port": 587, "security": "starttls"}}
    assert report.cause.sentence.index(report.cause.check.advice) < report.cause.sentence.index(
        "Set outgoing.port to 587"
    )
