# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the demo's steps, their results and its summary on the terminal."""

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
    """A step in progress.

    Attributes:
        note: a summary of its result, printed at the end of its line.
    """

    def __init__(self) -> None:
        self.note = ""


class Screen:
    """Prints for a reader at a terminal. Colours are used only on a terminal and never if NO_COLOR is set.

    Args:
        stream: where to print.
        verbose: whether steps print output of their own between their name and their result.
    """

    def __init__(self, stream: t.TextIO, verbose: bool = False) -> None:
        self._stream = stream
        self._verbose = verbose
        self._coloured = stream.isatty() and "NO_COLOR" not in os.environ

    def heading(self, text: str) -> None:
        """Print the heading of a section."""
        self._print(f"\n{self._paint(_BOLD, text)}\n")

    def paragraph(self, text: str) -> None:
        """Print running text, wrapped."""
        self.verbatim(textwrap.fill(text, _WIDTH - 2, break_on_hyphens=False))

    def verbatim(self, text: str) -> None:
        """Print lines unchanged, indented."""
        self._print(textwrap.indent(text, "  ") + "\n")

    def row(self, name: str, text: str) -> None:
        """Print two columns, the second wrapped."""
        lines = textwrap.wrap(text, _WIDTH - _COLUMN, break_on_hyphens=False, break_long_words=False)
        for number, line in enumerate(lines):
            label = "" if number else name
            self._print(f"  {label:{_COLUMN - 2}}{line}\n")

    def blank_line(self) -> None:
        """Print an empty line."""
        self._print("\n")

    @contextlib.contextmanager
    def step(self, name: str) -> collections.abc.Iterator[Step]:
        """Print a step's name at once, and its result, time and note when the block ends."""
        step = Step()
        start = time.monotonic()
        self._print(f"  {name}\n" if self._verbose else f"  {name:{_COLUMN - 2}}")
        try:
            yield step
        except BaseException as error:
            word = "failed" if isinstance(error, Exception) else "stopped"
            self._finish(self._paint(_RED, f"{word:8}"), start, "")
            raise
        self._finish(self._paint(_GREEN, f"{'ok':8}"), start, step.note)

    def _finish(self, word: str, start: float, note: str) -> None:
        indent = " " * _COLUMN if self._verbose else ""
        self._print(f"{indent}{word}{time.monotonic() - start:5.1f} s   {note}".rstrip() + "\n")

    def _paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_PLAIN}" if self._coloured else text

    def _print(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
