# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known about one account after the test."""

from __future__ import annotations

import dataclasses
import typing as t

from .check import Check, EndpointReport, Status
from .diagnosis import Cause, diagnose
from .sentences import summary


@dataclasses.dataclass(frozen=True)
class AccountReport:
    """What is known about one account after the test.

    Attributes:
        email: the account.
        incoming: the checks of the server that mail comes from.
        outgoing: the checks of the server that mail goes to.
        summary: the outcome as plain sentences that can be passed on as they are.
        cause: why it does not work; None if nothing failed.
    """

    email: str
    incoming: EndpointReport
    outgoing: EndpointReport
    summary: str
    cause: Cause | None = None

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks, the incoming endpoint first."""
        return self.incoming.checks + self.outgoing.checks

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return self.incoming.failed is None and self.outgoing.failed is None

    @property
    def complete(self) -> bool:
        """Whether nothing was skipped either."""
        return all(check.status is Status.OK for check in self.checks)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should see although it works."""
        return tuple(
            f"{check.endpoint.where}: {check.advice}"
            for check in self.checks
            if check.status is Status.OK and check.advice
        )

    def as_result(self) -> dict[str, t.Any]:
        """The report as a module returns it."""
        return {
            "email": self.email,
            "ok": self.ok,
            "complete": self.complete,
            "summary": self.summary,
            "cause": {} if self.cause is None else self.cause.as_result(),
            "warnings": list(self.warnings),
            "checks": [check.as_result() for check in self.checks],
        }


def account_report(email: str, incoming: EndpointReport, outgoing: EndpointReport) -> AccountReport:
    """The report on an account from those on its two servers."""
    incoming, outgoing, cause = diagnose(incoming, outgoing)
    return AccountReport(email, incoming, outgoing, summary(email, incoming, outgoing, cause), cause)
