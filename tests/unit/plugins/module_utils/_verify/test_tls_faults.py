# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that are not to be trusted, the wrong kind of encryption, and attacks on STARTTLS."""

from __future__ import annotations

import dataclasses
import ssl
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import MailService
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Code
from ansible_collections.charter.mail.plugins.module_utils._verify.options import VerifyOptions
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus, Stage
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.tls import trust
from ansible_collections.charter.mail.tests.unit.mail_servers import Server, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    HASTY,
    LAB,
    PATIENT,
    at,
    check,
    endpoint,
    failure,
    report_on,
    try_server,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import CERTIFICATES, Script, Talk, serve

SERVERS: t.Mapping[MailService, t.Callable[[Server], Script]] = {
    MailService.IMAP: imap,
    MailService.POP3: pop3,
    MailService.SMTP: smtp,
}
ALL = pytest.mark.parametrize("service", list(MailService))
ENCRYPTED = pytest.mark.parametrize("security", [Security.SSL, Security.STARTTLS])


@ALL
@ENCRYPTED
@pytest.mark.parametrize(
    ("certificate", "finding", "evidence", "advice"),
    [
        (
            "expired",
            "has a certificate that expired on 2021-01-01",
            "by Lab CA, valid from 2020-01-01 to 2021-01-01",
            "First check the clock of this machine",
        ),
        (
            "not-yet-valid",
            "has a certificate that is not valid yet",
            "valid from 2125-01-01",
            "First check the clock of this machine",
        ),
        (
            "other-name",
            "has a certificate that is not for ",
            "certificate for elsewhere.lab.test, www.lab.test, 127.0.0.1, by Lab CA",
            "It is for: elsewhere.lab.test, www.lab.test, 127.0.0.1.",
        ),
        (
            "unknown-issuer",
            "has a certificate by Root R1 (Stranger & Sons) that this machine does not trust",
            "by Root R1 (Stranger & Sons)",
            "ca_path",
        ),
        ("self-signed", "has a self-signed certificate", "certificate for imap.lab.test", "ca_path"),
    ],
)
def test_certificates(
    service: MailService, security: Security, certificate: str, finding: str, evidence: str, advice: str
) -> None:
    script = SERVERS[service](Server(tls=security.value, certificate=certificate))
    report, server = try_server(script, service, security)
    failed = failure(report, Stage.TLS)
    assert failed.finding.startswith(finding)
    assert evidence in failed.evidence
    assert advice in failed.advice
    assert server.connections == 2  # the second only reads the certificate
    received = server.in_clear + server.in_tls
    assert not any(word in received for word in (b"AUTH", b"LOGIN ", b"USER", b"PASS", b"MAIL"))
    if security is Security.SSL:
        assert server.in_tls == b""


def test_the_expiry_is_distinguished_from_that_of_the_issuer() -> None:
    with serve(imap(Server(certificate="expired"))) as listening:
        environment = at(LAB, 0)  # as if the server's own certificate had a future
        report = report_on(endpoint(MailService.IMAP, listening.port, Security.SSL), environment=environment)
    assert failure(report, Stage.TLS).finding == "has a certificate whose issuer's certificate has expired"


def test_without_ca_path_the_private_ca_is_unknown() -> None:
    with serve(imap(Server())) as listening:
        target = endpoint(MailService.IMAP, listening.port, Security.SSL)
        report = report_on(target, VerifyOptions(timeout=20))
    assert failure(report, Stage.TLS).finding == "has a certificate by Lab CA that this machine does not trust"


def test_a_certificate_that_cannot_be_looked_at_again() -> None:
    connections: list[Talk] = []

    def script(talk: Talk) -> None:
        connections.append(talk)
        if len(connections) == 1:
            imap(Server(certificate="expired"))(talk)

    report, _server = try_server(script, MailService.IMAP, Security.SSL)
    failed = failure(report, Stage.TLS)
    assert failed.finding == "has a certificate that expired"
    assert failed.evidence == "certificate has expired"


def test_the_demands_are_the_same_on_every_python() -> None:
    keys = trust(None).verifying
    assert keys.minimum_version is ssl.TLSVersion.TLSv1_2
    assert keys.verify_mode is ssl.CERT_REQUIRED
    assert keys.check_hostname
    assert not keys.hostname_checks_common_name
    assert not keys.verify_flags & ssl.VERIFY_X509_STRICT


def test_only_old_tls() -> None:
    def script(talk: Talk) -> None:
        talk.start_tls(newest=ssl.TLSVersion.TLSv1_2)

    older = trust(PATIENT.ca_path)
    older.verifying.minimum_version = ssl.TLSVersion.TLSv1_3  # stands for TLS 1.1, which this OpenSSL may not have
    with serve(script) as listening:
        report = report_on(endpoint(MailService.IMAP, listening.port, Security.SSL), keys=older)
    assert failure(report, Stage.TLS).finding == "supports only TLS versions that are no longer safe"


