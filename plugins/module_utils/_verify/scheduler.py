# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test of any number of accounts, side by side."""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import threading
import typing as t

from .._model.account import Account
from .endpoint_walk import Context, EndpointTask, walk
from .findings.endpoint import Endpoint, Role, endpoints
from .findings.failure import PASSING
from .login import Logins
from .login_limit import LoginLimit
from .options import Environment, VerifyOptions
from .probes import Probes
from .report.account_report import AccountReport, account_report
from .report.check import BEFORE_SIGNING_IN, EndpointReport
from .report.suggestion import Suggestion, suggestions
from .wire.tls import trust

# Servers limit the connections from one address (Postfix: 50), and providers count sign-ins.
SESSIONS_PER_SERVER = 16
# Each may have a second thread that waits for a name server.
SESSIONS = 256
# Of the timeout: a server that has not answered by then is suspected, and other settings are looked at meanwhile.
_SUSPICION = 0.4
_PAUSE = 1.0  # seconds before a server is asked again


def verify(
    accounts: t.Sequence[Account],
    options: VerifyOptions | None = None,
    findings: t.Sequence[t.Sequence[str]] = (),
    world: Environment | None = None,
    logins: t.Sequence[Logins] = (),
) -> tuple[AccountReport, ...]:
    """Test the servers of accounts: that mail can be received and sent, without changing or sending anything.

    Args:
        accounts: complete accounts; those without a password are tested up to signing in.
        options: how to test; None for the defaults.
        findings: for each account what is remarkable about its settings, as sentences; empty for nothing at all.
        world: replaced in tests of this code only.
        logins: for each account who signs in; empty for the accounts' own.

    Returns:
        A report for each account, in the order of the accounts.

    Raises:
        OptionError: ``ca_path`` cannot be used.
    """
    options, world = options or VerifyOptions(), world or Environment()
    if findings and len(findings) != len(accounts):
        raise ValueError("findings must be one sequence for each account")
    findings = findings or [()] * len(accounts)
    logins = logins or [Logins.of(account) for account in accounts]
    kit = Context(options, trust(options.ca_path), world, LoginLimit(options.attempts))
    tasks = [
        _Task(errand, suggestions(account, errand.endpoint.role) if options.suggest else ())
        for account, said, login in zip(accounts, findings, logins)
        for errand in _errands(account, said, login)
    ]
    reports = _side_by_side(tasks, kit)
    return tuple(
        account_report(account.email, incoming, outgoing, same_login=login.same)
        for account, login, incoming, outgoing in zip(accounts, logins, reports[::2], reports[1::2])
    )


@dataclasses.dataclass(frozen=True)
class _Task:
    """An errand, and what to look at where it fails."""

    errand: EndpointTask
    candidates: tuple[Suggestion, ...]


def _errands(account: Account, findings: t.Sequence[str], logins: Logins) -> tuple[EndpointTask, EndpointTask]:
    incoming, outgoing = endpoints(account)
    of_outgoing = tuple(finding for finding in findings if finding.startswith(Role.OUTGOING.value))
    others = tuple(finding for finding in findings if finding not in of_outgoing)
    one, other = logins.incoming, logins.outgoing
    return (
        EndpointTask(incoming, account.email, one.username, one.password, others, one.no_password),
        EndpointTask(outgoing, account.email, other.username, other.password, of_outgoing, other.no_password),
    )


class _ServerQueue:
    """The errands that wait for one server.

    A server that failed before signing in, and never let anybody as far as that, fails for all: the rest of the line is
    given that outcome instead of knocking again. So any number of accounts at dead servers takes the time of one.

    Attributes:
        waiting: each with the place for its report.
    """

    def __init__(self) -> None:
        self.waiting: collections.deque[tuple[_Task, concurrent.futures.Future[EndpointReport]]] = collections.deque()
        self._alive = False
        self._broken: EndpointReport | None = None

    @property
    def undecided(self) -> bool:
        """Whether the server has neither served anybody nor failed yet."""
        return not self._alive and self._broken is None

    def serve(self, kit: Context, probes: Probes, cancelled: threading.Event) -> None:
        """Work until nobody waits any more; several threads may do so."""
        while not cancelled.is_set():
            try:
                task, place = self.waiting.popleft()
            except IndexError:
                return
            try:
                report = self._report(task, kit, probes, cancelled)
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits, which raises it
                place.set_exception(error)
            else:
                place.set_result(report)

    def _report(self, task: _Task, kit: Context, probes: Probes, cancelled: threading.Event) -> EndpointReport:
        errand = task.errand
        if self._broken is not None and not self._alive:
            broken = dataclasses.replace(self._broken, checks=(errand.settings_check(), *self._broken.checks[1:]))
            return dataclasses.replace(broken, suggestion=probes.best(task.candidates))
        report = walk(errand, kit)
        for _again in range(kit.options.retries):
            if not _may_pass(report) or kit.world.clock.wait(cancelled.wait, _PAUSE):
                break
            report = walk(errand, kit)
        if not _before_signing_in(report):
            self._alive = True
            return report
        if self._alive:  # it serves others, so the settings are right
            return report
        self._broken = report
        return dataclasses.replace(report, suggestion=probes.best(task.candidates))


def _before_signing_in(report: EndpointReport) -> bool:
    return report.failed is not None and report.failed.stage in BEFORE_SIGNING_IN


def _may_pass(report: EndpointReport) -> bool:
    """Whether asking again may help; a refused sign-in is never repeated."""
    return report.failed is not None and _before_signing_in(report) and report.failed.code in PASSING


def _side_by_side(tasks: t.Sequence[_Task], kit: Context) -> list[EndpointReport]:
    """Reports in the order of the tasks. The threads are daemons: none holds back the end of the program."""
    lines: collections.defaultdict[Endpoint, _ServerQueue] = collections.defaultdict(_ServerQueue)
    places = []
    probes = Probes(kit)
    for task in tasks:
        place: concurrent.futures.Future[EndpointReport] = concurrent.futures.Future()
        lines[task.errand.endpoint].waiting.append((task, place))
        places.append(place)
    seats = collections.deque(
        line for line in lines.values() for _seat in range(min(len(line.waiting), SESSIONS_PER_SERVER))
    )
    cancelled = threading.Event()

    def work() -> None:
        while not cancelled.is_set():
            try:
                line = seats.popleft()
            except IndexError:
                return
            line.serve(kit, probes, cancelled)

    try:
        _start(work, min(len(seats), SESSIONS))
        kit.world.clock.wait(lambda seconds: _all_done(places, seconds), kit.options.timeout * _SUSPICION)
        for task in tasks:
            if lines[task.errand.endpoint].undecided:
                probes.start(task.candidates)
        return [place.result() for place in places]
    finally:
        cancelled.set()


def _all_done(places: t.Sequence[concurrent.futures.Future[EndpointReport]], seconds: float) -> bool:
    """Wait until all are done or one has failed; whether all are done."""
    return not concurrent.futures.wait(places, seconds, concurrent.futures.FIRST_EXCEPTION).not_done


def _start(work: t.Callable[[], None], count: int) -> None:
    for number in range(count):
        try:
            threading.Thread(target=work, name=f"verify {number}", daemon=True).start()
        except RuntimeError:  # the host allows no more threads; fewer do it as well, only later
            if number == 0:
                raise
            return
