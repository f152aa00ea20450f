# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs round trips against scripted servers with a mailbox."""

from __future__ import annotations

import dataclasses
import re

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Protocol, Security
from ansible_collections.charter.mail.plugins.module_utils._model.account import Server as Settings
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.login import Logins
from ansible_collections.charter.mail.plugins.module_utils._verify.report.account_report import AccountReport
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus, Stage
from ansible_collections.charter.mail.plugins.module_utils._verify.round_trip import TripOptions, round_trips
from ansible_collections.charter.mail.plugins.module_utils._verify.verify_accounts import verify
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server
from ansible_collections.charter.mail.tests.unit.mailbox_server import FakeMailbox, StoredMessage, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import LAB, PATIENT
from ansible_collections.charter.mail.tests.unit.scripted_server import Talk, serve

QUICK = TripOptions(timeout=10.0, settle=0.05)
BRIEF = TripOptions(timeout=0.6, settle=0.05)
PROTOCOLS = pytest.mark.parametrize("protocol", list(Protocol))
INCOMING = {Protocol.IMAP: imap, Protocol.POP3: pop3}


@dataclasses.dataclass(frozen=True)
class Tripped:
    """What a round trip came to."""

    report: AccountReport
    mailbox: FakeMailbox

    @property
    def status(self) -> CheckStatus:
        """Of the check."""
        assert self.report.round_trip is not None
        return self.report.round_trip.status

    @property
    def evidence(self) -> str:
        """Of the check."""
        assert self.report.round_trip is not None
        return self.report.round_trip.evidence

    @property
    def code(self) -> str:
        """Of the result, where it is the cause."""
        return str(self.report.as_result()["cause"].get("code"))

    @property
    def advice(self) -> str:
        """Of the check."""
        assert self.report.round_trip is not None
        return self.report.round_trip.advice


def trip(
    mailbox: FakeMailbox,
    protocol: Protocol = Protocol.IMAP,
    options: TripOptions = QUICK,
    server: Server | None = None,
    *,
    check_mode: bool = False,
    password: str = PASSWORD,
    odd: tuple[bytes, bytes] | None = None,
) -> Tripped:
    """The tests of an account at this post mailbox, and the round trip.

    Args:
        mailbox: at the servers.
        protocol: how it is read.
        options: of the round trip.
        server: how the servers behave.
        check_mode: nothing is sent.
        password: of the account.
        odd: a pattern in what the incoming server says, and what it says instead.
    """
    server = server or Server()

    def incoming(talk: Talk) -> None:
        if odd is not None:
            pattern, instead = odd
            talk.rewrite = lambda line: re.sub(pattern, instead, line)
        INCOMING[protocol](server, mailbox)(talk)

    with serve(incoming) as one, serve(smtp(server, mailbox)) as other:
        account = Account(
            email=USERNAME,
            protocol=protocol,
            incoming=Settings("imap.lab.test", one.port, Security.SSL),
            outgoing=Settings("smtp.lab.test", other.port, Security.SSL),
            username=USERNAME,
            password=Secret(password),
        )
        reports = verify([account], PATIENT, environment=LAB)
        logins = [Logins.of(account)]
        (report,) = round_trips([account], reports, logins, PATIENT, options, LAB, check_mode=check_mode)
    assert PASSWORD not in repr(report)
    assert report.round_trip is not None
    assert report.checks[-1] is report.round_trip
    assert report.round_trip.stage is Stage.ROUND_TRIP
    assert report.summary.endswith(report.round_trip.sentences)
    assert not one.received_in_clear(USERNAME, PASSWORD)
    assert not other.received_in_clear(USERNAME, PASSWORD)
    return Tripped(report, mailbox)


def own_mail() -> list[StoredMessage]:
    """What was there before: at its end an older test that was left behind and is marked as deleted."""
    return [
        StoredMessage(3, b"Subject: lunch\r\n\r\n", frozenset()),
        StoredMessage(4, b"Subject: read\r\n\r\n", frozenset({b"\\Seen"})),
        StoredMessage(
            7,
            b"Subject: a lost test\r\nCharter-Mail-Test: 0123456789abcdef0123456789abcdef\r\n\r\n",
            frozenset({b"\\Deleted", b"\\Flagged"}),
        ),
    ]