@ALL
def test_tls_from_the_first_byte_is_set_but_the_port_is_plain(service: MailService) -> None:
    report, server = try_server(SERVERS[service](Server(tls="starttls")), service, Security.SSL)
    failed = failure(report, Stage.FIRST_BYTES)
    assert failed.finding == (
        f"begins in plain text: it speaks {service.title} on this port and not TLS from the first byte"
    )
    assert failed.code is Code.NEEDS_STARTTLS
    side, port = failed.endpoint.role.value, failed.endpoint.server.port
    assert f"Set {side}.port to {port} and {side}.security to starttls" in failed.advice
    greetings = {
        MailService.IMAP: "* OK [CAPABILITY IMAP4rev1 LIES] Lab IMAP ready",
        MailService.POP3: "+OK Lab POP3 ready",
        MailService.SMTP: "220-smtp.lab.test",
    }
    assert failed.evidence == greetings[service]
    assert server.in_tls == b""


@ALL
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.NONE])
def test_starttls_is_set_but_the_port_begins_with_tls(service: MailService, security: Security) -> None:
    options = dataclasses.replace(PATIENT, timeout=30)
    report, server = try_server(SERVERS[service](Server(tls="ssl")), service, security, options)
    failed = failure(report, Stage.FIRST_BYTES)
    assert failed.finding == "speaks TLS from the first byte on this port"
    assert failed.code is Code.NEEDS_SSL
    assert failed.seconds < 15  # never the whole timeout
    side, port = failed.endpoint.role.value, failed.endpoint.server.port
    assert failed.advice == f"Set {side}.port to {port} and {side}.security to ssl. Nothing secret was sent."
    assert server.in_clear == b""


def test_starttls_is_set_and_the_server_answers_with_a_tls_alert() -> None:
    report, _server = try_server(
        lambda talk: talk.send(b"\x15\x03\x01\x00\x02\x02\x0a\n"), MailService.IMAP, Security.STARTTLS
    )
    failed = failure(report, Stage.FIRST_BYTES)
    assert failed.finding == "speaks TLS from the first byte on this port"
    assert "incoming.security to ssl" in failed.advice


