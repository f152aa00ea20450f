# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that let only so many sessions in at a time."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._verify import server_queues
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Code
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import Stage
from ansible_collections.charter.mail.plugins.module_utils._verify.session_limit import too_many_sessions
from ansible_collections.charter.mail.plugins.module_utils._verify.verify_accounts import verify
from ansible_collections.charter.mail.tests.unit.amount import sample, size
from ansible_collections.charter.mail.tests.unit.limited_server import Limited
from ansible_collections.charter.mail.tests.unit.mail_servers import Server, imap, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    LAB,
    PATIENT,
    account,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import Talk, serve

pytestmark = pytest.mark.one_in(3)

BYE = b"* BYE Too many connections from 203.0.113.7"
LATER = b"421 4.7.0 Too many connections from 203.0.113.7"


@pytest.mark.parametrize("sessions", sample([1, 4, 10], 1))
def test_accounts_wait_for_a_server_that_has_too_many_sessions(sessions: int) -> None:
    ssl, starttls = Server(), Server(tls="starttls")
    receiving, sending = Limited(imap(ssl), sessions, ssl, BYE), Limited(smtp(starttls), sessions, starttls, LATER)
    accounts = size(30, 15)
    with serve(receiving) as one, serve(sending) as other:
        # The same login, because these servers know only one.
        reports = verify([account(one.port, other.port)] * accounts, PATIENT, environment=LAB)
    assert [report.complete for report in reports] == [True] * accounts
    assert receiving.turned_away > 0
    # At most once for each of the sessions that began together, and now and then one that came too early.
    assert receiving.turned_away + sending.turned_away < 2 * server_queues.SESSIONS_PER_SERVER + 30


@pytest.mark.parametrize(
    ("greeting", "knocks"),
    [
        (b"* BYE Too many connections from 203.0.113.7", range(2, 30)),
        (b"* BYE Server busy, try again later", range(2, 30)),
        (b"* BYE 203.0.113.7 is blocked", range(1, 2)),
    ],
)
def test_a_server_that_never_lets_anybody_in_is_left_alone_soon(greeting: bytes, knocks: range) -> None:
    nobody = Limited(imap(Server()), 0, Server(), greeting)
    with serve(nobody) as one, serve(smtp(Server(tls="starttls"))) as other:
        reports = verify([account(one.port, other.port)], PATIENT, environment=LAB)
    assert nobody.turned_away in knocks
    assert reports[0].cause is not None
    assert reports[0].cause.check.code in (Code.TURNED_AWAY, Code.LIMITED, Code.UNAVAILABLE, Code.ADDRESS_BLOCKED)
    assert reports[0].cause.suggestion is None


def test_no_other_settings_are_searched_at_a_server_that_turns_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_queues, "jittered", lambda pause: pause)
    connections = []
    for suggest in (True, False):
        nobody = Limited(imap(Server()), 0, Server(), BYE)
        options = dataclasses.replace(PATIENT, suggest=suggest)
        with serve(nobody) as one, serve(smtp(Server(tls="starttls"))) as other:
            verify([account(one.port, other.port)], options, environment=LAB)
        connections.append(one.connections)
    assert connections[0] == connections[1]


def test_a_mailbox_with_too_many_sessions_is_tried_again_and_counts_as_no_refusal() -> None:
    """Dovecot's mail_max_userip_connections; its answer comes after the password (node-imap #606)."""
    connections = itertools.count()
    busy = b"TAG NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded"

    def script(talk: Talk) -> None:
        answers: t.Mapping[bytes, bytes] = {b"AUTHENTICATE": busy} if next(connections) < 2 else {}
        imap(Server(answers=answers))(talk)

    options = dataclasses.replace(PATIENT, attempts=1)
    with serve(script) as one, serve(smtp(Server(tls="starttls"))) as other:
        (report,) = verify([account(one.port, other.port)], options, environment=LAB)
    assert report.complete
    assert one.connections == 3


@pytest.mark.parametrize(
    ("code", "answer", "expected"),
    [
        (Code.LIMITED, "-ERR [IN-USE] Do you have another POP session running?", True),
        (Code.LIMITED, "NO [LIMIT] Too many simultaneous connections", True),
        (Code.LIMITED, "NO Too many login failures from this connection", False),
        (Code.LIMITED, "NO [LIMIT] 500 sessions a day", False),
        (Code.PASSWORD_REFUSED, "NO wrong for this connection", False),
    ],
)
def test_which_refused_sign_ins_are_about_sessions(code: Code, answer: str, expected: bool) -> None:
    assert too_many_sessions(code, answer) is expected


def test_the_stage_is_that_of_the_last_try() -> None:
    nobody = Limited(smtp(Server(tls="starttls")), 0, Server(tls="starttls"), LATER)
    with serve(imap(Server())) as one, serve(nobody) as other:
        (report,) = verify([account(one.port, other.port)], PATIENT, environment=LAB)
    assert report.cause is not None
    assert (report.cause.check.stage, report.cause.check.code) == (Stage.GREETING, Code.LIMITED)
