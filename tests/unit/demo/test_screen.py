# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo prints."""

from __future__ import annotations

import io

import pytest

from ansible_collections.charter.mail.tests.demo.screen import Screen


class Terminal(io.StringIO):
    """A stream that takes colours."""

    def isatty(self) -> bool:
        return True


def fail(screen: Screen, error: BaseException) -> None:
    with screen.step("Work"):
        raise error


def test_a_step_and_its_result() -> None:
    stream = io.StringIO()
    with Screen(stream).step("Work") as step:
        assert stream.getvalue() == f"  {'Work':22}"
        step.note = "three things done"
    line = stream.getvalue()
    assert line.startswith(f"  {'Work':22}ok      ")
    assert line.endswith(" s   three things done\n")


@pytest.mark.parametrize(("error", "word"), [(ValueError(), "failed"), (KeyboardInterrupt(), "stopped")])
def test_a_step_that_does_not_end_well(error: BaseException, word: str) -> None:
    stream = io.StringIO()
    with pytest.raises(type(error)):
        fail(Screen(stream), error)
    assert stream.getvalue().split()[:2] == ["Work", word]
    assert stream.getvalue().endswith(" s\n")


def test_a_chatty_step_keeps_its_result_apart() -> None:
    stream = io.StringIO()
    with Screen(stream, chatty=True).step("Work"):
        stream.write("What others print.\n")
    name, others, result = stream.getvalue().splitlines()
    assert (name.strip(), others) == ("Work", "What others print.")
    assert result.startswith(" " * 24 + "ok ")


def test_long_text_is_broken_in_its_column() -> None:
    stream = io.StringIO()
    Screen(stream).row("name", "word " * 40)
    lines = stream.getvalue().splitlines()
    assert len(lines) > 1
    assert max(map(len, lines)) <= 100
    assert lines[0].startswith(f"  {'name':22}word")
    assert all(line.startswith(" " * 24 + "word") for line in lines[1:])


@pytest.mark.parametrize(("stream", "coloured"), [(Terminal(), True), (io.StringIO(), False)])
def test_colours_are_for_terminals(stream: io.StringIO, coloured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    Screen(stream).heading("Text")
    assert ("\033" in stream.getvalue()) is coloured


def test_colours_can_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    Screen(stream).heading("Text")
    assert stream.getvalue() == "\nText\n"
