# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shortcuts of these tests: one endpoint, or one account, against scripted servers on loopback."""

from __future__ import annotations

import dataclasses
import socket
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Protocol, Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.context import Context
from ansible_collections.charter.mail.plugins.module_utils._verify.endpoint_check import EndpointTask, check_endpoint
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import (
    Endpoint,
    MailService,
    Role,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.login import Login
from ansible_collections.charter.mail.plugins.module_utils._verify.login_limit import LoginLimit
from ansible_collections.charter.mail.plugins.module_utils._verify.options import CheckEnvironment, VerifyOptions
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import (
    Check,
    CheckStatus,
    EndpointReport,
    Stage,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.resolver import Address, Resolver
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.tls import Trust, trust
from ansible_collections.charter.mail.tests.unit.idle_clock import CLOCK
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, Script, ScriptedServer, serve

HOSTS = {MailService.IMAP: "imap.lab.test", MailService.POP3: "pop.lab.test", MailService.SMTP: "smtp.lab.test"}
PATIENT = VerifyOptions(ca_path=CA, timeout=20.0)
HASTY = VerifyOptions(ca_path=CA, timeout=0.8)


def resolve(host: str, port: int) -> t.Sequence[Address]:
    """The names under lab.test are this machine; nobody else is ever asked."""
    if not host.endswith(".lab.test"):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return [Address(socket.AF_INET, ("127.0.0.1", port))]


def fails(error: Exception) -> Resolver:
    """A resolver that finds nothing."""

    def resolver(host: str, port: int) -> t.Sequence[Address]:
        raise error

    return resolver


LAB = CheckEnvironment(resolver=resolve, clock=CLOCK)


def endpoint(service: MailService, port: int, security: Security, host: str | None = None) -> Endpoint:
    """An endpoint of the lab."""
    role = Role.OUTGOING if service is MailService.SMTP else Role.INCOMING
    return Endpoint(role, service, Server(host or HOSTS[service], port, security))


def report_on(
    target: Endpoint,
    options: VerifyOptions = PATIENT,
    password: str | None = PASSWORD,
    username: str = USERNAME,
    environment: CheckEnvironment = LAB,
    keys: Trust | None = None,
) -> EndpointReport:
    """The report on an endpoint."""
    secret = None if password is None else Secret(password)
    return check_endpoint(
        EndpointTask(target, USERNAME, Login(username, secret)),
        Context(options, keys or trust(options.ca_path), environment, LoginLimit(options.attempts)),
    )


def try_server(
    script: Script,
    service: MailService,
    security: Security,
    options: VerifyOptions = PATIENT,
    password: str | None = PASSWORD,
    username: str = USERNAME,
) -> tuple[EndpointReport, ScriptedServer]:
    """Test a scripted server, and make sure that it never received the password in clear, unless that was allowed."""
    started = CLOCK.monotonic()
    with serve(script) as server:
        report = report_on(endpoint(service, server.port, security), options, password, username)
    assert CLOCK.monotonic() - started < options.timeout + 2
    if not options.allow_plaintext and password is not None:
        assert not server.received_in_clear(username, password)
    if password is not None:
        assert password not in repr(report)
    return report, server


def failure(report: EndpointReport, stage: Stage) -> Check:
    """The one check that failed, which must be of this stage; all others are ok or skipped because of it."""
    assert report.failed is not None, report
    assert report.failed.stage is stage, report.failed
    assert report.failed.advice.endswith(".")
    assert report.failed.finding
    others = [check for check in report.checks if check is not report.failed]
    assert all(check.status in (CheckStatus.OK, CheckStatus.SKIPPED) for check in others)
    reason = f"not tested, because the stage {stage.value} failed"
    assert all(check.evidence == reason for check in others if check.status is CheckStatus.SKIPPED)
    return report.failed


def check(report: EndpointReport, stage: Stage) -> Check:
    """The check of a stage."""
    return next(found for found in report.checks if found.stage is stage)


def account(imap_port: int, smtp_port: int, email: str = USERNAME, password: str | None = PASSWORD) -> Account:
    """An account of the lab with IMAP over TLS and submission with STARTTLS."""
    return Account(
        email=email,
        protocol=Protocol.IMAP,
        incoming=Server("imap.lab.test", imap_port, Security.SSL),
        outgoing=Server("smtp.lab.test", smtp_port, Security.STARTTLS),
        username=email,
        password=None if password is None else Secret(password),
    )


def at(environment: CheckEnvironment, now: float) -> CheckEnvironment:
    """The same environment at another time of day."""
    return dataclasses.replace(environment, now=lambda: now)
