# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests any number of accounts: derives the endpoints, and combines their reports into one per account."""

from __future__ import annotations

import typing as t

from .._model.account import Account
from .context import Context
from .endpoint_check import EndpointTask
from .findings.endpoint import Role, endpoints
from .login import Logins
from .login_limit import LoginLimit
from .options import CheckEnvironment, VerifyOptions
from .report.account_report import AccountReport, account_report
from .server_queues import QueuedTask, check_side_by_side


def verify(
    accounts: t.Sequence[Account],
    options: VerifyOptions | None = None,
    findings: t.Sequence[t.Sequence[str]] = (),
    environment: CheckEnvironment | None = None,
    logins: t.Sequence[Logins] = (),
    login_limit: LoginLimit | None = None,
) -> tuple[AccountReport, ...]:
    """Test whether accounts can receive and send mail, without changing or sending anything.

    Args:
        accounts: complete accounts; those without a password are tested up to signing in.
        options: how to test; None for the defaults.
        findings: remarks on each account's settings, as sentences; empty for none at all.
        environment: replaced in unit tests only.
        logins: the logins, one per account; empty for the accounts' own.
        login_limit: shared with other parts of the task; None for a new one.

    Returns:
        One report per account, in the order of the accounts.

    Raises:
        OptionError: ``ca_path`` cannot be used.
    """
    options = options or VerifyOptions()
    if findings and len(findings) != len(accounts):
        raise ValueError("findings must be one sequence for each account")
    findings = findings or [()] * len(accounts)
    logins = logins or [Logins.of(account) for account in accounts]
    context = Context.of(options, environment, login_limit)
    queued = [
        QueuedTask(task, account if options.suggest else None)
        for account, remarks, login in zip(accounts, findings, logins)
        for task in _tasks(account, remarks, login)
    ]
    reports = check_side_by_side(queued, context)
    return tuple(
        account_report(account.email, incoming, outgoing, same_login=login.same)
        for account, login, incoming, outgoing in zip(accounts, logins, reports[::2], reports[1::2])
    )


def _tasks(account: Account, findings: t.Sequence[str], logins: Logins) -> tuple[EndpointTask, EndpointTask]:
    incoming, outgoing = endpoints(account)
    of_outgoing = tuple(finding for finding in findings if finding.startswith(Role.OUTGOING.value))
    others = tuple(finding for finding in findings if finding not in of_outgoing)
    return (
        EndpointTask(incoming, account.email, logins.incoming, others),
        EndpointTask(outgoing, account.email, logins.outgoing, of_outgoing),
    )
