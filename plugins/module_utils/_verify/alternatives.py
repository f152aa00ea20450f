# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests other settings where an endpoint fails: without a password, in parallel, each endpoint once."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import threading
import typing as t

from .context import Context
from .endpoint_check import EndpointTask, check_endpoint
from .findings.endpoint import Endpoint
from .login import Login
from .report.settings_to_try import Suggestion

LIMIT = 64  # endpoints per task; if more servers fail, settings are not the cause
_LONGEST = 4.0  # seconds for one endpoint


class Alternatives:
    """Tests suggestions for all accounts of a task.

    Args:
        context: the one for the tests of the accounts.
    """

    def __init__(self, context: Context) -> None:
        # Half of the timeout: the rest passes before the endpoint itself is found to fail.
        seconds = min(_LONGEST, context.options.timeout / 2)
        self._context = dataclasses.replace(
            context, options=dataclasses.replace(context.options, timeout=seconds, compare=False)
        )
        self._lock = threading.Lock()
        self._results: dict[Endpoint, concurrent.futures.Future[bool]] = {}
        self._spared: set[str] = set()

    def spare(self, endpoint: Endpoint) -> None:
        """Make no more connections to an endpoint's host, which already has too many."""
        with self._lock:
            self._spared.add(endpoint.server.host.lower())

    def start(self, candidates: t.Sequence[Suggestion]) -> None:
        """Start testing candidates, without waiting."""
        for candidate in candidates:
            for endpoint in candidate.endpoints:
                self._works(endpoint)

    def best(self, candidates: t.Sequence[Suggestion]) -> Suggestion | None:
        """The first of the candidates whose endpoints all work; waits for the results."""
        self.start(candidates)
        return next(
            (candidate for candidate in candidates if all(self._works(end).result() for end in candidate.endpoints)),
            None,
        )

    def _works(self, endpoint: Endpoint) -> concurrent.futures.Future[bool]:
        with self._lock:
            if endpoint in self._results:
                return self._results[endpoint]
            result: concurrent.futures.Future[bool] = concurrent.futures.Future()
            self._results[endpoint] = result
            too_many = len(self._results) > LIMIT or endpoint.server.host.lower() in self._spared
        if too_many:
            result.set_result(False)
            return result
        try:
            threading.Thread(target=self._test, args=(endpoint, result), name="verify other", daemon=True).start()
        except RuntimeError:  # the host allows no more threads
            result.set_result(False)
        return result

    def _test(self, endpoint: Endpoint, result: concurrent.futures.Future[bool]) -> None:
        try:
            task = EndpointTask(endpoint, "", Login(""))
            result.set_result(check_endpoint(task, self._context).failed is None)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits, which raises it
            result.set_exception(error)
