# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a test message arrived: in time, late, more than once or not at all, as a check."""

from __future__ import annotations

import dataclasses

from .findings import round_trip_findings as findings
from .findings.endpoint import Endpoint
from .findings.failure import Code, Failure
from .report.check import AccountCheck, CheckStatus, Stage

_LATE = 0.5  # of the time allowed


@dataclasses.dataclass(frozen=True)
class MessageArrival:
    """The checks for what can happen to one message.

    Attributes:
        incoming, outgoing: the account's servers.
        timeout: seconds in which it must arrive.
        subject: its subject.
    """

    incoming: Endpoint
    outgoing: Endpoint
    timeout: float
    subject: str

    def arrived(self, seconds: float, copies: int, leftover: str) -> AccountCheck:
        """It arrived.

        Args:
            seconds: after it was accepted.
            copies: how many there were in the end.
            leftover: a sentence about what could not be deleted; usually empty.
        """
        took = f"after {seconds:.1f} seconds"
        cleanup = leftover or "It was deleted again."
        if copies == 0:
            gone = "another program removed it before it could be deleted here"
            return self._check(
                CheckStatus.OK,
                f"arrived {took}, and {gone}",
                f"The test message arrived {took}; {gone}.",
            )
        if copies > 1:
            cleanup = leftover or "All copies were deleted again."
            return self._failed(findings.duplicated(copies, f"the first {took}. {cleanup}"), cleanup)
        if seconds > self.timeout * _LATE:
            return self._check(
                CheckStatus.OK,
                f"arrived late, {took} of {self.timeout:g} allowed. {cleanup}",
                f"The test message arrived late, {took}. {cleanup} {findings.LATE}",
                findings.LATE,
            )
        return self._check(CheckStatus.OK, f"arrived {took}. {cleanup}", f"The test message arrived {took}. {cleanup}")

    def lost(self, receipt: str) -> AccountCheck:
        """It did not arrive in time. ``receipt`` is what the server answered when it accepted it."""
        return self._failed(findings.lost(self.timeout, self.outgoing.where, receipt, self.subject))

    def _failed(self, failure: Failure, cleanup: str = "") -> AccountCheck:
        sentences = (f"The test message {failure.finding}.", cleanup, failure.advice)
        return self._check(
            CheckStatus.FAILED,
            f"{failure.finding}: {failure.evidence}",
            " ".join(sentence for sentence in sentences if sentence),
            failure.advice,
            failure.code,
        )

    def interrupted(self, where: Endpoint, failure: Failure, sent: bool) -> AccountCheck:
        """The round trip ended with a failure at one of the servers."""
        if sent:
            remains = f'The message "{self.subject}" was sent and may still be in the mailbox.'
        else:
            remains = "Nothing was sent." if where is self.incoming else "The message was probably not sent."
        seen = f" ({failure.evidence.rstrip('.')})" if failure.evidence else ""
        what = f"{where.where} {failure.finding}{seen}. {remains}"
        return self._check(
            CheckStatus.FAILED,
            what,
            f"The round trip of a test message was interrupted: {what} {failure.advice}",
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
