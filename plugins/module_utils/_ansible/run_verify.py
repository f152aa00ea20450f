# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests all accounts of a task: in the module on the host, or on the controller for Windows."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .._model.account import Account, State
from .._model.errors import OptionError
from .._verify.login import Logins
from .._verify.login_limit import LoginLimit
from .._verify.options import ROUND_TRIP_TIMEOUT, VerifyOptions
from .._verify.own_network import own_networks
from .._verify.report.account_report import AccountReport
from .._verify.report.check import CheckStatus
from .._verify.verify_accounts import verify
from . import shared_limit_option
from .arguments import Request, requests


class Inspected(t.Protocol):
    """A client's settings for one account: a ``from_client.Inspection``, which few tasks import."""

    @property
    def account(self) -> Account:
        """The account to test."""

    @property
    def logins(self) -> Logins:
        """The logins to use."""

    def complete(self, report: AccountReport) -> AccountReport:
        """The test's report with the result of the inspection."""


InspectClients = t.Callable[[t.Sequence[Request]], t.Sequence[Inspected]]
# From the accounts, logins, reports and the login limit to further reports.
FromSecondHost = t.Callable[
    [t.Sequence[Account], t.Sequence[Logins], t.Sequence[AccountReport], LoginLimit], t.Sequence[AccountReport]
]

FAILED_CHECKS, ALL_CHECKS = "failed", "all"

# The options, except those of the accounts and those about a client.
OPTIONS: t.Mapping[str, t.Any] = {
    "ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": VerifyOptions.timeout},
    "retries": {"type": "int", "default": VerifyOptions.retries},
    "attempts": {"type": "int", "default": VerifyOptions.attempts},
    "suggest": {"type": "bool", "default": VerifyOptions.suggest},
    "warn_days": {"type": "float", "default": VerifyOptions.warn_days},
    "checks": {"type": "str", "choices": [FAILED_CHECKS, ALL_CHECKS], "default": FAILED_CHECKS},
    "fail_on": {
        "type": "list",
        "elements": "str",
        "choices": ["failed", "skipped", "warning"],
        "default": ["failed"],
    },
    "from_pc": {"type": "str", "choices": ["none", "reach", "sign_in"], "default": "reach"},
    "round_trip": {"type": "bool", "default": False},
    "round_trip_timeout": {"type": "float", "default": ROUND_TRIP_TIMEOUT},
}


@dataclasses.dataclass(frozen=True)
class VerifyResult:
    """The outcome of the verification.

    Attributes:
        result: ``msg``, ``accounts``, ``found``, ``tested_at`` and ``network``.
        warnings: problems although everything works.
        failed: whether a finding makes the task fail.
    """

    result: t.Mapping[str, t.Any]
    warnings: tuple[str, ...]
    failed: bool


def verify_all(
    params: t.Mapping[str, t.Any],
    inspect_clients: InspectClients | None,
    from_second_host: FromSecondHost | None = None,
    *,
    check_mode: bool,
) -> VerifyResult:
    """Test all accounts with ``state: present``.

    Args:
        params: the task's options, with or without ``shared_limit_option.OPTION``.
        inspect_clients: reads the accounts' settings from a client; None to test the options.
        from_second_host: tests the same accounts from a second host, too; None for none.
        check_mode: send nothing.

    Raises:
        MailError: an option is invalid.
    """
    wanted = [found for found in requests(params) if found.account.state is State.PRESENT]
    # Validation rejects unencrypted accounts unless they are explicitly allowed.
    options = _options(params, allow_plaintext=any(found.allow_plaintext for found in wanted))
    tested_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    reports = _reports(params, wanted, options, inspect_clients, from_second_host, check_mode=check_mode)
    found = _found(reports)
    accounts = [report.as_result(one.account.user or "") for report, one in zip(reports, wanted)]
    return VerifyResult(
        result={
            "msg": " ".join(report.summary for report in reports) or "There is no account to test.",
            "accounts": returned(accounts, params["checks"]),
            "found": found,
            "tested_at": tested_at,
            "network": own_networks(reports),
        },
        warnings=tuple(dict.fromkeys(warning for report in reports for warning in report.warnings)),
        failed=bool(set(found) & set(params["fail_on"])),
    )


def returned(accounts: t.Sequence[dict[str, t.Any]], checks: str) -> list[dict[str, t.Any]]:
    """The accounts' results with the checks to return.

    Args:
        accounts: with all checks.
        checks: ``FAILED_CHECKS`` leaves out checks that succeeded without a warning.
    """
    if checks == ALL_CHECKS:
        return list(accounts)
    return [
        {**account, "checks": [check for check in account["checks"] if check["status"] != "ok" or check["advice"]]}
        for account in accounts
    ]


def _reports(
    params: t.Mapping[str, t.Any],
    wanted: t.Sequence[Request],
    options: VerifyOptions,
    inspect_clients: InspectClients | None,
    from_second_host: FromSecondHost | None,
    *,
    check_mode: bool,
) -> t.Sequence[AccountReport]:
    """The requested reports for each account."""
    accounts = [found.account for found in wanted]
    logins = [Logins.of(account) for account in accounts]
    findings = [[str(finding) for finding in found.findings] for found in wanted]
    seen = () if inspect_clients is None else tuple(inspect_clients(wanted))
    if seen:
        accounts, logins = [found.account for found in seen], [found.logins for found in seen]
        # Findings about the options do not apply to other settings.
        findings = [some if same.account == one else [] for some, same, one in zip(findings, wanted, accounts)]
    # One limit for all tests of this task.
    limit = LoginLimit(
        options.attempts, others=shared_limit_option.other_hosts(params, [found.account for found in wanted])
    )
    reports = verify(accounts, options, findings, logins=logins, login_limit=limit)
    if params["round_trip"]:
        from .._verify.round_trip import TripOptions, round_trips  # imported late: most runs send nothing

        trip = TripOptions(timeout=params["round_trip_timeout"])
        reports = round_trips(accounts, reports, logins, options, trip, login_limit=limit, check_mode=check_mode)
    if seen:
        reports = tuple(found.complete(report) for found, report in zip(seen, reports))
    if from_second_host is None or not accounts:
        return reports
    return from_second_host(accounts, logins, reports, limit)


def _found(reports: t.Sequence[AccountReport]) -> list[str]:
    """The choices of fail_on that apply."""
    facts = {
        "failed": any(not report.ok for report in reports),
        "skipped": any(
            check.status is CheckStatus.SKIPPED for report in reports if report.ok for check in report.all_checks
        ),
        "warning": any(report.warnings for report in reports),
    }
    return [name for name, applies in facts.items() if applies]


def _options(params: t.Mapping[str, t.Any], allow_plaintext: bool) -> VerifyOptions:
    for name in ("timeout", "round_trip_timeout"):
        if params[name] <= 0:
            raise OptionError(name, "it must be more than 0 seconds", "write a number above 0")
    if params["retries"] < 0:
        raise OptionError("retries", "it must not be negative", "write 0 or more")
    if params["attempts"] < 1:
        raise OptionError("attempts", "it must be at least 1", "write 1 or more")
    return VerifyOptions(
        ca_path=params["ca_path"],
        timeout=params["timeout"],
        allow_plaintext=allow_plaintext,
        retries=params["retries"],
        attempts=params["attempts"],
        suggest=params["suggest"],
        warn_days=params["warn_days"],
    )
