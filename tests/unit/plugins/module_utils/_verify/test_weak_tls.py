# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS that this machine's OpenSSL refuses, and servers that want a certificate of the client."""

from __future__ import annotations

import pathlib
import ssl
import subprocess
import warnings

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import MailService
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import (
    SETTINGS_CAN_HELP,
    TRANSIENT,
    Code,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import Check, EndpointReport, Stage
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.protocol_guess import asks_for_certificate
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.tls import trust
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    PATIENT,
    endpoint,
    failure,
    report_on,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, CERTIFICATES, Talk, serve

# RFC 7919 has no group as short as this: 1024 bits, from RFC 2409 6.2 (Oakley group 2).
DH_1024 = """-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""


GOOD = CERTIFICATES / "good.pem"


def certificate(folder: pathlib.Path, bits: int) -> pathlib.Path:
    """A certificate with an RSA key of so many bits, with its key, for the hosts of the lab; it is its own CA."""
    key, made = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", f"rsa:{bits}", "-nodes", "-keyout", str(key), "-out", str(made)]
    names = "subjectAltName=DNS:imap.lab.test,DNS:smtp.lab.test"
    subprocess.run([*command, "-subj", "/CN=lab", "-addext", names, "-days", "2"], check=True, capture_output=True)
    made.write_bytes(made.read_bytes() + key.read_bytes())
    return made


@pytest.fixture(scope="module")
def rsa_certificate(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A certificate with a key of a usual size, which takes a while to make."""
    return certificate(tmp_path_factory.mktemp("rsa"), 2048)


def server_context(newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2, chain: pathlib.Path = GOOD) -> ssl.SSLContext:
    """A server that offers what it likes, however weak."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(str(chain))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of TLS 1.1
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = newest
    return context


def report_of(
    context: ssl.SSLContext,
    service: MailService = MailService.IMAP,
    security: Security = Security.SSL,
    ca: str = CA,
) -> EndpointReport:
    """The report on a server with such a TLS, as a machine at OpenSSL's security level 2 has it."""

    def script(talk: Talk) -> None:
        if security is Security.STARTTLS:
            talk.say(b"220 ready")
            talk.hear()
            talk.say(b"250-smtp.lab.test", b"250 STARTTLS")
            talk.hear()
            talk.say(b"220 go on")
        talk.wrap(context)
        talk.say(b"* OK ready")
        talk.hear_out()

    keys = trust(ca)
    keys.verifying.set_ciphers("DEFAULT:@SECLEVEL=2")
    with serve(script) as listening:
        return report_on(endpoint(service, listening.port, security), PATIENT, keys=keys)


def left_to_the_operator(failed: Check, code: Code) -> None:
    """The settings are right, and the code is neither tried again nor answered with other settings."""
    assert failed.code is code
    assert failed.advice.startswith("Change no setting: port and encryption are right.")
    assert "operator" in failed.advice
    assert ".port" not in failed.advice
    assert ".security" not in failed.advice
    assert code not in SETTINGS_CAN_HELP
    assert code not in TRANSIENT


@pytest.mark.parametrize(
    ("service", "security"), [(MailService.IMAP, Security.SSL), (MailService.SMTP, Security.STARTTLS)]
)
def test_a_short_diffie_hellman_key(
    rsa_certificate: pathlib.Path, tmp_path: pathlib.Path, service: MailService, security: Security
) -> None:
    chain = rsa_certificate
    context = server_context(chain=chain)
    context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
    parameters = tmp_path / "dh.pem"
    parameters.write_text(DH_1024, encoding="ascii")
    context.load_dh_params(str(parameters))
    failed = failure(report_of(context, service, security, str(chain)), Stage.TLS)
    left_to_the_operator(failed, Code.TLS_TOO_WEAK)
    assert failed.evidence == "dh key too small"


def test_only_legacy_renegotiation() -> None:
    def script(talk: Talk) -> None:
        talk.hear_exactly(20)
        # A ServerHello without the extension of RFC 5746, as from servers that were never updated.
        body = b"\x03\x03" + bytes(range(32)) + b"\x00\xc0\x2f\x00\x00\x00"
        hello = b"\x02" + len(body).to_bytes(3, "big") + body
        talk.send(b"\x16\x03\x03" + len(hello).to_bytes(2, "big") + hello)
        talk.hear_out()

    keys = trust(CA)
    keys.verifying.options &= ~getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 4)  # OpenSSL 3 has it so, older ones do not
    with serve(script) as listening:
        report = report_on(endpoint(MailService.IMAP, listening.port, Security.SSL), PATIENT, keys=keys)
    failed = failure(report, Stage.TLS)
    left_to_the_operator(failed, Code.TLS_TOO_WEAK)
    assert failed.evidence == "unsafe legacy renegotiation disabled"


def test_a_certificate_with_a_short_key(tmp_path: pathlib.Path) -> None:
    chain = certificate(tmp_path, 1024)
    failed = failure(report_of(server_context(chain=chain), ca=str(chain)), Stage.TLS)
    left_to_the_operator(failed, Code.TLS_TOO_WEAK)


def test_a_server_with_tls_1_1_only() -> None:
    failed = failure(report_of(server_context(ssl.TLSVersion.TLSv1_1)), Stage.TLS)
    assert failed.code is Code.TLS_TOO_OLD
    assert ".port" not in failed.advice


@pytest.mark.parametrize(
    ("newest", "stage"), [(ssl.TLSVersion.TLSv1_2, Stage.TLS), (ssl.TLSVersion.TLSv1_3, Stage.GREETING)]
)
def test_a_server_that_wants_a_client_certificate(newest: ssl.TLSVersion, stage: Stage) -> None:
    context = server_context(newest)
    context.load_verify_locations(CA)
    context.verify_mode = ssl.CERT_REQUIRED
    left_to_the_operator(failure(report_of(context), stage), Code.CLIENT_CERTIFICATE)


def test_a_certificate_that_is_asked_for_and_not_required() -> None:
    context = server_context()
    context.load_verify_locations(CA)
    context.verify_mode = ssl.CERT_OPTIONAL
    report = report_of(context)
    assert report.failed is not None
    assert report.failed.stage is Stage.CAPABILITY  # the script of the server ends there


def test_a_request_for_a_certificate_over_several_records() -> None:
    message = b"\x0d\x00\x00\x04\x01\x02\x00\x00"
    halves = (b"\x02\x00\x00\x01x" + message[:3], message[3:])
    records = b"".join(b"\x16\x03\x03" + len(half).to_bytes(2, "big") + half for half in halves)
    assert asks_for_certificate(records)
    assert not asks_for_certificate(records[:14])
    assert not asks_for_certificate(b"\x15\x03\x03\x00\x02\x02\x28")
    assert not asks_for_certificate(b"")
