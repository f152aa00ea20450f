# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the lines that tell why a step failed, in the thousands that it may have printed."""

from __future__ import annotations

import json
import re
import typing as t

LINES = 8  # for one step
_WIDTH = 200  # of one line
_DETAILS = 3  # lines about one task of Ansible

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_IN_BOX = re.compile(r" *│ ?")  # how Molecule shows what others print
_TELLING = re.compile(
    r"^(fatal|failed): \[|\bFAILED\b|\bERROR\b|\bFATAL\b|\bCRITICAL\b|error:|\w*Error:|AssertionError|failed:"
    r"|^\S+:\d+:\d+: "  # linters: file, line, column
    r"|^\* .* => "  # Molecule: what changed again
)
# What says only that something failed: this program's headings, the end of Molecule, Ansible before a "fatal:".
_SAYS_NOTHING = re.compile(r"^== |Ansible return code was|Molecule executed|^\[ERROR\]: Task failed:")
_MOLECULES_ACTION = re.compile(r"\S+ ➜ \w+: (Executing|Executed: Successful)$")
_TASK = re.compile(r"((?:fatal|failed): \[.*?) => (\{.*)")


def telling(output: str, most: int = LINES) -> list[str]:
    """The last lines that tell why, or, where none does, the last lines.

    Args:
        output: all that the step printed.
        most: so many lines.
    """
    lines = _whole_lines(output)
    found = [part for line in _of_what_failed(lines) if _tells(line) for part in _readable(line)]
    return _shortened(found or [line for line in lines if not line.startswith("== ")], most)


def first_line(text: str) -> str:
    """The first line that is not empty; empty if there is none."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def cut(line: str) -> str:
    """A line that is not longer than any of the others."""
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 3]}..."


def _tells(line: str) -> bool:
    return bool(_TELLING.search(line)) and not _SAYS_NOTHING.search(line)


def _whole_lines(output: str) -> list[str]:
    """The lines without colours, boxes and what wraps them."""
    whole: list[str] = []
    wraps = False
    for line in _COLOUR.sub("", output).splitlines():
        box = _IN_BOX.match(line)
        content = line[box.end() :] if box else line
        if wraps and box and re.match(r"  \S", content):
            whole[-1] += f" {content.strip()}"
        elif content.strip():
            whole.append(content.rstrip())
            wraps = box is not None and bool(_TELLING.search(content))
    return whole


def _of_what_failed(lines: t.Iterable[str]) -> list[str]:
    """The lines without those of Molecule's actions that succeeded, in which failures were expected."""
    kept: list[str] = []
    start = 0
    for line in lines:
        action = _MOLECULES_ACTION.search(line)
        if action and action[1] == "Executing":
            start = len(kept)
        elif action:
            del kept[start:]
        kept.append(line)
    return kept


def _readable(line: str) -> list[str]:
    """A line; of the result of a task of Ansible, which is one line of JSON, what says why it failed."""
    task = _TASK.search(line)
    try:
        result = json.loads(task[2]) if task else None
    except ValueError:
        result = None
    if not task or not isinstance(result, dict) or "msg" not in result:
        return [line]
    said = next(
        (str(result[key]) for key in ("stderr", "module_stderr", "stdout", "module_stdout") if result.get(key)), ""
    )
    details = dict.fromkeys([first_line(said), *telling(said, _DETAILS)])
    return [f"{task[1]} {' '.join(str(result['msg']).split())}", *(f"  {one}" for one in details if one)]


def _shortened(lines: t.Iterable[str], most: int) -> list[str]:
    """The last lines, each once and not long."""
    seen = {re.sub(r"^(CRITICAL|ERROR) +", "", cut(line)): cut(line) for line in lines}
    return list(seen.values())[-most:]
