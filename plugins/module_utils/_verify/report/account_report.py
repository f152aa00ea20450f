# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on one account: all checks, the cause, and a summary."""

from __future__ import annotations

import dataclasses
import typing as t

from .cause import Cause, find_cause
from .check import AccountCheck, Check, CheckStatus, EndpointReport
from .summary import summary


@dataclasses.dataclass(frozen=True)
class AccountReport:
    """The results of the tests of one account.

    Attributes:
        email: the account's address.
        incoming: the checks of the receiving server.
        outgoing: the checks of the sending server.
        summary: the result in plain sentences that can be passed on unchanged.
        cause: why it does not work; None if both servers passed their tests.
        client: whether a mail client's settings agree with the wanted ones; None if no client was inspected.
        round_trip: the result of a test message; None if none was requested.
        vantage: the machine that tested, if it is not the task's host.
        second_report: the same account tested from a second machine; None if it was not.
    """

    email: str
    incoming: EndpointReport
    outgoing: EndpointReport
    summary: str
    cause: Cause | None = None
    client: AccountCheck | None = None
    round_trip: AccountCheck | None = None
    vantage: str = ""
    second_report: AccountReport | None = None

    @property
    def checks(self) -> tuple[Check | AccountCheck, ...]:
        """All checks: the client, the incoming endpoint, the outgoing one, the round trip."""
        before = () if self.client is None else (self.client,)
        after = () if self.round_trip is None else (self.round_trip,)
        return (*before, *self.incoming.checks, *self.outgoing.checks, *after)

    @property
    def all_checks(self) -> tuple[Check | AccountCheck, ...]:
        """All checks, including those from the second machine."""
        return self.checks if self.second_report is None else (*self.checks, *self.second_report.all_checks)

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return all(check.status is not CheckStatus.FAILED for check in self.all_checks)

    @property
    def complete(self) -> bool:
        """Whether nothing was skipped either."""
        return all(check.status is CheckStatus.OK for check in self.all_checks)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings of checks that passed."""
        return tuple(
            f"{self.email if isinstance(check, AccountCheck) else check.endpoint.where}: {check.advice}"
            for check in self.checks
            if check.status is CheckStatus.OK and check.advice
        )

    def as_result(self, user: str = "") -> dict[str, t.Any]:
        """The report as a module returns it.

        Args:
            user: the account's user; empty for the task's.
        """
        return {
            "email": self.email,
            "user": user,
            "protocol": self.incoming.endpoint.service.value,
            "ok": self.ok,
            "complete": self.complete,
            "summary": self.summary,
            "cause": self._cause(),
            "warnings": list(self.warnings),
            "checks": self._checks(),
        }

    def _checks(self) -> list[dict[str, t.Any]]:
        vantage = {"checked_from": self.vantage} if self.vantage else {}
        own = [{**check.as_result(), **vantage} for check in self.checks]
        return own if self.second_report is None else own + self.second_report._checks()

    def _cause(self) -> dict[str, t.Any]:
        found = self._own_cause()
        if not found:
            return {} if self.second_report is None else self.second_report._cause()
        return {**found, "checked_from": self.vantage} if self.vantage else found

    def _own_cause(self) -> dict[str, t.Any]:
        """The cause: what keeps mail from working takes precedence over mere differences."""
        if self.cause is not None:
            return self.cause.as_result()
        for check in (self.client, self.round_trip):
            if check is not None and check.status is CheckStatus.FAILED:
                return {
                    **{name: value for name, value in check.as_result().items() if name not in _ONLY_OF_CHECKS},
                    "sentence": check.sentences,
                    "suggestion": {},
                }
        return {}


_ONLY_OF_CHECKS = ("status", "seconds", "address")


def account_report(
    email: str, incoming: EndpointReport, outgoing: EndpointReport, *, same_login: bool = True
) -> AccountReport:
    """The report on an account from those on its two servers.

    Args:
        email: the account's address.
        incoming: the report on receiving.
        outgoing: the report on sending.
        same_login: both servers got the same login and password, so each result helps to explain the other.
    """
    incoming, outgoing, cause = find_cause(incoming, outgoing, same_login=same_login)
    return AccountReport(email, incoming, outgoing, summary(email, incoming, outgoing, cause), cause)