@ALL
def test_starttls_is_taken_away(service: MailService) -> None:
    stripped = {
        MailService.IMAP: {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done"},
        MailService.POP3: {b"CAPA": b"+OK\r\nUSER\r\nSASL PLAIN\r\n."},
        MailService.SMTP: {b"EHLO": b"250-smtp.lab.test\r\n250 AUTH PLAIN"},
    }
    report, server = try_server(
        SERVERS[service](Server(tls="starttls", answers=stripped[service])), service, Security.STARTTLS
    )
    failed = failure(report, Stage.STARTTLS)
    assert failed.finding == "does not offer STARTTLS"
    assert "PLAIN" in failed.evidence
    assert "Nothing secret was sent." in failed.advice
    assert b"AUTH" not in server.in_clear
    assert check(report, Stage.TLS).status is CheckStatus.SKIPPED


@ALL
def test_starttls_is_offered_and_refused(service: MailService) -> None:
    answers = {b"STARTTLS": b"454 4.7.0 TLS not available", b"STLS": b"-ERR not now"}
    if service is MailService.IMAP:
        answers[b"STARTTLS"] = b"TAG NO not now"
    report, _server = try_server(SERVERS[service](Server(tls="starttls", answers=answers)), service, Security.STARTTLS)
    failed = failure(report, Stage.STARTTLS)
    assert failed.finding == "offers STARTTLS but does not begin it"
    assert "no" in failed.evidence.lower()


INJECTED = {
    MailService.IMAP: (b"STARTTLS", b"TAG OK begin TLS now\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN"),
    MailService.POP3: (b"STLS", b"+OK begin TLS now\r\n+OK injected"),
    MailService.SMTP: (b"STARTTLS", b"220 begin TLS now\r\n250 AUTH PLAIN injected"),
}


@ALL
def test_text_injected_together_with_the_answer_to_starttls(service: MailService) -> None:
    command, answer = INJECTED[service]
    script = SERVERS[service](Server(tls="starttls", answers={command: answer}))
    report, server = try_server(script, service, Security.STARTTLS)
    failed = failure(report, Stage.TLS)
    assert failed.finding == "sends plain text where the encryption must begin"
    assert "Nothing secret was sent." in failed.advice
    assert server.in_clear.splitlines()[-1].endswith((b"STARTTLS", b"STLS"))  # not even TLS was begun
    assert check(report, Stage.STARTTLS).status is CheckStatus.OK


@ALL
def test_text_injected_after_the_handshake_has_begun(service: MailService) -> None:
    opening = {
        MailService.IMAP: [b"* OK ready", b"* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done", b"a2 OK begin TLS now"],
        MailService.POP3: [b"+OK ready", b"+OK\r\nSTLS\r\n.", b"+OK begin TLS now"],
        MailService.SMTP: [b"220 ready", b"250-smtp.lab.test\r\n250 STARTTLS", b"220 begin TLS now"],
    }

    def script(talk: Talk) -> None:
        for line in opening[service]:
            talk.say(line)
            talk.hear_exactly(1)
            if line is not opening[service][-1]:
                talk.hear()
        talk.say(b"250 AUTH PLAIN injected")
        talk.hear_out()

    report, _server = try_server(script, service, Security.STARTTLS)
    failed = failure(report, Stage.TLS)
    assert failed.finding == "sends plain text where the encryption must begin"
    assert failed.evidence == "250 AUTH PLAIN injected"


def test_text_injected_before_tls_is_not_read_inside_it() -> None:
    """The injected answer would be taken for the one to the first command inside TLS (CVE-2011-0411 and its kin)."""
    command, answer = INJECTED[MailService.SMTP]

    def script(talk: Talk) -> None:
        talk.say(b"220 ready")
        talk.hear()
        talk.say(b"250 STARTTLS")
        assert talk.hear() == command
        talk.say(answer)
        talk.start_tls()

    report, _server = try_server(script, MailService.SMTP, Security.STARTTLS)
    assert check(report, Stage.CAPABILITY).status is CheckStatus.SKIPPED


@ALL
def test_garbage_after_starttls(service: MailService) -> None:
    command, answer = INJECTED[service]
    answers = {command: answer.split(b"\r\n")[0] + b"\r\n" + bytes(range(256))}
    report, _server = try_server(SERVERS[service](Server(tls="starttls", answers=answers)), service, Security.STARTTLS)
    assert failure(report, Stage.TLS).evidence.isprintable()


@pytest.mark.parametrize("record", [b"\x16\x03\x03\x00\x05hello", b"\x15\x03\x03\x00\x02\x02\x28"])
def test_a_handshake_that_fails(record: bytes) -> None:
    def script(talk: Talk) -> None:
        talk.hear_exactly(20)
        talk.send(record)
        talk.hear_out()

    report, _server = try_server(script, MailService.IMAP, Security.SSL)
    failed = failure(report, Stage.TLS)
    assert failed.finding == "and this machine cannot agree on TLS"
    assert "incoming.security (starttls is the other way to encrypt)" in failed.advice


def test_silence_instead_of_a_handshake() -> None:
    report, _server = try_server(lambda talk: talk.hear_out(), MailService.SMTP, Security.SSL, HASTY)
    failed = failure(report, Stage.FIRST_BYTES)
    assert failed.finding == "did not answer within 0.8 seconds when TLS had to begin"
    assert "Check outgoing.port (the usual one for SMTP with security ssl is 465)." in failed.advice


def test_hanging_up_instead_of_a_handshake() -> None:
    report, _server = try_server(lambda talk: None, MailService.SMTP, Security.SSL)
    assert failure(report, Stage.FIRST_BYTES).finding == "ended the connection when TLS had to begin"


def test_a_handshake_drop_by_drop() -> None:
    def script(talk: Talk) -> None:
        talk.hear_exactly(20)
        talk.send(b"\x16\x03\x03\x3f\xff")
        while True:
            talk.send(b"\x02")
            talk.pause(0.05)

    report, _server = try_server(script, MailService.IMAP, Security.SSL, HASTY)
    assert "within 0.8 seconds" in failure(report, Stage.TLS).finding


@pytest.mark.parametrize(
    ("first", "finding", "advice"),
    [
        (b"HTTP/1.1 400 Bad Request", "speaks HTTP where IMAP is expected", "Correct incoming.host or incoming.port"),
        (b"SSH-2.0-OpenSSH_9.2", "speaks SSH where IMAP is expected", "Correct incoming.host or incoming.port"),
        (b"+OK ready", "speaks POP3 where IMAP is expected", "Set protocol to pop3"),
        (b"hello there", "does not speak IMAP", "Check incoming.host and incoming.port"),
    ],
)
@ENCRYPTED
def test_somebody_else_in_plain_text(first: bytes, finding: str, advice: str, security: Security) -> None:
    report, _server = try_server(lambda talk: talk.say(first), MailService.IMAP, security)
    failed = failure(report, Stage.FIRST_BYTES)
    assert failed.finding == finding
    assert failed.evidence == first.decode()
    assert failed.advice.startswith(advice)


def test_ca_path_that_cannot_be_used(tmp_path: t.Any) -> None:
    with pytest.raises(OptionError, match=r"^ca_path: .*No such file"):
        trust(str(tmp_path / "missing.pem"))
    with pytest.raises(OptionError, match=r"^ca_path: .* contains no certificate"):
        trust(str(CERTIFICATES / "README.md"))
    with pytest.raises(OptionError, match=r"^ca_path: "):
        trust(str(tmp_path))
