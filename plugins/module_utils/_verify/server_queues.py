# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests many endpoints in parallel: a queue per server, and threads that work on the queues.

It decides what to retry. Not every account tries a server that does not answer. ``session_limit`` decides how many
sessions a server has at a time.
"""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import threading
import typing as t

from .._model.account import Account
from .alternatives import Alternatives
from .context import Context
from .endpoint_check import EndpointTask, check_endpoint
from .findings.endpoint import Endpoint
from .findings.failure import TRANSIENT, Code
from .report.check import BEFORE_SIGNING_IN, EndpointReport
from .report.settings_to_try import Suggestion, suggestions
from .session_limit import FIRST_PAUSE, Sessions, jittered, longer, turned_away_for_now

# The maximum. Servers limit the connections from one address (Postfix: 50, Courier: 4), and providers count sign-ins.
# Half of Postfix' limit leaves connections for other machines behind the same address; 50 accounts take as long as two.
SESSIONS_PER_SERVER = 25
# Each may have a second thread that waits for a name server.
SESSIONS = 256
# Fraction of the timeout after which the alternatives to a server without an answer are tested.
_SUSPECT_AFTER = 0.4
_PAUSE = 1.0  # seconds before a server is tried again


@dataclasses.dataclass(frozen=True)
class QueuedTask:
    """What to test, and whose settings to vary if it fails.

    Attributes:
        task: the endpoint and who signs in.
        account: the account whose settings may be wrong; None to suggest nothing.
    """

    task: EndpointTask
    account: Account | None

    def candidates(self) -> tuple[Suggestion, ...]:
        """Other settings, the best first."""
        return () if self.account is None else suggestions(self.account, self.task.endpoint.role)


class _Search:
    """The search for other settings, created when a server fails.

    Args:
        context: what all tests of the task share.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._alternatives: Alternatives | None = None

    def alternatives(self) -> Alternatives:
        """The alternatives, shared by all threads."""
        with self._lock:
            if self._alternatives is None:
                self._alternatives = Alternatives(self._context)
            return self._alternatives


def check_side_by_side(queued: t.Sequence[QueuedTask], context: Context) -> list[EndpointReport]:
    """Return reports in the order of the tasks. The threads are daemons, so none delays the end of the program."""
    queues: collections.defaultdict[Endpoint, _ServerQueue] = collections.defaultdict(lambda: _ServerQueue(context))
    results: list[concurrent.futures.Future[EndpointReport]] = []
    search = _Search(context)
    for item in queued:
        result: concurrent.futures.Future[EndpointReport] = concurrent.futures.Future()
        queues[item.task.endpoint].waiting.append((item, result))
        results.append(result)
    # One entry per worker of a queue.
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
            queue.serve(search, cancelled)

    try:
        _start(work, min(len(workers), SESSIONS))
        suspect_after = context.options.timeout * _SUSPECT_AFTER
        context.environment.clock.wait(lambda seconds: _all_done(results, seconds), suspect_after)
        for item in queued:
            if queues[item.task.endpoint].undecided:
                search.alternatives().start(_quiet(item.candidates()))
        return [result.result() for result in results]
    finally:
        cancelled.set()


