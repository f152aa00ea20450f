# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that each playbook run did what the demo promises, and describes the result for the screen."""

from __future__ import annotations

import collections.abc

from .playbooks import PlaybookRun


class UnexpectedResult(Exception):
    """A run did something else. The message says what, in whole sentences."""


def expect_created(run: PlaybookRun, number: int, clients: collections.abc.Sequence[str]) -> str:
    """Check that the first run created this number of accounts in each client."""
    _expect_status(run, "created", number * len(clients), "The first run did not create all accounts.")
    return f"{number} accounts created in each client: {', '.join(clients)}"


def expect_unchanged(run: PlaybookRun, number: int, clients: collections.abc.Sequence[str]) -> str:
    """Check that the second run found all accounts as they should be."""
    _expect_status(run, "unchanged", number * len(clients), "The second run did not leave all accounts unchanged.")
    if run.changed:
        raise UnexpectedResult("The second run reported a change, although no account needed one.")
    return "no changes"


def expect_verified(run: PlaybookRun, number: int) -> str:
    """Check that every check of every account was made and passed."""
    _expect_success(run)
    for account in run.accounts:
        if not (account["ok"] and account["complete"]):
            raise UnexpectedResult(account["summary"])
    if len(run.accounts) != number:
        raise UnexpectedResult(f"{len(run.accounts)} accounts were verified instead of {number}.")
    checks = sum(len(account["checks"]) for account in run.accounts)
    return f"all {checks} checks passed"


def _expect_status(run: PlaybookRun, status: str, number: int, message: str) -> None:
    _expect_success(run)
    found = [account["status"] for account in run.accounts]
    if found != [status] * number:
        raise UnexpectedResult(f"{message} Status of the accounts: {', '.join(found) or 'none reported'}.")


def _expect_success(run: PlaybookRun) -> None:
    if run.code != 0:
        raise UnexpectedResult("\n".join([f"{run.playbook} ended with exit code {run.code}.", *run.errors]))
