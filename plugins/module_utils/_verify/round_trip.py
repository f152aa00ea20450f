# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends a test message from an account to itself, waits for it and deletes it."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import email.utils
import secrets
import time
import typing as t

from .._model.account import Account
from .context import Context
from .findings.endpoint import Endpoint, endpoints
from .findings.failure import Failure
from .findings.sign_in_and_mailbox import not_understood
from .login import Logins
from .login_limit import LoginLimit
from .message_arrival import MessageArrival
from .options import ROUND_TRIP_TIMEOUT, CheckEnvironment, VerifyOptions
from .protocols.smtp import SmtpDialogue
from .report.account_report import AccountReport
from .report.check import AccountCheck, CheckStatus, Stage
from .round_trip_mailbox import MARK, Mailbox, mailbox
from .session import signed_in
from .wire.connection import Deadline

CHECK_MODE = "not tested, because check mode sends no message"
NOT_OK = "not tested, because a message is sent only after all other tests were successful"
_SIDE_BY_SIDE = 16  # at a time; servers limit connections, and providers count messages


@dataclasses.dataclass(frozen=True)
class TripOptions:
    """How long to wait.

    Attributes:
        timeout: seconds in which the message must arrive, more than 0.
        settle: seconds to wait for a second copy.
    """

    timeout: float = ROUND_TRIP_TIMEOUT
    settle: float = 1.0


def round_trips(
    accounts: t.Sequence[Account],
    reports: t.Sequence[AccountReport],
    logins: t.Sequence[Logins],
    options: VerifyOptions,
    trip_options: TripOptions,
    environment: CheckEnvironment | None = None,
    login_limit: LoginLimit | None = None,
    *,
    check_mode: bool = False,
) -> tuple[AccountReport, ...]:
    """Send each account a message from itself, in parallel, if all tests of the account passed.

    Args:
        accounts: the tested accounts.
        reports: the test reports, one per account.
        logins: the logins, one per account.
        options: as for the tests.
        trip_options: how long to wait.
        environment: replaced in unit tests only.
        login_limit: the limit of the tests; None for a new one.
        check_mode: send nothing; the reports say so.

    Returns:
        The reports with the result of the messages.
    """
    context = Context.of(options, environment, login_limit)

    def check(account: Account, report: AccountReport, login: Logins) -> AccountReport:
        if check_mode:
            return with_trip(report, _skipped(account, CHECK_MODE))
        if not _is_proven(report):
            return with_trip(report, _skipped(account, NOT_OK))
        return with_trip(report, round_trip(account, login, context, trip_options))

    if not accounts:
        return ()
    with concurrent.futures.ThreadPoolExecutor(max_workers=min(len(accounts), _SIDE_BY_SIDE)) as pool:
        return tuple(pool.map(check, accounts, reports, logins))


def with_trip(report: AccountReport, check: AccountCheck) -> AccountReport:
    """The report with one more check and its sentences."""
    return dataclasses.replace(report, round_trip=check, summary=f"{report.summary} {check.sentences}".strip())


def round_trip(account: Account, logins: Logins, context: Context, options: TripOptions) -> AccountCheck:
    """Send one message, wait for it and delete it; every outcome is a check."""
    incoming, outgoing = endpoints(account)
    clock = context.environment.clock
    started = clock.monotonic()
    check = _Trip(account.email, incoming, outgoing, logins, context, options).run()
    return dataclasses.replace(check, seconds=round(clock.monotonic() - started, 3))


def message(address: str, token: str, now: float) -> bytes:
    """The message from the address to itself, marked as automatic (RFC 3834) so that no program replies.

    Args:
        address: sender and recipient, in ASCII.
        token: marks it.
        now: seconds since 1970.
    """
    domain = address.rpartition("@")[2]
    lines = (
        f"From: <{address}>",
        f"To: <{address}>",
        f"Subject: {subject(token)}",
        f"Date: {email.utils.formatdate(now)}",
        f"Message-ID: <{token}.charter-mail@{domain}>",
        f"{MARK.decode()}: {token}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "charter.mail.mail_verify sent this message to test that mail from this account to itself arrives.",
        "The test deletes it on arrival. If you find it, the test was interrupted, and you can delete it.",
        "",
    )
    return "\r\n".join(lines).encode("ascii")


def subject(token: str) -> str:
    """The subject, by which a user finds a message that was not deleted."""
    return f"Mail test {token[:8]}, safe to delete"


def _is_proven(report: AccountReport) -> bool:
    checks = report.incoming.checks + report.outgoing.checks
    return all(check.status is CheckStatus.OK for check in checks)


def _skipped(account: Account, reason: str) -> AccountCheck:
    incoming, _outgoing = endpoints(account)
    sentence = f"The round trip of a test message was {reason}."
    return AccountCheck(
        Stage.ROUND_TRIP, incoming.service.value, incoming.where, CheckStatus.SKIPPED, 0.0, reason, sentence
    )


@dataclasses.dataclass(frozen=True)
class _Trip:
    """One message on its way."""

    address: str
    incoming: Endpoint
    outgoing: Endpoint
    logins: Logins
    context: Context
    options: TripOptions
    token: str = dataclasses.field(default_factory=lambda: secrets.token_hex(16))

    @property
    def _arrival(self) -> MessageArrival:
        return MessageArrival(self.incoming, self.outgoing, self.options.timeout, subject(self.token))

    def run(self) -> AccountCheck:
        """Send, await and delete the message."""
        sent = False
        current = self.incoming
        try:
            with mailbox(self.incoming, self.logins.incoming, self.context) as inbox:
                current = self.outgoing
                accepted, receipt = self._send()
                sent, current = True, self.incoming
                seconds = self._await(inbox, accepted)
                if seconds is None:
                    return self._arrival.lost(receipt)
                copies = self._count_copies(inbox)
                leftover = inbox.delete(self.token.encode())
        except Exception as error:  # noqa: BLE001 # the other accounts are not to suffer from it
            failure = error if isinstance(error, Failure) else not_understood(error)
            return self._arrival.interrupted(current, failure, sent)
        return self._arrival.arrived(seconds, copies, leftover)

    def _send(self) -> tuple[float, str]:
        """Send the message. Return when the server accepted it, and its receipt."""
        environment = self.context.environment
        deadline = Deadline(self.context.options.timeout, environment.clock)
        with signed_in(SmtpDialogue, self.outgoing, self.logins.outgoing, self.context, deadline) as dialogue:
            receipt = dialogue.send(self.address, message(self.address, self.token, environment.now()))
            return environment.clock.monotonic(), receipt

    def _await(self, inbox: Mailbox, accepted: float) -> float | None:
        """Wait for the message. Return the seconds it took; None if longer than allowed."""
        clock = self.context.environment.clock
        for pause in inbox.pauses:
            copies = inbox.count_marked(self.token.encode())
            waited = clock.monotonic() - accepted
            if copies:
                return waited
            if waited >= self.options.timeout:
                break
            clock.wait(time.sleep, min(pause, max(self.options.timeout - waited, 0.01)))
        return None

    def _count_copies(self, inbox: Mailbox) -> int:
        self.context.environment.clock.wait(time.sleep, self.options.settle)
        return inbox.count_marked(self.token.encode())
