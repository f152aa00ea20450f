# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests' own means: the clock whose time flies while nothing happens, and the sample of the fast loop."""

from __future__ import annotations

import importlib.util
import pathlib
import queue
import random
import socket
import sys
import threading
import time
import typing as t

import pytest

from ansible_collections.charter.mail.tests.unit import amount
from ansible_collections.charter.mail.tests.unit.idle_clock import IdleClock

VERIFY = pathlib.Path(__file__).parent / "plugins/module_utils/_verify"
TURNED_AWAY = "test_accounts_wait_for_a_server_that_has_too_many_sessions"

LONG = 20.0  # seconds
BRIEF = 10.0  # seconds; far more than a jump over LONG takes on a busy machine


def in_vain(action: t.Callable[[float], object]) -> tuple[object, float, float]:
    """What a long wait in vain returns, and how many seconds it took, by the clock and really."""
    clock = IdleClock()
    started, really = clock.monotonic(), time.monotonic()
    result = clock.wait(action, LONG)
    return result, clock.monotonic() - started, time.monotonic() - really


@pytest.mark.parametrize(
    ("action", "result"), [(threading.Event().wait, False), (time.sleep, None)], ids=["event", "sleep"]
)
def test_a_wait_in_vain_takes_no_time(action: t.Callable[[float], object], result: object) -> None:
    found, seconds, really = in_vain(action)
    assert found is result
    assert LONG <= seconds < LONG + BRIEF
    assert really < BRIEF


def test_a_silent_socket_and_an_empty_queue_still_time_out() -> None:
    one, other = socket.socketpair()

    def receive(seconds: float) -> bytes:
        one.settimeout(seconds)
        return one.recv(1)

    with one, other, pytest.raises(socket.timeout):
        in_vain(receive)
    with pytest.raises(queue.Empty):
        in_vain(lambda seconds: queue.SimpleQueue().get(timeout=seconds))


def test_nobody_who_works_is_overtaken() -> None:
    clock = IdleClock()
    done = threading.Event()

    def work() -> None:
        end = time.thread_time() + 0.1
        while time.thread_time() < end:
            pass
        done.set()

    threading.Thread(target=work, daemon=True).start()
    started = clock.monotonic()
    assert clock.wait(done.wait, 6.0)  # a jump over so much needs 0.06 seconds of quiet
    assert clock.monotonic() - started < 6.0


def test_the_earliest_wait_ends_first() -> None:
    clock = IdleClock()
    ends: list[float] = []

    def wait(seconds: float) -> None:
        clock.wait(time.sleep, seconds)
        ends.append(seconds)

    threads = [threading.Thread(target=wait, args=(seconds,), daemon=True) for seconds in (4.0, 2.0, 6.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(BRIEF)
    assert ends == [2.0, 4.0, 6.0]


CASES = list(range(100))


@pytest.mark.parametrize(
    ("some", "count"),
    [
        (lambda: amount.sample(CASES, 7), 7),
        (lambda: amount.sample(CASES[:3], 3), 3),
        (lambda: amount.one_of_each(CASES, lambda case: case % 9), 9),
    ],
)
def test_a_sample_is_a_part_of_all_in_their_order(
    monkeypatch: pytest.MonkeyPatch, some: t.Callable[[], list[int]], count: int
) -> None:
    monkeypatch.setattr(amount, "FULL", False)
    found = some()
    assert len(found) == len({case % 9 for case in found} if count == 9 else set(found)) == count
    assert found == sorted(found)
    assert set(found) <= set(CASES)
    monkeypatch.setattr(amount, "FULL", True)
    assert some() == (CASES[:3] if count == 3 else CASES)


def test_the_number_of_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amount, "FULL", False)
    assert [amount.examples(count) for count in (100, 40, 1)] == [3, 2, 1]
    monkeypatch.setattr(amount, "FULL", True)
    assert [amount.examples(count) for count in (100, 40, 1)] == [100, 40, 1]


def test_another_run_takes_another_sample_whoever_seeds_the_usual_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amount, "FULL", False)
    samples = []
    for _run in range(2):
        random.seed(0)
        samples.append((amount.sample(CASES, 20), amount.one_of_each(CASES, lambda case: case % 9)))
    assert samples[0][0] != samples[1][0]
    assert samples[0][1] != samples[1][1]


@pytest.mark.parametrize(("file", "test"), [("test_fault_matrix", "test_fault"), ("test_session_limit", TURNED_AWAY)])
def test_the_rows_of_the_fast_loop_are_rows_of_the_full_run(
    monkeypatch: pytest.MonkeyPatch, file: str, test: str
) -> None:
    few, every = (_rows(monkeypatch, file, test, full=full) for full in (False, True))
    assert len(few) < len(every) == len(set(every))
    assert few == [row for row in every if row in few]


def _rows(monkeypatch: pytest.MonkeyPatch, file: str, test: str, *, full: bool) -> list[str]:
    """The names of a test's rows, from its file read anew."""
    monkeypatch.setattr(amount, "FULL", full)
    spec = importlib.util.spec_from_file_location(f"{file}_again", VERIFY / f"{file}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # dataclasses look there
    spec.loader.exec_module(module)
    (mark,) = getattr(module, test).pytestmark
    return [mark.kwargs.get("ids", str)(row) for row in mark.args[1]]
