# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether each run of a playbook did what the demo promises; a good verdict is a note for the screen."""

from __future__ import annotations

import collections.abc

from .playbooks import Played


class Unexpected(Exception):
    """A run did something else; the message says what, in whole sentences."""


def made_all(played: Played, number: int, clients: collections.abc.Sequence[str]) -> str:
    """The first run must make this number of accounts in each client."""
    _expect(played, "created", number * len(clients), "The first run did not make all accounts.")
    return f"{number} accounts made in {' and in '.join(clients)}"


def left_all(played: Played, number: int, clients: collections.abc.Sequence[str]) -> str:
    """The second run must find all of them as they should be."""
    _expect(played, "unchanged", number * len(clients), "The second run found something to do again.")
    if played.changed:
        raise Unexpected("The second run changed something, and there was nothing to change.")
    return "nothing to change"


def proved_all(played: Played, number: int) -> str:
    """The verification must have made every test of every account, and all must have passed."""
    _expect_success(played)
    for account in played.accounts:
        if not (account["ok"] and account["complete"]):
            raise Unexpected(account["summary"])
    if len(played.accounts) != number:
        raise Unexpected(f"{len(played.accounts)} accounts were tested, not {number}.")
    tests = sum(len(account["checks"]) for account in played.accounts)
    return f"{tests} tests, all completed successfully"


def _expect(played: Played, status: str, number: int, otherwise: str) -> None:
    _expect_success(played)
    found = [account["status"] for account in played.accounts]
    if found != [status] * number:
        raise Unexpected(f"{otherwise} What came of them: {', '.join(found) or 'nothing'}.")


def _expect_success(played: Played) -> None:
    if played.code != 0:
        raise Unexpected("\n".join([f"{played.playbook} ended with exit code {played.code}.", *played.complaints]))
