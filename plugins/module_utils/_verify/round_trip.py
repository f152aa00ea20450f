# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A message to oneself: sent, awaited, deleted again."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import email.utils
import secrets
import time
import typing as t

from .._model.account import Account
from .endpoint_walk import Context
from .findings.endpoint import Endpoint, endpoints
from .findings.failure import Code, Failure
from .login import Logins
from .login_limit import LoginLimit
from .options import Environment, VerifyOptions
from .protocols.smtp import SmtpDialogue
from .report.account_report import AccountReport
from .report.check import AccountCheck, CheckStatus, Stage
from .round_trip_mailbox import MARK, Mailbox, mailbox
from .session import signed_in
from .wire.connection import Deadline
from .wire.tls import trust

TIMEOUT = 60.0
CHECK_MODE = "not tested, because a message is never sent in check mode"
NOT_OK = "not tested, because a message is only sent after all other tests were successful"
_LATE = 0.5  # of the time allowed
_SIDE_BY_SIDE = 16  # messages; servers limit connections, and providers count messages


@dataclasses.dataclass(frozen=True)
class TripOptions:
    """How long to wait.

    Attributes:
        timeout: seconds in which the message must have come back, more than 0.
        settle: seconds in which a second copy is still waited for.
    """

    timeout: float = TIMEOUT
    settle: float = 1.0


def round_trips(
    accounts: t.Sequence[Account],
    reports: t.Sequence[AccountReport],
    logins: t.Sequence[Logins],
    options: VerifyOptions,
    trip_options: TripOptions,
    world: Environment | None = None,
    *,
    check_mode: bool = False,
) -> tuple[AccountReport, ...]:
    """Send each account a message from itself, side by side, where all tests of the account were successful.

    Args:
        accounts: as tested.
        reports: what the tests found, one for each account.
        logins: who signs in, one for each account.
        options: as for the tests.
        trip_options: how long to wait.
        world: replaced in tests of this code only.
        check_mode: send nothing and say so.

    Returns:
        The reports with what became of the messages.
    """
    world = world or Environment()
    kit = Context(options, trust(options.ca_path), world, LoginLimit(options.attempts))

    def check(account: Account, report: AccountReport, login: Logins) -> AccountReport:
        if check_mode:
            return with_trip(report, _skipped(account, CHECK_MODE))
        if not _is_proven(report):
            return with_trip(report, _skipped(account, NOT_OK))
        return with_trip(report, round_trip(account, login, kit, trip_options))

    if not accounts:
        return ()
    with concurrent.futures.ThreadPoolExecutor(max_workers=min(len(accounts), _SIDE_BY_SIDE)) as pool:
        return tuple(pool.map(check, accounts, reports, logins))


def with_trip(report: AccountReport, check: AccountCheck) -> AccountReport:
    """The report with one check and its sentences more."""
    return dataclasses.replace(report, round_trip=check, summary=f"{report.summary} {check.sentences}".strip())


def round_trip(account: Account, logins: Logins, kit: Context, options: TripOptions) -> AccountCheck:
    """Send one message, wait for it and delete it; whatever happens is a check."""
    incoming, outgoing = endpoints(account)
    started = kit.world.clock.monotonic()
    trip = _Trip(account.email, incoming, outgoing, logins, kit, options)
    check = trip.go()
    return dataclasses.replace(check, seconds=round(kit.world.clock.monotonic() - started, 3))


