# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps accounts from being locked: counts the refused sign-ins of each login over all servers of a task."""

from __future__ import annotations

import threading

from .._model.secret import Secret
from .findings.endpoint import Endpoint
from .wire.connection import Deadline


class LoginLimit:
    """Lets a login be tried as long as it can still be refused without too many refusals.

    Logins that are under way count as refused until it is known. What a server has accepted once, it may be asked again
    by any number of accounts.

    Args:
        attempts: how many sign-ins of one login may be refused, at least 1.
    """

    def __init__(self, attempts: int) -> None:
        self.attempts = attempts
        self._changed = threading.Condition()
        self._refused: dict[str, int] = {}
        self._under_way: dict[str, int] = {}
        self._accepted: set[tuple[Endpoint, str, Secret]] = set()

    def enter(self, endpoint: Endpoint, username: str, password: Secret, deadline: Deadline) -> bool:
        """Whether to sign in. If so, ``leave`` must follow. Waits for others of the same login while that may help."""
        login = username.lower()
        with self._changed:
            while (endpoint, username, password) not in self._accepted:
                if self._refused.get(login, 0) >= self.attempts or deadline.over:
                    return False
                if self._refused.get(login, 0) + self._under_way.get(login, 0) < self.attempts:
                    break
                deadline.wait(self._changed.wait)
            self._under_way[login] = self._under_way.get(login, 0) + 1
            return True

    def spent(self, username: str) -> bool:
        """Whether the login was refused as often as it may be."""
        with self._changed:
            return self._refused.get(username.lower(), 0) >= self.attempts

    def leave(self, endpoint: Endpoint, username: str, password: Secret, accepted: bool) -> None:
        """Say how it went; whatever was not accepted counts as refused."""
        login = username.lower()
        with self._changed:
            self._under_way[login] -= 1
            if accepted:
                self._accepted.add((endpoint, username, password))
            else:
                self._refused[login] = self._refused.get(login, 0) + 1
            self._changed.notify_all()
