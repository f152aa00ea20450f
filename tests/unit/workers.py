# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs tests in several processes, each a copy of the one that has found them: fork(2).

A worker of pytest-xdist is a new process, which imports and finds all tests for itself. That took a quarter of the time
of the fast loop.
"""

from __future__ import annotations

import multiprocessing
import typing as t
from multiprocessing import connection

import pytest
from _pytest.runner import runtestprotocol

_SHARE = 4  # of its share of the tests that are left, a worker takes such a part, so that none ends much later
_PATIENCE = 10  # seconds for a worker to end its test after Ctrl-C

_PipeEnd = t.Any  # its class is not the same on all systems


class Workers:
    """A plugin of pytest, which replaces its loop over all tests.

    Args:
        count: of the workers.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._fork = multiprocessing.get_context("fork")
        self._taken = self._fork.Value("i", 0)  # how many tests workers have run or will run
        self._stopped = self._fork.RawValue("b", 0)
        self._reports: list[pytest.TestReport] = []  # of a worker's last test

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Start the workers, and pass on what they report."""
        if session.testsfailed or session.config.option.collectonly:
            return None  # pytest's own loop runs no test either
        workers: dict[_PipeEnd, _Worker] = {}
        try:
            for _number in range(self._count):
                reader, writer = self._fork.Pipe(duplex=False)
                process = self._fork.Process(target=self._work, args=(session, writer, [*workers, reader]))
                process.start()
                writer.close()
                workers[reader] = _Worker(process)
            while workers:
                for ready in connection.wait(list(workers)):
                    if not workers[ready].receive(session, ready):
                        del workers[ready]
                if session.shouldfail or session.shouldstop:
                    self._stopped.value = 1
        finally:
            self._stopped.value = 1
            for worker in workers.values():  # after Ctrl-C
                worker.process.join(_PATIENCE)
                worker.process.terminate()
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        return True

    def _work(self, session: pytest.Session, writer: _PipeEnd, of_parent: t.Sequence[_PipeEnd]) -> None:
        """Run tests, and send for each its reports and which test is next: what a worker does."""
        for reader in of_parent:
            reader.close()  # so that sending fails once the parent has died
        config = session.config
        capture = config.pluginmanager.getplugin("capturemanager")
        capture.stop_global_capturing()  # into files that all workers share
        capture.start_global_capturing()
        capture.suspend_global_capture()
        items = self._take(session.items)
        item = next(items, None)
        try:
            writer.send(([], item and item.nodeid))
            while item is not None:
                following = next(items, None)
                config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                item = following
                reports = [
                    config.hook.pytest_report_to_serializable(config=config, report=report) for report in self._reports
                ]
                writer.send((reports, item and item.nodeid))
        finally:
            session._setupstate.teardown_exact(None)  # after Ctrl-C
            config._ensure_unconfigure()  # fails for errors in threads, and in what is destroyed only now

    def _take(self, items: t.Sequence[pytest.Item]) -> t.Iterator[pytest.Item]:
        """The tests that this worker runs, by whole files, whose tests share fixtures and what they have computed."""
        first = 0
        while first < len(items):
            with self._taken:
                first = self._taken.value
                past = first + max(1, (len(items) - first) // (_SHARE * self._count))
                while past < len(items) and items[past].path == items[past - 1].path:
                    past += 1
                self._taken.value = past
            for item in items[first:past]:
                if self._stopped.value:
                    return
                yield item

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run a test, and keep what its parent needs of the reports: a sound setup and teardown cost as much again."""
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        self._reports = [report for report in reports if report.when == "call" or not report.passed]
        return True


class _Worker:
    """A worker, as its parent sees it."""

    def __init__(self, process: t.Any) -> None:
        self.process = process
        self._test: str | None = "no test yet"  # the ID of what it runs

    def receive(self, session: pytest.Session, reader: _PipeEnd) -> bool:
        """Pass on what it has sent; returns whether more will come."""
        hook = session.config.hook
        try:
            reports, self._test = reader.recv()
        except EOFError:  # it died, or pytest.exit() ended it
            pass
        else:
            for data in reports:
                report = hook.pytest_report_from_serializable(config=session.config, data=data)
                hook.pytest_runtest_logreport(report=report)
            if self._test is not None:
                return True
        self.process.join()
        if self._test is not None or self.process.exitcode != 0:
            session.shouldfail = f"a worker ended with exit code {self.process.exitcode}: {self._test or 'at its end'}"
        return False
