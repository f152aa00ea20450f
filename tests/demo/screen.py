# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the terminal shows: short steps with their results."""

from __future__ import annotations

import collections.abc
import contextlib
import os
import textwrap
import time
import typing as t

_WIDTH = 100
_COLUMN = 24  # where the second column begins
_BOLD, _GREEN, _RED, _PLAIN = "\033[1m", "\033[32m", "\033[31m", "\033[0m"


class Step:
    """A step that is under way.

    Attributes:
        note: what came of it, for the end of its line.
    """

    def __init__(self) -> None:
        self.note = ""


class Screen:
    """Prints for a person; in colour only on a terminal, and never where NO_COLOR is set.

    Args:
        stream: where to.
        chatty: whether steps print things of their own between their name and their result.
    """

    def __init__(self, stream: t.TextIO, chatty: bool = False) -> None:
        self._stream = stream
        self._chatty = chatty
        self._coloured = stream.isatty() and "NO_COLOR" not in os.environ

    def heading(self, text: str) -> None:
        """A line that begins a part."""
        self._print(f"\n{self._paint(_BOLD, text)}\n")

    def paragraph(self, text: str) -> None:
        """Running text, broken into lines."""
        self.verbatim(textwrap.fill(text, _WIDTH - 2, break_on_hyphens=False))

    def verbatim(self, text: str) -> None:
        """Lines as they are, indented."""
        self._print(textwrap.indent(text, "  ") + "\n")

    def row(self, name: str, text: str) -> None:
        """Two columns; the second is broken into lines."""
        lines = textwrap.wrap(text, _WIDTH - _COLUMN, break_on_hyphens=False, break_long_words=False)
        for number, line in enumerate(lines):
            shown = "" if number else name
            self._print(f"  {shown:{_COLUMN - 2}}{line}\n")

    def gap(self) -> None:
        """An empty line."""
        self._print("\n")

    @contextlib.contextmanager
    def step(self, name: str) -> collections.abc.Iterator[Step]:
        """One step: its name at once; ok or failed, the time and the note when the block ends."""
        step = Step()
        start = time.monotonic()
        self._print(f"  {name}\n" if self._chatty else f"  {name:{_COLUMN - 2}}")
        try:
            yield step
        except BaseException as error:
            word = "failed" if isinstance(error, Exception) else "stopped"
            self._finish(self._paint(_RED, f"{word:8}"), start, "")
            raise
        self._finish(self._paint(_GREEN, f"{'ok':8}"), start, step.note)

    def _finish(self, word: str, start: float, note: str) -> None:
        indent = " " * _COLUMN if self._chatty else ""
        self._print(f"{indent}{word}{time.monotonic() - start:5.1f} s   {note}".rstrip() + "\n")

    def _paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_PLAIN}" if self._coloured else text

    def _print(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