class _ServerQueue:
    """The tasks that wait for one server.

    If a server fails before signing in, and no session has got that far, it fails for all: the rest of the queue gets
    that report without further attempts. So any number of accounts at dead servers takes as long as one.

    A server that turns a session away for now has not failed. The session is retried after a pause, with no more
    sessions at a time than the server has accepted. The retries end if none succeeds within the timeout.

    Args:
        context: what all tests of the task share.

    Attributes:
        waiting: the tasks, each with the future of its report.
    """

    def __init__(self, context: Context) -> None:
        self.waiting: collections.deque[tuple[QueuedTask, concurrent.futures.Future[EndpointReport]]] = (
            collections.deque()
        )
        self._context = context
        self._alive = False
        self._broken: EndpointReport | None = None
        self._sessions = Sessions(SESSIONS_PER_SERVER, context.environment.clock, context.options.timeout)

    @property
    def undecided(self) -> bool:
        """Whether the server has not answered yet: nothing has worked, failed or been turned away."""
        return not self._alive and self._broken is None and not self._sessions.turned_away

    def serve(self, search: _Search, cancelled: threading.Event) -> None:
        """Work until the queue is empty; several threads may do so."""
        while not cancelled.is_set():
            try:
                item, result = self.waiting.popleft()
            except IndexError:
                return
            try:
                report = self._report(item, search, cancelled)
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits, which raises it
                result.set_exception(error)
            else:
                result.set_result(report)

    def _report(self, item: QueuedTask, search: _Search, cancelled: threading.Event) -> EndpointReport:
        report = self._tested(item, search, cancelled)
        if report is None:
            return self._same_for_all(item, search)
        if not _failed_before_signing_in(report):
            self._alive = True
            return report
        if self._alive:  # it works for other accounts, so the settings are correct
            return report
        self._broken = report
        return _with_suggestion(report, item, search)

    def _tested(self, item: QueuedTask, search: _Search, cancelled: threading.Event) -> EndpointReport | None:
        """Test until there is a final result; None if the server has meanwhile failed for all."""
        clock, retries, pause = self._context.environment.clock, self._context.options.retries, FIRST_PAUSE
        while True:
            self._sessions.begin(cancelled)
            if self._broken is not None and not self._alive:
                self._sessions.end(turned_away=False)
                return None
            turned_away = False
            try:
                report = check_endpoint(item.task, self._context)
                turned_away = turned_away_for_now(report)
            finally:
                waiting_helps = self._sessions.end(turned_away=turned_away)
            if turned_away:
                search.alternatives().spare(item.task.endpoint)
                if not waiting_helps or clock.wait(cancelled.wait, jittered(pause)):
                    return report
                pause = longer(pause)
                continue
            if not _failed_before_signing_in(report):
                self._alive = True
            if retries == 0 or not _is_transient(report) or clock.wait(cancelled.wait, _PAUSE):
                return report
            retries -= 1

    def _same_for_all(self, item: QueuedTask, search: _Search) -> EndpointReport:
        broken = self._broken
        if broken is None:
            raise RuntimeError("the server has not failed")
        report = dataclasses.replace(broken, checks=(item.task.settings_check(), *broken.checks[1:]))
        return _with_suggestion(report, item, search)


def _with_suggestion(report: EndpointReport, item: QueuedTask, search: _Search) -> EndpointReport:
    """The report with settings that work instead, if settings can be the cause."""
    suggestion = None
    if report.failed is not None and report.settings_can_help:
        speaks_tls = report.failed.code is Code.NEEDS_SSL
        candidates = item.candidates()
        suggestion = search.alternatives().best(candidates if speaks_tls else _quiet(candidates))
    return dataclasses.replace(report, suggestion=suggestion)


def _quiet(candidates: t.Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """The candidates whose test sends nothing before a server's greeting."""
    return tuple(candidate for candidate in candidates if not candidate.speaks_early)


def _failed_before_signing_in(report: EndpointReport) -> bool:
    return report.failed is not None and report.failed.stage in BEFORE_SIGNING_IN


def _is_transient(report: EndpointReport) -> bool:
    """Whether a retry may help; a refused sign-in is never repeated."""
    return report.failed is not None and _failed_before_signing_in(report) and report.failed.code in TRANSIENT


def _all_done(results: t.Sequence[concurrent.futures.Future[EndpointReport]], seconds: float) -> bool:
    """Wait until all are done or one has raised. Return whether all are done."""
    return not concurrent.futures.wait(results, seconds, concurrent.futures.FIRST_EXCEPTION).not_done


def _start(work: t.Callable[[], None], count: int) -> None:
    for number in range(count):
        try:
            threading.Thread(target=work, name=f"verify {number}", daemon=True).start()
        except RuntimeError:  # the host allows no more threads; fewer only take longer
            if number == 0:
                raise
            return
