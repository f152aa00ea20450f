# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which findings curl's exit codes and messages are."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.redaction import LENGTH_LIMIT, Redactor
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.findings import connect_failures, lookup_failures
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import (
    Endpoint,
    MailService,
    Role,
)
from ansible_collections.charter.mail.plugins.plugin_utils._verify_from_pc import curl_results
from ansible_collections.charter.mail.plugins.plugin_utils._verify_from_pc.curl_results import CurlResult

IMAP = Endpoint(Role.INCOMING, MailService.IMAP, Server("imap.charter.net", 993, Security.SSL))
SMTP = Endpoint(Role.OUTGOING, MailService.SMTP, Server("smtp.charter.net", 587, Security.STARTTLS))
SCHANNEL = "schannel: next InitializeSecurityContext failed: "


@pytest.mark.parametrize(
    ("code", "message", "address", "stage", "name"),
    [
        (6, "Could not resolve host: x", "", "dns", "name_not_found"),
        (28, "Resolving timed out after 5000 milliseconds", "", "dns", "name_server_silent"),
        (28, "Connection timed out after 5000 milliseconds", "", "tcp", "connection_timed_out"),
        (28, "Operation timed out after 5000 milliseconds with 0 bytes received", "192.0.2.1", "tls", "nothing_said"),
        (7, "Failed to connect to x port 993 after 2 ms: Couldn't connect to server", "", "tcp", "connection_refused"),
        (7, "Failed to connect to x port 993: Timed out", "", "tcp", "connection_timed_out"),
        (7, "Failed to connect to x: Network is unreachable", "", "tcp", "unreachable"),
        (7, "connect to x: Permission denied", "", "tcp", "forbidden_by_local_firewall"),
        (35, "error:0A00010B:SSL routines::wrong version number", "192.0.2.1", "tls", "tls_not_agreed"),
        (35, "Recv failure: Connection was reset", "192.0.2.1", "tls", "tls_not_agreed"),
        (35, SCHANNEL + "SEC_E_INVALID_TOKEN (0x80090308)", "192.0.2.1", "tls", "tls_not_agreed"),
        (35, SCHANNEL + "SEC_E_UNTRUSTED_ROOT (0x80090325)", "192.0.2.1", "tls", "certificate_of_unknown_issuer"),
        (35, SCHANNEL + "SEC_E_CERT_EXPIRED (0x80090328)", "192.0.2.1", "tls", "certificate_expired"),
        (35, SCHANNEL + "SEC_E_ALGORITHM_MISMATCH (0x80090331)", "192.0.2.1", "tls", "tls_too_old"),
        (60, "schannel: SEC_E_UNTRUSTED_ROOT (0x80090325) - x", "192.0.2.1", "tls", "certificate_of_unknown_issuer"),
        (
            60,
            "schannel: SNI or certificate check failed: SEC_E_WRONG_PRINCIPAL (0x80090322)",
            "192.0.2.1",
            "tls",
            "certificate_for_another_name",
        ),
        (
            60,
            "SSL certificate problem: unable to get local issuer certificate",
            "192.0.2.1",
            "tls",
            "certificate_of_unknown_issuer",
        ),
        (60, "SSL certificate problem: self-signed certificate", "192.0.2.1", "tls", "certificate_self_signed"),
        (
            60,
            "SSL certificate problem: self-signed certificate in certificate chain",
            "192.0.2.1",
            "tls",
            "certificate_of_unknown_issuer",
        ),
        (60, "SSL certificate problem: certificate has expired", "192.0.2.1", "tls", "certificate_expired"),
        (60, "SSL certificate problem: certificate is not yet valid", "1.2.3.4", "tls", "certificate_not_yet_valid"),
        (
            60,
            "SSL: no alternative certificate subject name matches target host name 'x'",
            "192.0.2.1",
            "tls",
            "certificate_for_another_name",
        ),
        (60, "something new", "192.0.2.1", "tls", "other"),
        (60, "schannel: CRYPT_E_REVOKED", "192.0.2.1", "tls", "other"),
        (64, "STARTTLS not available.", "192.0.2.1", "starttls", "starttls_missing"),
        (64, "STARTTLS denied, code 454", "192.0.2.1", "starttls", "starttls_refused"),
        (8, "Got unexpected imap-server response", "192.0.2.1", "greeting", "wrong_protocol"),
        (52, "Empty reply", "192.0.2.1", "greeting", "hung_up"),
        (56, "response reading failed", "192.0.2.1", "greeting", "hung_up"),
        (77, "error setting certificate verify locations", "", "greeting", "other"),
        (77, "schannel: SEC_E_UNTRUSTED_ROOT (0x80090325)", "1.2.3.4", "tls", "certificate_of_unknown_issuer"),
        (77, "schannel: CERT_TRUST_IS_UNTRUSTED_ROOT", "1.2.3.4", "tls", "certificate_of_unknown_issuer"),
        (77, "schannel: CERT_E_CN_NO_MATCH", "1.2.3.4", "tls", "certificate_for_another_name"),
    ],
)
def test_a_server_before_signing_in(code: int, message: str, address: str, stage: str, name: str) -> None:
    found = curl_results.server_failure(IMAP, CurlResult(code, 0.1, address, message), 5)
    assert found is not None
    where, failure = found
    assert (where.value, failure.code.value) == (stage, name)
    assert failure.evidence == message
    assert "this machine" not in failure.finding + failure.advice
    assert failure.advice.endswith(".")
    assert not failure.finding.endswith(".")


