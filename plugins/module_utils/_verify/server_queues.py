# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of many endpoints side by side: a queue for each server, and threads that work on the queues.

Here is decided how many sessions a server has at a time, what is tried again, and that a dead server is not asked by
every account.
"""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import threading
import typing as t

from .alternatives import Alternatives
from .context import Context
from .endpoint_check import EndpointTask, check_endpoint
from .findings.endpoint import Endpoint
from .findings.failure import TRANSIENT
from .report.check import BEFORE_SIGNING_IN, EndpointReport
from .report.suggestion import Suggestion

# Servers limit the connections from one address (Postfix: 50), and providers count sign-ins.
SESSIONS_PER_SERVER = 16
# Each may have a second thread that waits for a name server.
SESSIONS = 256
# Of the timeout: while a server has not answered by then, its alternatives are tested already.
_SUSPECT_AFTER = 0.4
_PAUSE = 1.0  # seconds before a server is tried again


@dataclasses.dataclass(frozen=True)
class QueuedTask:
    """What to test, and what to suggest if it fails.

    Attributes:
        task: the endpoint and who signs in.
        candidates: other settings, the best first; empty for none.
    """

    task: EndpointTask
    candidates: tuple[Suggestion, ...]


def check_side_by_side(queued: t.Sequence[QueuedTask], context: Context) -> list[EndpointReport]:
    """Reports in the order of the tasks. The threads are daemons: none delays the end of the program."""
    queues: collections.defaultdict[Endpoint, _ServerQueue] = collections.defaultdict(_ServerQueue)
    results: list[concurrent.futures.Future[EndpointReport]] = []
    alternatives = Alternatives(context)
    for item in queued:
        result: concurrent.futures.Future[EndpointReport] = concurrent.futures.Future()
        queues[item.task.endpoint].waiting.append((item, result))
        results.append(result)
    # One entry for each worker of a queue.
    workers = collections.deque(
        queue for queue in queues.values() for _worker in range(min(len(queue.waiting), SESSIONS_PER_SERVER))
    )
    cancelled = threading.Event()

    def work() -> None:
        while not cancelled.is_set():
            try:
                queue = workers.popleft()
            except IndexError:
                return
            queue.serve(context, alternatives, cancelled)

    try:
        _start(work, min(len(workers), SESSIONS))
        suspect_after = context.options.timeout * _SUSPECT_AFTER
        context.environment.clock.wait(lambda seconds: _all_done(results, seconds), suspect_after)
        for item in queued:
            if queues[item.task.endpoint].undecided:
                alternatives.start(item.candidates)
        return [result.result() for result in results]
    finally:
        cancelled.set()


class _ServerQueue:
    """The tasks that wait for one server.

    A server that failed before signing in, and never got anybody as far as that, fails for all: the rest of the queue
    gets that report instead of another attempt. So any number of accounts at dead servers takes the time of one.

    Attributes:
        waiting: each with the future for its report.
    """

    def __init__(self) -> None:
        self.waiting: collections.deque[tuple[QueuedTask, concurrent.futures.Future[EndpointReport]]] = (
            collections.deque()
        )
        self._alive = False
        self._broken: EndpointReport | None = None

    @property
    def undecided(self) -> bool:
        """Whether the server has neither worked for any account nor failed yet."""
        return not self._alive and self._broken is None

    def serve(self, context: Context, alternatives: Alternatives, cancelled: threading.Event) -> None:
        """Work until the queue is empty; several threads may do so."""
        while not cancelled.is_set():
            try:
                item, result = self.waiting.popleft()
            except IndexError:
                return
            try:
                report = self._report(item, context, alternatives, cancelled)
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits, which raises it
                result.set_exception(error)
            else:
                result.set_result(report)

    def _report(
        self, item: QueuedTask, context: Context, alternatives: Alternatives, cancelled: threading.Event
    ) -> EndpointReport:
        if self._broken is not None and not self._alive:
            checks = (item.task.settings_check(), *self._broken.checks[1:])
            return _with_suggestion(dataclasses.replace(self._broken, checks=checks), item, alternatives)
        report = check_endpoint(item.task, context)
        for _retry in range(context.options.retries):
            if not _is_transient(report) or context.environment.clock.wait(cancelled.wait, _PAUSE):
                break
            report = check_endpoint(item.task, context)
        if not _failed_before_signing_in(report):
            self._alive = True
            return report
        if self._alive:  # it works for others, so the settings are right
            return report
        self._broken = report
        return _with_suggestion(report, item, alternatives)


def _with_suggestion(report: EndpointReport, item: QueuedTask, alternatives: Alternatives) -> EndpointReport:
    """The report with settings that work instead, if settings can be the cause at all."""
    suggestion = alternatives.best(item.candidates) if report.settings_can_help else None
    return dataclasses.replace(report, suggestion=suggestion)


def _failed_before_signing_in(report: EndpointReport) -> bool:
    return report.failed is not None and report.failed.stage in BEFORE_SIGNING_IN


def _is_transient(report: EndpointReport) -> bool:
    """Whether a retry may help; a refused sign-in is never repeated."""
    return report.failed is not None and _failed_before_signing_in(report) and report.failed.code in TRANSIENT


def _all_done(results: t.Sequence[concurrent.futures.Future[EndpointReport]], seconds: float) -> bool:
    """Wait until all are done or one has raised; whether all are done."""
    return not concurrent.futures.wait(results, seconds, concurrent.futures.FIRST_EXCEPTION).not_done


def _start(work: t.Callable[[], None], count: int) -> None:
    for number in range(count):
        try:
            threading.Thread(target=work, name=f"verify {number}", daemon=True).start()
        except RuntimeError:  # the host allows no more threads; fewer do it as well, only later
            if number == 0:
                raise
            return
