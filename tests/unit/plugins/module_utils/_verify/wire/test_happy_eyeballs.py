# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that are not found and connections that do not come about."""

from __future__ import annotations

import dataclasses
import errno
import socket
import threading
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import MailService
from ansible_collections.charter.mail.plugins.module_utils._verify.options import CheckEnvironment
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import Stage
from ansible_collections.charter.mail.plugins.module_utils._verify.wire import happy_eyeballs
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.resolver import Address
from ansible_collections.charter.mail.tests.unit.idle_clock import CLOCK
from ansible_collections.charter.mail.tests.unit.mail_servers import Server, imap
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    HASTY,
    LAB,
    check,
    endpoint,
    fails,
    failure,
    report_on,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import black_hole, closed_port, serve

V4, V6 = socket.AF_INET, socket.AF_INET6


@pytest.mark.parametrize(
    ("error", "finding", "evidence", "advice"),
    [
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            "cannot be found: its name has no address",
            "imap.lab.test: Name or service not known",
            "Check the spelling of incoming.host.",
        ),
        (
            socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
            "cannot be looked up: the name server gave no answer",
            "imap.lab.test: Temporary failure in name resolution",
            "Check this machine's network",
        ),
        (
            UnicodeError("label too long"),
            "cannot be found: its name has no address",
            "imap.lab.test: not a possible host name",
            "Check the spelling of incoming.host.",
        ),
    ],
)
def test_names_that_are_not_found(error: Exception, finding: str, evidence: str, advice: str) -> None:
    report = report_on(
        endpoint(MailService.IMAP, 993, Security.SSL), environment=CheckEnvironment(resolver=fails(error))
    )
    failed = failure(report, Stage.DNS)
    assert (failed.finding, failed.evidence) == (finding, evidence)
    assert failed.advice.startswith(advice)


def test_a_name_without_any_address() -> None:
    report = report_on(
        endpoint(MailService.IMAP, 993, Security.SSL), environment=CheckEnvironment(resolver=lambda host, port: ())
    )
    assert failure(report, Stage.DNS).finding == "cannot be found: its name has no address"


@pytest.mark.parametrize("name", ["a..lab.test", "x" * 64 + ".lab.test"])
def test_names_that_cannot_be(name: str) -> None:
    report = report_on(endpoint(MailService.IMAP, 993, Security.SSL, host=name), environment=CheckEnvironment())
    assert failure(report, Stage.DNS).finding == "cannot be found: its name has no address"


def test_a_resolver_that_never_answers() -> None:
    release = threading.Event()

    def resolver(host: str, port: int) -> t.Sequence[Address]:
        release.wait(30)
        return ()

    started = CLOCK.monotonic()
    report = report_on(
        endpoint(MailService.IMAP, 993, Security.SSL),
        HASTY,
        environment=CheckEnvironment(resolver=resolver, clock=CLOCK),
    )
    assert CLOCK.monotonic() - started < 5
    release.set()
    assert failure(report, Stage.DNS).finding == "cannot be looked up: no name server answered within 0.8 seconds"


def test_refused() -> None:
    report = report_on(endpoint(MailService.SMTP, closed_port(), Security.STARTTLS))
    failed = failure(report, Stage.TCP)
    assert failed.finding == "refuses connections on this port"
    assert failed.evidence == "127.0.0.1 refused"
    assert "the usual one for SMTP with security starttls is 587" in failed.advice


def test_no_answer_at_all() -> None:
    with black_hole() as port:
        report = report_on(endpoint(MailService.SMTP, port, Security.STARTTLS), HASTY)
    failed = failure(report, Stage.TCP)
    assert failed.finding == "does not accept a connection within 0.8 seconds"
    assert failed.evidence == "127.0.0.1 timed out"
    assert 0.3 < failed.seconds < 5


@pytest.mark.parametrize(
    ("number", "finding", "evidence"),
    [
        (errno.EHOSTUNREACH, "cannot be reached from this machine", "127.0.0.1 unreachable"),
        (errno.ENETUNREACH, "cannot be reached from this machine", "127.0.0.1 unreachable"),
        (errno.ETIMEDOUT, "does not accept a connection within 20 seconds", "127.0.0.1 timed out"),
        (errno.ECONNRESET, "ends every connection at once", "127.0.0.1 reset"),
        (errno.EPERM, "is blocked by a firewall on this machine", "127.0.0.1 forbidden by this machine's firewall"),
        (errno.EMFILE, "cannot be connected to", "127.0.0.1 failed (Too many open files)"),
    ],
)
def test_other_reasons(monkeypatch: pytest.MonkeyPatch, number: int, finding: str, evidence: str) -> None:
    def begin(address: Address) -> socket.socket:
        raise OSError(number, "Too many open files")

    monkeypatch.setattr(happy_eyeballs, "_begin", begin)
    failed = failure(report_on(endpoint(MailService.IMAP, 993, Security.SSL)), Stage.TCP)
    assert (failed.finding, failed.evidence) == (finding, evidence)


def addresses(*found: Address) -> CheckEnvironment:
    """An environment where every name has these addresses."""
    return dataclasses.replace(LAB, resolver=lambda host, port: found)


def test_the_second_address_is_tried_when_the_first_refuses() -> None:
    with serve(imap(Server())) as server:
        environment = addresses(Address(V6, ("::1", closed_port(), 0, 0)), Address(V4, ("127.0.0.1", server.port)))
        report = report_on(endpoint(MailService.IMAP, server.port, Security.SSL), environment=environment)
    assert report.failed is None
    assert check(report, Stage.DNS).evidence == "::1, 127.0.0.1"
    assert check(report, Stage.TCP).evidence in (
        "::1 (IPv6) refused, connected to 127.0.0.1 (IPv4)",
        "::1 (IPv6) unreachable, connected to 127.0.0.1 (IPv4)",  # a machine without IPv6
    )


def test_a_silent_address_leaves_time_for_the_next() -> None:
    with black_hole() as hole, serve(imap(Server())) as server:
        environment = addresses(Address(V4, ("127.0.0.1", hole)), Address(V4, ("127.0.0.1", server.port)))
        options = dataclasses.replace(HASTY, timeout=4.0)
        report = report_on(endpoint(MailService.IMAP, server.port, Security.SSL), options, environment=environment)
    assert report.failed is None
    assert check(report, Stage.TCP).evidence == "127.0.0.1 not answering yet, connected to 127.0.0.1"
    assert check(report, Stage.TCP).seconds < 3  # it did not wait for the first to give up


def test_of_several_failures_the_most_telling_counts() -> None:
    with black_hole() as hole:
        environment = addresses(Address(V4, ("127.0.0.1", hole)), Address(V4, ("127.0.0.1", closed_port())))
        failed = failure(
            report_on(endpoint(MailService.IMAP, 993, Security.SSL), HASTY, environment=environment), Stage.TCP
        )
    assert failed.finding == "refuses connections on this port"
    assert failed.evidence == "127.0.0.1 refused, 127.0.0.1 timed out"


def test_ipv6_literals_are_written_with_brackets() -> None:
    target = endpoint(MailService.IMAP, 993, Security.SSL, host="::1")
    assert target.where == "[::1]:993"