def message(address: str, token: str, now: float) -> bytes:
    """The message: from the address to itself, marked as automatic (RFC 3834), so that nobody answers it.

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
        "This message was sent by charter.mail.mail_verify, to prove that mail from this account to itself arrives.",
        "It is deleted as soon as it was seen. If you find it, the test was interrupted: you can delete it.",
        "",
    )
    return "\r\n".join(lines).encode("ascii")


def subject(token: str) -> str:
    """By this a person finds a message that was left behind."""
    return f"Mail test {token[:8]}, safe to delete"


def _is_proven(report: AccountReport) -> bool:
    checks = report.incoming.checks + report.outgoing.checks
    return all(check.status is CheckStatus.OK for check in checks)


def _skipped(account: Account, reason: str) -> AccountCheck:
    incoming, _outgoing = endpoints(account)
    sentence = f"A message to oneself was {reason}."
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
    kit: Context
    options: TripOptions
    token: str = dataclasses.field(default_factory=lambda: secrets.token_hex(16))

    def go(self) -> AccountCheck:
        """The whole way."""
        sent = False
        at = self.incoming
        try:
            with mailbox(self.incoming, self.logins.incoming, self.kit) as inbox:
                at = self.outgoing
                accepted, receipt = self._send()
                sent, at = True, self.incoming
                seconds = self._await(inbox, accepted)
                if seconds is None:
                    return self._lost(receipt)
                copies = self._settled(inbox)
                leftover = inbox.delete(self.token.encode())
        except Failure as failure:
            return self._interrupted(at, failure, sent)
        return self._arrived(seconds, copies, leftover)

    def _send(self) -> tuple[float, str]:
        """When the server took the message, and what it said."""
        world = self.kit.world
        deadline = Deadline(self.kit.options.timeout, world.clock)
        with signed_in(SmtpDialogue, self.outgoing, self.logins.outgoing, self.kit, deadline) as dialogue:
            receipt = dialogue.send(self.address, message(self.address, self.token, world.now()))
            return world.clock.monotonic(), receipt

    def _await(self, inbox: Mailbox, accepted: float) -> float | None:
        """How many seconds it took; None for longer than allowed."""
        for pause in inbox.pauses:
            copies = inbox.look(self.token.encode())
            waited = self.kit.world.clock.monotonic() - accepted
            if copies:
                return waited
            if waited >= self.options.timeout:
                break
            self.kit.world.clock.wait(time.sleep, min(pause, max(self.options.timeout - waited, 0.01)))
        return None

    def _settled(self, inbox: Mailbox) -> int:
        self.kit.world.clock.wait(time.sleep, self.options.settle)
        return inbox.look(self.token.encode())

    def _arrived(self, seconds: float, copies: int, leftover: str) -> AccountCheck:
        took = f"after {seconds:.1f} seconds"
        fate = leftover or "It was deleted again."
        if copies == 0:
            return self._check(
                CheckStatus.OK,
                f"arrived {took}, and another program took it away before it was deleted here",
                f"A message to oneself arrived {took}; another program took it away at once.",
            )
        if copies > 1:
            advice = (
                "A filter, a forwarding or an alias that leads back to the same mailbox makes copies: look at the "
                "rules on the provider's web page. No setting of the mail client should be changed."
            )
            fate = leftover or "All of them were deleted again."
            return self._check(
                CheckStatus.FAILED,
                f"{copies} copies arrived, the first {took}. {fate}",
                f"A message to oneself arrived {copies} times. {fate} {advice}",
                advice,
                Code.MESSAGE_DUPLICATED,
            )
        if seconds > self.options.timeout * _LATE:
            advice = (
                "Mail is held up between the provider's servers. Change no setting; ask the provider if it stays so."
            )
            return self._check(
                CheckStatus.OK,
                f"arrived late, {took} of {self.options.timeout:g} allowed. {fate}",
                f"A message to oneself arrived late, {took}. {fate} {advice}",
                advice,
            )
        return self._check(
            CheckStatus.OK, f"arrived {took}. {fate}", f"A message to oneself arrived {took}. {fate}", ""
        )

    def _lost(self, receipt: str) -> AccountCheck:
        limit = f"{self.options.timeout:g} seconds"
        advice = (
            f'Look for "{subject(self.token)}" in the junk folder, and at rules that move or forward mail; a program '
            "that fetches and deletes mail may also have been faster. Otherwise the provider holds it back: try again "
            "later, with a longer round_trip_timeout. It stays where it is if it comes now."
        )
        return self._check(
            CheckStatus.FAILED,
            f"did not arrive within {limit}; {self.outgoing.where} had accepted it: {receipt}",
            f"A message to oneself did not arrive within {limit}, although {self.outgoing.where} accepted it. {advice}",
            advice,
            Code.MESSAGE_LOST,
        )

    def _interrupted(self, at: Endpoint, failure: Failure, sent: bool) -> AccountCheck:
        if sent:
            remains = f'The message "{subject(self.token)}" was sent and may still be in the mailbox.'
        else:
            remains = "Nothing was sent." if at is self.incoming else "It is not known to have been sent."
        seen = f" ({failure.evidence.rstrip('.')})" if failure.evidence else ""
        return self._check(
            CheckStatus.FAILED,
            f"{at.where} {failure.finding}{seen}. {remains}",
            f"The test with a message to oneself was interrupted: {at.where} {failure.finding}{seen}. {remains} "
            f"{failure.advice}",
            f"{failure.advice} {remains}",
            failure.code,
        )

    def _check(
        self, status: CheckStatus, evidence: str, sentences: str, advice: str = "", code: Code | None = None
    ) -> AccountCheck:
        service = self.incoming.service.value
        return AccountCheck(
            Stage.ROUND_TRIP, service, self.incoming.where, status, 0.0, evidence, sentences, advice, code
        )
