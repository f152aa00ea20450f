# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layout of the demo's output."""

from __future__ import annotations

import io

import pytest

from ansible_collections.charter.mail.tests.demo.screen import Screen


class Terminal(io.StringIO):
    """A stream that supports colours."""

    def isatty(self) -> bool:
        return True


def fail(screen: Screen, error: BaseException) -> None:
    with screen.step("Work"):
        raise error


def test_a_step_and_its_result() -> None:
    stream = io.StringIO()
    with Screen(stream).step("Work") as step:
        assert stream.getvalue() == f"  {'Work':22}"
        step.note = "3 items"
    line = stream.getvalue()
    assert line.startswith(f"  {'Work':22}ok      ")
    assert line.endswith(" s   3 items\n")


@pytest.mark.parametrize(("error", "word"), [(ValueError(), "failed"), (KeyboardInterrupt(), "stopped")])
def test_a_step_that_fails_or_is_stopped(error: BaseException, word: str) -> None:
    stream = io.StringIO()
    with pytest.raises(type(error)):
        fail(Screen(stream), error)
    assert stream.getvalue().split()[:2] == ["Work", word]
    assert stream.getvalue().endswith(" s\n")


def test_a_verbose_step_prints_its_result_on_a_line_of_its_own() -> None:
    stream = io.StringIO()
    with Screen(stream, verbose=True).step("Work"):
        stream.write("Output of a command.\n")
    name, output, result = stream.getvalue().splitlines()
    assert (name.strip(), output) == ("Work", "Output of a command.")
    assert result.startswith(" " * 24 + "ok ")


def test_long_text_is_wrapped_in_its_column() -> None:
    stream = io.StringIO()
    Screen(stream).row("name", "word " * 40)
    lines = stream.getvalue().splitlines()
    assert len(lines) > 1
    assert max(map(len, lines)) <= 100
    assert lines[0].startswith(f"  {'name':22}word")
    assert all(line.startswith(" " * 24 + "word") for line in lines[1:])


@pytest.mark.parametrize(("stream", "coloured"), [(Terminal(), True), (io.StringIO(), False)])
def test_only_terminals_get_colours(stream: io.StringIO, coloured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    Screen(stream).heading("Text")
    assert ("\033" in stream.getvalue()) is coloured


def test_no_color_disables_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    Screen(stream).heading("Text")
    assert stream.getvalue() == "\nText\n"
