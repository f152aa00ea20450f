# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits how often a login is tried, so that no account is locked: one limit for all servers and machines of a task.

Results from other hosts of the same run count, too.
"""

from __future__ import annotations

import enum
import threading
import typing as t

from .._model.secret import Secret
from .findings.endpoint import Endpoint
from .other_hosts import OtherHosts, RefusedElsewhere
from .wire.connection import Deadline

_POLL = 1.0  # seconds; a shared counter changes without notice


class SignIn(enum.Enum):
    """How a sign-in ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # or unknown
    NOT_TRIED = "not tried"


class SignInCounter(t.Protocol):
    """Counts sign-ins by login. Each task has its own counter, unless many hosts share one."""

    def begin(self, login: str, limit: int | None) -> bool:
        """Count one more sign-in as under way, in one step, and return whether it may begin.

        It may not begin if refused sign-ins and those under way have reached the limit; None is no limit.
        """

    def end(self, login: str, *, refused: bool) -> None:
        """Record that a sign-in that was under way has ended."""

    def refused(self, login: str) -> int:
        """How many sign-ins were refused."""


class TaskCounter:
    """Implements ``SignInCounter`` in memory, for one ``LoginLimit``, which holds the lock."""

    def __init__(self) -> None:
        self._refused: dict[str, int] = {}
        self._under_way: dict[str, int] = {}

    def begin(self, login: str, limit: int | None) -> bool:
        under_way = self._under_way.get(login, 0)
        if limit is not None and self.refused(login) + under_way >= limit:
            return False
        self._under_way[login] = under_way + 1
        return True

    def end(self, login: str, *, refused: bool) -> None:
        self._under_way[login] -= 1
        if refused:
            self._refused[login] = self.refused(login) + 1

    def refused(self, login: str) -> int:
        return self._refused.get(login, 0)


class LoginLimit:
    """Allows sign-ins as long as a login cannot be refused too often.

    Sign-ins under way count as refused until they end. A sign-in that a server has accepted may be repeated there any
    number of times. Logins that differ only in letter case are one login, as for most servers.

    Args:
        attempts: how many sign-ins of one login may be refused, at least 1.
        counter: the counter; None for one of this task alone.
        others: results from other hosts.
    """

    def __init__(self, attempts: int, counter: SignInCounter | None = None, others: OtherHosts | None = None) -> None:
        self._attempts = attempts
        self._others = others or OtherHosts()
        self._counter: SignInCounter = counter or TaskCounter()
        self._changed = threading.Condition()
        self._accepted: set[tuple[Endpoint, str, Secret]] = set()

    def begin(self, endpoint: Endpoint, username: str, password: Secret, deadline: Deadline | None = None) -> bool:
        """Whether to sign in. If so, ``end`` must follow.

        Args:
            endpoint: where.
            username: the login.
            password: the password.
            deadline: how long to wait for other sign-ins of the same login, if that may help; None not to wait.
        """
        if self.elsewhere(endpoint, username, password) is not None:
            return False
        login = username.casefold()
        attempts = self._attempts_of(login)
        with self._changed:
            while True:
                accepted = (endpoint, username, password) in self._accepted
                if not accepted and deadline is not None and deadline.over:
                    return False
                if self._counter.begin(login, None if accepted else attempts):
                    return True
                if deadline is None or self._counter.refused(login) >= attempts:
                    return False
                deadline.part(_POLL).wait(self._changed.wait)

    def end(self, endpoint: Endpoint, username: str, password: Secret, how: SignIn) -> None:
        """Record that a sign-in has ended."""
        with self._changed:
            if how is SignIn.ACCEPTED:
                self._accepted.add((endpoint, username, password))
            self._counter.end(username.casefold(), refused=how is SignIn.REFUSED)
            self._changed.notify_all()

    def refused(self, username: str) -> bool:
        """Whether the login was refused at least once."""
        with self._changed:
            return self._counter.refused(username.casefold()) > 0

    def exhausted(self, username: str) -> bool:
        """Whether the login was refused as often as allowed."""
        login = username.casefold()
        with self._changed:
            return self._counter.refused(login) >= self._attempts_of(login)

    def elsewhere(self, endpoint: Endpoint, username: str, password: Secret) -> RefusedElsewhere | str | None:
        """The result from other hosts that forbids trying the login; see ``OtherHosts.verdict``."""
        return self._others.verdict(endpoint, username, password)

    def _attempts_of(self, login: str) -> int:
        return min(self._attempts, self._others.attempts.get(login, self._attempts))
