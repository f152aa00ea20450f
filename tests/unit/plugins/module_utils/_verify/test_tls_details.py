# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reports say about TLS as data: the certificate, trusted or not, and what was agreed on."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._model.redaction import LENGTH_LIMIT, Redactor
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import MailService
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus, Stage
from ansible_collections.charter.mail.plugins.module_utils._verify.tls_details import MOST_NAMES, server_certificate
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.certificate import Certificate
from ansible_collections.charter.mail.tests.unit.mail_servers import Server, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.scripted_server import Script

from .endpoint_tests import check, try_server

NAMES = ["imap.lab.test", "pop.lab.test", "smtp.lab.test", "127.0.0.1"]


@pytest.mark.parametrize(
    ("make", "service", "security"),
    [
        (imap, MailService.IMAP, Security.SSL),
        (pop3, MailService.POP3, Security.STARTTLS),
        (smtp, MailService.SMTP, Security.STARTTLS),
    ],
)
def test_a_trusted_certificate(make: t.Callable[[Server], Script], service: MailService, security: Security) -> None:
    report, _server = try_server(make(Server(tls=security.value)), service, security)
    result = check(report, Stage.TLS).as_result()
    assert result["certificate"] == {"names": NAMES, "issuer": "Lab CA", "not_after": "2126-01-01T00:00:00Z"}
    assert sorted(result["tls"]) == ["cipher", "version"]
    assert result["tls"]["version"] == "TLS 1.3"
    assert result["tls"]["cipher"] in result["evidence"]
    others = [one.as_result() for one in report.checks if one.stage is not Stage.TLS]
    assert all("certificate" not in one and "tls" not in one for one in others)


@pytest.mark.parametrize(
    ("name", "names", "issuer", "not_after"),
    [
        ("expired", NAMES, "Lab CA", "2021-01-01T00:00:00Z"),
        ("self-signed", NAMES, "imap.lab.test", "2126-01-01T00:00:00Z"),
        ("unknown-issuer", NAMES, "Root R1 (Stranger & Sons)", "2126-01-01T00:00:00Z"),
        ("other-name", ["elsewhere.lab.test", "www.lab.test", "127.0.0.1"], "Lab CA", "2126-01-01T00:00:00Z"),
    ],
)
@pytest.mark.parametrize("security", [Security.SSL, Security.STARTTLS])
def test_a_refused_certificate(name: str, names: list[str], issuer: str, not_after: str, security: Security) -> None:
    script = imap(Server(tls=security.value, certificate=name))
    report, _server = try_server(script, MailService.IMAP, security)
    failed = check(report, Stage.TLS)
    assert failed.status is CheckStatus.FAILED
    result = failed.as_result()
    assert result["certificate"] == {"names": names, "issuer": issuer, "not_after": not_after}
    assert "tls" not in result
    assert result["address"] == "127.0.0.1"


def test_without_encryption_there_is_no_certificate() -> None:
    report, _server = try_server(imap(Server(tls="none")), MailService.IMAP, Security.NONE)
    assert all("certificate" not in one.as_result() for one in report.checks)


def test_what_a_server_sends_is_printable_and_bounded() -> None:
    names = tuple(f"host{number}.lab.test" for number in range(1000))
    hostile = Certificate(("\x1b[31m\n", *names), "", "x" * 5000 + "\x07", 0.0, 1e9)
    seen = server_certificate(hostile, Redactor())
    assert seen is not None
    assert len(seen.names) == MOST_NAMES
    assert seen.names[0].isprintable()
    assert seen.issuer.isprintable()
    assert len(seen.issuer) < LENGTH_LIMIT + 10
    assert seen.not_after == "2001-09-09T01:46:40Z"
    assert server_certificate(None, Redactor()) is None
