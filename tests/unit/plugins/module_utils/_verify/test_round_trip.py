# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Round trips against scripted servers that lose, delay and copy mail, and that keep what is not ours."""

from __future__ import annotations

import contextlib
import dataclasses
import email
import re
import threading
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Protocol, Security
from ansible_collections.charter.mail.plugins.module_utils._model.account import Server as Settings
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import endpoints
from ansible_collections.charter.mail.plugins.module_utils._verify.login import Logins
from ansible_collections.charter.mail.plugins.module_utils._verify.login_limit import LoginLimit, SignIn
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus
from ansible_collections.charter.mail.plugins.module_utils._verify.round_trip import (
    TripOptions,
    message,
    round_trips,
    subject,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.round_trip_mailbox import ImapMailbox, Pop3Mailbox
from ansible_collections.charter.mail.plugins.module_utils._verify.verify_accounts import verify
from ansible_collections.charter.mail.tests.unit.amount import size
from ansible_collections.charter.mail.tests.unit.idle_clock import CLOCK
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server
from ansible_collections.charter.mail.tests.unit.mailbox_server import FakeMailbox, StoredMessage, imap, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import LAB, PATIENT
from ansible_collections.charter.mail.tests.unit.scripted_server import serve

from .round_trip_runs import BRIEF, PROTOCOLS, QUICK, own_mail, trip

pytestmark = pytest.mark.one_in(3)


@PROTOCOLS
def test_it_arrives_and_is_deleted_and_nothing_else_changes(protocol: Protocol) -> None:
    tripped = trip(FakeMailbox(own_mail()), protocol)
    assert tripped.status is CheckStatus.OK, tripped.evidence
    assert re.fullmatch(r"arrived after [0-9]\.[0-9] seconds\. It was deleted again\.", tripped.evidence)
    assert tripped.advice == ""
    assert tripped.report.ok
    assert tripped.report.complete
    assert tripped.mailbox.messages == own_mail()
    (sent,) = tripped.mailbox.sent
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["From"] == sent["To"] == f"<{USERNAME}>"
    assert sent["Charter-Mail-Test"] in str(sent["Message-ID"])


@PROTOCOLS
def test_it_may_take_its_time(protocol: Protocol) -> None:
    tripped = trip(FakeMailbox(own_mail(), delay=0.4), protocol)
    assert tripped.status is CheckStatus.OK
    assert tripped.advice == ""
    assert tripped.mailbox.messages == own_mail()


@PROTOCOLS
def test_lost(protocol: Protocol) -> None:
    tripped = trip(FakeMailbox(own_mail(), copies=0), protocol, BRIEF)
    assert tripped.status is CheckStatus.FAILED
    assert not tripped.report.ok
    assert tripped.code == "message_lost"
    assert tripped.evidence.startswith("did not arrive within 0.6 seconds, although smtp.lab.test:")
    assert tripped.evidence.endswith(" accepted it: 250 2.0.0 Ok: queued as 4711")
    (sent,) = tripped.mailbox.sent
    assert f'Look for "{sent["Subject"]}" in the junk folder' in tripped.advice
    assert "The test message did not arrive within 0.6 seconds" in tripped.report.summary
    assert tripped.mailbox.messages == own_mail()


@PROTOCOLS
def test_late(protocol: Protocol) -> None:
    options = TripOptions(timeout=4.0, settle=0.05)
    tripped = trip(FakeMailbox(own_mail(), delay=2.1), protocol, options)
    assert tripped.status is CheckStatus.OK
    assert re.match(r"arrived late, after [23]\.[0-9] seconds of 4 allowed\. It was deleted again\.", tripped.evidence)
    assert len(tripped.report.warnings) == 1
    assert "delayed between the provider's servers" in tripped.advice
    assert "arrived late" in tripped.report.summary
    assert tripped.mailbox.messages == own_mail()


@PROTOCOLS
def test_duplicated(protocol: Protocol) -> None:
    tripped = trip(FakeMailbox(own_mail(), copies=3), protocol)
    assert tripped.status is CheckStatus.FAILED
    assert tripped.code == "message_duplicated"
    assert re.match(r"arrived 3 times: the first after .*\. All copies were deleted again\.", tripped.evidence)
    assert "rules on the provider's web page" in tripped.advice
    assert "arrived 3 times" in tripped.report.summary
    assert tripped.mailbox.messages == own_mail()


def test_a_server_without_uidplus_and_nothing_else_marked() -> None:
    before = own_mail()[:2]
    tripped = trip(FakeMailbox(list(before), uidplus=False))
    assert tripped.status is CheckStatus.OK
    assert tripped.evidence.endswith("It was deleted again.")
    assert tripped.mailbox.messages == before
    assert b"EXPUNGE" in tripped.mailbox.commands


def test_a_server_without_uidplus_where_other_mail_is_marked() -> None:
    tripped = trip(FakeMailbox(own_mail(), uidplus=False))
    assert tripped.status is CheckStatus.OK
    assert "the server lacks UIDPLUS, and an expunge now would also have removed other messages" in tripped.evidence
    assert "EXPUNGE" not in " ".join(command.decode() for command in tripped.mailbox.commands)
    assert tripped.mailbox.messages[:3] == own_mail()
    (left,) = tripped.mailbox.messages[3:]
    assert left.flags == {b"\\Deleted"}


@pytest.mark.parametrize("before", [own_mail(), []])
def test_an_imap_server_that_does_not_say_which_number_comes_next(before: list[StoredMessage]) -> None:
    tripped = trip(FakeMailbox(list(before), tells_next_uid=False))
    assert tripped.status is CheckStatus.OK
    assert tripped.mailbox.messages == before


def test_other_mail_that_comes_meanwhile_is_left_alone() -> None:
    mailbox = FakeMailbox(own_mail(), delay=1.0)
    mailbox.take(b"Subject: dinner\r\n\r\n")
    tripped = trip(mailbox)
    assert tripped.status is CheckStatus.OK
    assert [stored.content for stored in tripped.mailbox.messages[3:]] == [b"Subject: dinner\r\n\r\n"]
    assert all(stored.flags == frozenset() for stored in tripped.mailbox.messages[3:])


def test_a_mailbox_that_was_made_anew_meanwhile() -> None:
    tripped = trip(FakeMailbox(own_mail(), new_validity=True))
    assert tripped.status is CheckStatus.FAILED
    assert "renumbered all messages during the test" in tripped.evidence
    (sent,) = tripped.mailbox.sent
    assert f'The message "{sent["Subject"]}" was sent and may still be in the mailbox.' in tripped.advice
    assert len(tripped.mailbox.messages) == 4


def test_a_pop3_server_without_top() -> None:
    tripped = trip(FakeMailbox(own_mail(), top=False), Protocol.POP3)
    assert tripped.status is CheckStatus.FAILED
    assert "does not show the header of a message" in tripped.evidence
    assert "may still be in the mailbox" in tripped.advice
    assert len(tripped.mailbox.messages) == 4


def test_a_pop3_server_without_uidl() -> None:
    tripped = trip(FakeMailbox(own_mail(), uidl=False), Protocol.POP3)
    assert tripped.status is CheckStatus.OK
    assert tripped.mailbox.messages == own_mail()


@PROTOCOLS
def test_an_empty_mailbox(protocol: Protocol) -> None:
    tripped = trip(FakeMailbox([]), protocol)
    assert tripped.status is CheckStatus.OK
    assert tripped.mailbox.messages == []


@pytest.mark.parametrize("number", [b"4294967296", b"9" * 6000], ids=["more than 32 bits", "6000 digits"])
@pytest.mark.parametrize(
    ("protocol", "where"),
    [
        (Protocol.IMAP, rb"(?<=UIDVALIDITY )[0-9]+"),
        (Protocol.IMAP, rb"(?<=UIDNEXT )[0-9]+"),
        (Protocol.IMAP, rb"(?<=^\* SEARCH )[0-9]+"),
        (Protocol.POP3, rb"(?<=^\+OK )[0-9]+(?= 4711)"),
    ],
)
def test_a_number_that_no_mailbox_can_have(protocol: Protocol, where: bytes, number: bytes) -> None:
    tripped = trip(FakeMailbox(own_mail()), protocol, odd=(where, number))
    assert tripped.status is CheckStatus.FAILED
    assert "gives a number that no mailbox can have" in tripped.evidence
    assert tripped.mailbox.messages[:3] == own_mail()


@pytest.mark.parametrize(
    ("protocol", "where", "instead"),
    [
        (Protocol.IMAP, rb"^\* SEARCH", b"* SEARCH \xb2 -1 +1 1_0 0x1 (MODSEQ 9)"),
        (Protocol.IMAP, rb"^\* OK \[UIDNEXT [0-9]+", b"* OK [UIDNEXT -1"),
        (Protocol.IMAP, rb"^\* [0-9]+ EXISTS", b"* \xb2 EXISTS\r\n* 1 EXISTS"),
        (Protocol.POP3, rb" uid[0-9]+", b""),
    ],
)
def test_odd_numbers_are_left_out(protocol: Protocol, where: bytes, instead: bytes) -> None:
    tripped = trip(FakeMailbox(own_mail()), protocol, odd=(where, instead))
    assert tripped.status is CheckStatus.OK
    assert tripped.mailbox.messages == own_mail()


@PROTOCOLS
def test_an_answer_that_the_code_does_not_expect_costs_no_other_result(
    protocol: Protocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> t.NoReturn:
        raise ValueError(f"an answer with {PASSWORD}")

    monkeypatch.setattr(ImapMailbox, "count_marked", fail)
    monkeypatch.setattr(Pop3Mailbox, "count_marked", fail)
    tripped = trip(FakeMailbox(own_mail()), protocol)
    assert tripped.status is CheckStatus.FAILED
    assert "gives an answer that this test does not understand (ValueError in test_round_trip.py" in tripped.evidence
    assert "was sent and may still be in the mailbox" in tripped.advice


def test_the_message_is_refused() -> None:
    tripped = trip(FakeMailbox(own_mail(), refusal=b"554 5.7.1 AUP#Out-1130"))
    assert tripped.status is CheckStatus.FAILED
    assert tripped.code == "public_address_blocked"
    assert "blocks this network's public IP address" in tripped.evidence
    assert "The message was probably not sent." in tripped.evidence
    assert tripped.mailbox.messages == own_mail()


def test_a_server_that_is_gone_after_the_message_was_sent() -> None:
    tripped = trip(FakeMailbox(own_mail(), goes_away=True))
    assert tripped.status is CheckStatus.FAILED
    assert "ended the connection" in tripped.evidence
    assert "was sent and may still be in the mailbox" in tripped.advice


@PROTOCOLS
def test_nothing_is_sent_in_check_mode(protocol: Protocol) -> None:
    tripped = trip(FakeMailbox(own_mail()), protocol, check_mode=True)
    assert tripped.status is CheckStatus.SKIPPED
    assert tripped.evidence == "not tested, because check mode sends no message"
    assert tripped.report.ok
    assert not tripped.report.complete
    assert tripped.mailbox.sent == []


@pytest.mark.parametrize("password", [PASSWORD[:-1]])
def test_nothing_is_sent_unless_all_else_is_well(password: str) -> None:
    tripped = trip(FakeMailbox(own_mail()), password=password)
    assert tripped.status is CheckStatus.SKIPPED
    assert tripped.evidence == "not tested, because a message is sent only after all other tests were successful"
    assert tripped.mailbox.sent == []


def test_refusals_before_the_message_count() -> None:
    """The message has the limit of the tests, so that a login that they used up is not tried again."""
    with serve(imap(Server(), FakeMailbox([]))) as one, serve(smtp(Server(), FakeMailbox([]))) as other:
        account = Account(
            email=USERNAME,
            protocol=Protocol.IMAP,
            incoming=Settings("imap.lab.test", one.port, Security.SSL),
            outgoing=Settings("smtp.lab.test", other.port, Security.SSL),
            username=USERNAME,
            password=Secret(PASSWORD),
        )
        logins = [Logins.of(account)]
        reports = verify([account], PATIENT, environment=LAB)
        limit = LoginLimit(PATIENT.attempts)
        (elsewhere, _outgoing) = endpoints(
            dataclasses.replace(account, incoming=Settings("x.lab.test", 993, Security.SSL))
        )
        for _attempt in range(PATIENT.attempts):
            assert limit.begin(elsewhere, USERNAME.upper(), Secret(PASSWORD))
            limit.end(elsewhere, USERNAME.upper(), Secret(PASSWORD), SignIn.REFUSED)
        before = one.in_tls.count(b"AUTH") + other.in_tls.count(b"AUTH")
        (report,) = round_trips([account], reports, logins, PATIENT, QUICK, LAB, limit)
        assert one.in_tls.count(b"AUTH") + other.in_tls.count(b"AUTH") == before
    assert report.round_trip is not None
    assert report.round_trip.status is CheckStatus.FAILED
    assert "was refused already and repeated failures lock accounts" in report.round_trip.evidence
    assert "Nothing was sent." in report.round_trip.evidence


def test_a_message_is_as_the_standards_want_it() -> None:
    content = message(USERNAME, "0123456789abcdef", 0.0)
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert all(b"\n" not in line and len(line) <= 998 for line in lines)
    parsed = email.message_from_bytes(content)
    assert parsed["Subject"] == subject("0123456789abcdef") == "Mail test 01234567, safe to delete"
    assert parsed["Date"] == "Thu, 01 Jan 1970 00:00:00 -0000"
    assert not parsed.defects


def test_accounts_travel_side_by_side() -> None:
    mailbox = FakeMailbox([], copies=0)
    options = TripOptions(timeout=1.0, settle=0.05)
    with contextlib.ExitStack() as stack:
        one = stack.enter_context(serve(imap(Server(), mailbox)))
        other = stack.enter_context(serve(smtp(Server(), mailbox)))
        account = Account(
            email=USERNAME,
            protocol=Protocol.IMAP,
            incoming=Settings("imap.lab.test", one.port, Security.SSL),
            outgoing=Settings("smtp.lab.test", other.port, Security.SSL),
            username=USERNAME,
            password=Secret(PASSWORD),
        )
        accounts = [account] * size(8, 4)
        reports = verify(accounts, PATIENT, environment=LAB)
        started = CLOCK.monotonic()
        trips = round_trips(accounts, reports, [Logins.of(account)] * len(accounts), PATIENT, options, LAB)
        assert CLOCK.monotonic() - started < 6
    assert len(mailbox.sent) == len(accounts)
    assert len({str(sent["Charter-Mail-Test"]) for sent in mailbox.sent}) == len(accounts)
    assert all(report.round_trip is not None and report.round_trip.status is CheckStatus.FAILED for report in trips)
    assert threading.active_count() < 50
