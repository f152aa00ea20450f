# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a run waits for a client to be closed."""

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients import when_running
from ansible_collections.charter.mail.plugins.module_utils._model.errors import ClientRunningError


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, on a clock that only they move."""
    made: list[float] = []
    clock = types.SimpleNamespace(monotonic=lambda: sum(made), sleep=made.append)
    monkeypatch.setattr(when_running, "time", clock)
    return made


def closing_at(number: int) -> tuple[t.Callable[[], None], list[bool]]:
    """An action that finds the client closed at an attempt, and the attempts."""
    attempts: list[bool] = []

    def action() -> None:
        attempts.append(len(attempts) + 1 >= number)
        if not attempts[-1]:
            raise ClientRunningError("Thunderbird", "/home/mario/profile", 1)

    return action, attempts


def test_a_closed_client_is_not_waited_for(pauses: list[float]) -> None:
    action, attempts = closing_at(1)
    when_running.once_closed(action, 60)
    assert (len(attempts), pauses) == (1, [])


def test_the_action_follows_as_soon_as_the_client_is_closed(pauses: list[float]) -> None:
    action, attempts = closing_at(4)
    when_running.once_closed(action, 60)
    assert attempts == [False, False, False, True]
    assert 0 < sum(pauses) <= 3


@pytest.mark.parametrize("seconds", [0, 2, 60])
def test_the_wait_ends(seconds: float, pauses: list[float]) -> None:
    action, attempts = closing_at(10_000)
    with pytest.raises(ClientRunningError):
        when_running.once_closed(action, seconds)
    assert seconds <= sum(pauses) <= seconds + 1
    assert len(attempts) == len(pauses) + 1
