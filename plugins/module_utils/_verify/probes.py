# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for settings that work where an endpoint fails: without a password, side by side, each endpoint once."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import threading
import typing as t

from .endpoint_walk import Context, EndpointTask, walk
from .findings.endpoint import Endpoint
from .report.suggestion import Suggestion

LIMIT = 64  # endpoints in one task; who has more dead servers than this needs other help
_LONGEST = 4.0  # seconds for one endpoint


class Probes:
    """Shared by all accounts of a task.

    Args:
        kit: as for the accounts themselves.
    """

    def __init__(self, kit: Context) -> None:
        # Half of the time: the rest is for noticing that the endpoint itself does not get on.
        self._seconds = min(_LONGEST, kit.options.timeout / 2)
        self._kit = dataclasses.replace(kit, options=dataclasses.replace(kit.options, timeout=self._seconds))
        self._lock = threading.Lock()
        self._answers: dict[Endpoint, concurrent.futures.Future[bool]] = {}

    def start(self, candidates: t.Sequence[Suggestion]) -> None:
        """Begin to look at candidates, without waiting."""
        for candidate in candidates:
            for endpoint in candidate.endpoints:
                self._answer(endpoint)

    def best(self, candidates: t.Sequence[Suggestion]) -> Suggestion | None:
        """The first of the candidates whose endpoints all answer properly; waits for it."""
        self.start(candidates)
        return next((one for one in candidates if all(self._answer(end).result() for end in one.endpoints)), None)

    def _answer(self, endpoint: Endpoint) -> concurrent.futures.Future[bool]:
        with self._lock:
            if endpoint in self._answers:
                return self._answers[endpoint]
            answer: concurrent.futures.Future[bool] = concurrent.futures.Future()
            self._answers[endpoint] = answer
            crowded = len(self._answers) > LIMIT
        if crowded:
            answer.set_result(False)
            return answer
        try:
            threading.Thread(target=self._ask, args=(endpoint, answer), name="verify other", daemon=True).start()
        except RuntimeError:  # the host allows no more threads
            answer.set_result(False)
        return answer

    def _ask(self, endpoint: Endpoint, answer: concurrent.futures.Future[bool]) -> None:
        try:
            answer.set_result(walk(EndpointTask(endpoint, "", ""), self._kit).failed is None)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits, which raises it
            answer.set_exception(error)