def test_a_sound_server() -> None:
    assert curl_results.server_failure(IMAP, CurlResult(0, 0.1, "192.0.2.1", ""), 5) is None


def test_with_starttls_a_silent_server_owes_a_greeting() -> None:
    found = curl_results.server_failure(SMTP, CurlResult(28, 5, "192.0.2.1", "Operation timed out"), 5)
    assert found is not None
    assert found[0].value == "greeting"


@pytest.mark.parametrize(
    ("endpoint", "code", "message", "stage", "name"),
    [
        (IMAP, 67, "Login denied", "authentication", "password_refused"),
        (IMAP, 67, "Access denied. [CONTACTADMIN]", "authentication", "account_locked"),
        (SMTP, 67, "Authentication failed: 454", "authentication", "temporarily_unavailable"),
        (SMTP, 67, "Login denied", "authentication", "password_refused"),
        (IMAP, 94, "An authentication function returned an error", "authentication", "no_way_to_sign_in"),
        (IMAP, 28, "Operation timed out", "authentication", "nothing_said"),
        (IMAP, 56, "reset", "authentication", "hung_up"),
        (IMAP, 21, "Quote command returned error", "mailbox", "mailbox_not_opened"),
        (SMTP, 8, "Command failed: 530", "sending", "not_signed_in"),
        (SMTP, 8, "Command failed: 550", "sending", "address_unknown"),
    ],
)
def test_signing_in(endpoint: Endpoint, code: int, message: str, stage: str, name: str) -> None:
    result = CurlResult(code, 0.1, "192.0.2.1", message)
    found = curl_results.sign_in_failure(endpoint, result, "m@charter.net", "m@charter.net", 5, Redactor())
    assert found is not None
    assert (found[0].value, found[1].code.value) == (stage, name)


def test_a_password_in_an_answer_is_hidden() -> None:
    result = CurlResult(67, 0.1, "192.0.2.1", "no, not s3cret-word")
    redact = Redactor.hiding("m", Secret("s3cret-word"))
    found = curl_results.sign_in_failure(IMAP, result, "m", "m@charter.net", 5, redact)
    assert found is not None
    assert "s3cret" not in found[1].evidence


@pytest.mark.parametrize(
    ("body", "offered"),
    [
        (b"250-smtp.charter.net\r\n250-AUTH PLAIN LOGIN\r\n250 CHUNKING\r\n", True),
        (b"250-smtp.charter.net\r\n250 auth plain\r\n", True),
        (b"250-smtp.charter.net\r\n250 CHUNKING\r\n", False),
        (b"250 I know AUTH but offer none\r\n", False),
        (b"", False),
    ],
)
def test_whether_sign_in_is_offered(body: bytes, offered: bool) -> None:
    assert curl_results.offers_sign_in(CurlResult(0, 0.1, "192.0.2.1", "", body)) is offered


def test_lines_are_read_by_their_mark_only() -> None:
    output = (
        b"noise\r\nmark 0 0 0.125000 [192.0.2.1] [198.51.100.7] \r\nmark 3 67 0,5 [2001:db8::1] [] Login denied\n"
        b"other 1 0 0.1 [] [] \nmark x 0 0.1 [] [] \nmark 2 6 0.0 [] [] " + b"\x00\xff" + b"a" * 1000 + b"\n"
    )
    results = curl_results.parse(output, "mark")
    assert results[0] == CurlResult(0, 0.125, "192.0.2.1", "", source="198.51.100.7")
    assert results[3] == CurlResult(67, 0.5, "2001:db8::1", "Login denied")
    assert set(results) == {0, 2, 3}
    assert len(results[2].message) < LENGTH_LIMIT + 10
    assert results[2].message.isprintable()
    assert curl_results.parse(b"", "mark") == {}
    assert curl_results.parse(b"mark 1 0 1.2.3 [] [] \n", "mark") == {}
    for line in (b"mark 1 %s 0.5 [] []", b"mark %s 0 0.5 [] []", b"mark 1 0 %s.5 [] []", b"mark 1 0 0.%s [] []"):
        assert curl_results.parse(line % (b"9" * 6000) + b" \n", "mark") == {}
        assert len(curl_results.parse(line % b"9" + b" \n", "mark")) == 1


def test_the_same_finding_has_the_same_words_whoever_saw_it() -> None:
    """The PC's findings are the host's, except for the name of the machine."""
    found = curl_results.server_failure(IMAP, CurlResult(7, 0.1, "", "refused"), 5)
    seen = connect_failures.connection_refused(IMAP, "refused")
    assert found is not None
    assert (found[1].finding, found[1].advice, found[1].code) == (seen.finding, seen.advice, seen.code)
    found = curl_results.server_failure(IMAP, CurlResult(6, 0.1, "", "no host"), 5)
    seen = lookup_failures.name_not_found(IMAP, "no host")
    assert found is not None
    assert found[1].finding == seen.finding
    assert found[1].advice.replace("the PC", "this machine") == seen.advice
    assert "the PC's DNS" in found[1].advice
