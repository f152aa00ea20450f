# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests' own means: the clock whose time flies while nothing happens, and the sample of the fast loop."""

from __future__ import annotations

import queue
import socket
import threading
import time
import typing as t

import pytest

from ansible_collections.charter.mail.tests.unit import amount
from ansible_collections.charter.mail.tests.unit.idle_clock import IdleClock

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
        end = time.thread_time() + 0.2
        while time.thread_time() < end:
            pass
        done.set()

    threading.Thread(target=work, daemon=True).start()
    started = clock.monotonic()
    assert clock.wait(done.wait, 5.0)  # a jump over so much needs 0.05 seconds of quiet
    assert clock.monotonic() - started < 5.0


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


def test_a_sample_has_cases_of_its_own_order(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = list(range(100))
    monkeypatch.setattr(amount, "FULL", False)
    found = amount.sample(cases, 7)
    assert len(set(found)) == 7
    assert list(found) == sorted(found)
    assert amount.sample(cases[:3], 3) == [0, 1, 2]
    assert [amount.examples(count) for count in (100, 1)] == [5, 1]
    monkeypatch.setattr(amount, "FULL", True)
    assert amount.sample(cases, 7) == cases
    assert [amount.examples(count) for count in (100, 1)] == [100, 1]
