# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says why Python gave no result on a Linux host: it does not start, it is too old, or it ended early.

Ansible's own message is that the output contains no JSON.
"""

from __future__ import annotations

import re
import shlex
import typing as t

from ansible.plugins.action import ActionBase

from ...module_utils._model.printable import printable

OLDEST = (3, 8)
"""The oldest Python that this collection runs on."""

_NO_RESULT = "module_stderr"  # a module that gives a result prints it, and Ansible adds nothing of this name
_VERSION = re.compile(r"charter\.mail (\d+)\.(\d+)\.(\d+)")
_PRINT_VERSION = 'import sys; sys.stdout.write("charter.mail %d.%d.%d" % sys.version_info[:3])'  # also Python 2
_LONGEST = 300  # characters


class HostPython(ActionBase):
    """Base class of actions that run Python on Linux hosts."""

    def _execute_module(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
        result = super()._execute_module(*args, **kwargs)
        return explained(self, result) if result.get("failed") and _NO_RESULT in result else result


def explained(action: ActionBase, result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The result of a module that printed none, with the cause and what to do.

    Args:
        action: of the task.
        result: from Ansible, with what the module printed instead.
    """
    python = str(action._used_interpreter or "").lstrip("#!").strip()
    done = action._low_level_execute_command(shlex.join([*shlex.split(python), "-c", _PRINT_VERSION]))
    found = _VERSION.search(str(done.get("stdout", "")))
    code = result.get("rc", 1)
    oldest = ".".join(map(str, OLDEST))
    printed = {}
    if found is None:
        lines = _lines(done.get("stderr"), done.get("stdout"))
        why = f": {lines[0].rstrip('.')}" if lines else f" (exit code {done.get('rc')})"
        msg = (
            f"Python does not start on this host as {python}{why}. Install Python {oldest} or later there, or set"
            " ansible_python_interpreter to its path."
        )
    elif tuple(map(int, found.groups())) < OLDEST:
        msg = (
            f"This host has Python {'.'.join(found.groups())} as {python}, but charter.mail needs {oldest} or later."
            " Install a later Python there, and set ansible_python_interpreter to its path."
        )
    else:
        printed = {name: result[name] for name in (_NO_RESULT, "module_stdout") if name in result}
        lines = _lines(result.get("module_stdout"), result.get(_NO_RESULT))
        why = f": {lines[-1].rstrip('.')}" if lines else ""
        msg = f"{python} ended on this host without a result (exit code {code}){why}."
    return {"failed": True, "changed": False, "rc": code, **printed, "msg": printable(msg)}


def _lines(*texts: t.Any) -> list[str]:
    """The lines that are not empty, none too long."""
    lines = (line.strip() for text in texts for line in str(text or "").splitlines())
    return [line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..." for line in lines if line]
