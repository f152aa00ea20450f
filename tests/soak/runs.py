# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the modules in child processes, which can be killed, or get an error, at any call that changes a file.

The calls are Python's own (os.rename, os.write ...), and they are real: before the one in question the child kills
itself with SIGKILL, or the call fails with an error in its place. Nothing needs root or another program.
"""

from __future__ import annotations

import errno
import importlib
import io
import json
import os
import pathlib
import signal
import sys
import tempfile
import traceback
import typing as t

from ansible.module_utils import testing

MODULES = {
    name: importlib.import_module(f"ansible_collections.charter.mail.plugins.modules.{name}")
    for name in ("thunderbird_account", "evolution_account", "mail_rollback")
}
# What they import when they need it: read from the disk before anything is counted.
for _name in (
    "_clients.thunderbird.location_choice",
    "_clients.change_log",
    "_clients.thunderbird.client",
    "_clients.thunderbird.writing",
    "_clients.thunderbird.prefs_grammar",
    "_clients.thunderbird.server_move",
    "_clients.thunderbird.folder_references",
    "_clients.thunderbird.migration",
    "_clients.thunderbird.removal",
    "_clients.thunderbird.password_store.choice",
    "_clients.thunderbird.password_store.sdr",
    "_clients.thunderbird.password_store.json_store",
    "_clients.evolution.location_choice",
    "_clients.evolution.client",
    "_clients.evolution.differences",
    "_clients.evolution.writing",
    "_clients.evolution.account_password",
    "_clients.evolution.default_account_store",
    "_clients.evolution.migration",
    "_clients.evolution.removal",
    "_clients.evolution.session_change",
    "_clients.evolution.password_store.choice",
    "_linux.session_environment",
):
    importlib.import_module(f"ansible_collections.charter.mail.plugins.module_utils.{_name}")

CALLS = (
    *("open", "write", "fsync", "fchmod", "ftruncate"),
    *("link", "rename", "unlink", "remove", "mkdir", "rmdir"),
)


class Interruption(t.NamedTuple):
    """What happens at a call.

    Attributes:
        call: which one, counted from 1.
        error: an errno; None for SIGKILL.
    """

    call: int
    error: int | None = None


class Ended(t.NamedTuple):
    """How a run ended.

    Attributes:
        killed: by SIGKILL.
        result: what the module returned; None where it returned nothing.
        calls: how many calls it made that change something.
        output: all that it printed, for messages of failed tests.
    """

    killed: bool
    result: t.Mapping[str, t.Any] | None
    calls: int
    output: str

    @property
    def failed(self) -> bool:
        """Whether it failed, or did not return."""
        return self.result is None or bool(self.result.get("failed"))

    @property
    def changed(self) -> bool:
        """Whether it says that it changed something."""
        return self.result is not None and bool(self.result.get("changed"))

    @property
    def message(self) -> str:
        """What it says."""
        return self.output[-500:] if self.result is None else str(self.result.get("msg", ""))


class Running(t.NamedTuple):
    """A run that was started."""

    process: int
    output: str
    pipe: int

    def ended(self) -> Ended:
        """How it ends; waits for that."""
        _process, status = os.waitpid(self.process, 0)
        text = pathlib.Path(self.output).read_text(errors="replace")
        os.unlink(self.output)
        with os.fdopen(self.pipe, "rb") as file:
            calls = len(file.read())
        result = None
        for line in text.splitlines():
            if line.lstrip().startswith("{"):
                result = json.loads(line)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        return Ended(killed, result, calls, text)


def run(module: str, options: t.Mapping[str, t.Any], scratch: pathlib.Path, at: Interruption | None = None) -> Ended:
    """Run a module.

    Args:
        module: its name.
        options: its options.
        scratch: what it gets in the place of /tmp.
        at: where to interrupt it.
    """
    return start(module, options, scratch, at).ended()


def start(
    module: str, options: t.Mapping[str, t.Any], scratch: pathlib.Path, at: Interruption | None = None
) -> Running:
    """Start a run beside this process: see ``run``."""
    output, path = tempfile.mkstemp()
    reading, writing = os.pipe()
    sys.stdout.flush()
    process = os.fork()
    if process == 0:
        try:
            os.dup2(output, 1)
            os.dup2(output, 2)
            sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False), write_through=True)
            sys.stderr = io.TextIOWrapper(os.fdopen(2, "wb", closefd=False), write_through=True)
            tempfile.tempdir = str(scratch)
            _Counter(writing, at).install()
            with testing.patch_module_args({"_ansible_remote_tmp": str(scratch), **options}):
                MODULES[module].main()
        except SystemExit:
            pass
        except BaseException:  # noqa: BLE001 # the parent shows it
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)
    os.close(output)
    os.close(writing)
    os.set_blocking(reading, True)
    return Running(process, path, reading)


class _Counter:
    """Counts the calls by a byte in a pipe for each, which outlives this process."""

    def __init__(self, pipe: int, at: Interruption | None) -> None:
        self._pipe = pipe
        self._at = at
        self._calls = 0
        self._write = os.write

    def install(self) -> None:
        """Put it in the way of all calls."""
        for name in CALLS:
            setattr(os, name, self._counted(name, getattr(os, name)))

    def _counted(self, name: str, real: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
        def call(*arguments: t.Any, **options: t.Any) -> t.Any:
            flags = arguments[1] if name == "open" and len(arguments) > 1 else 0
            if name == "open" and not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_DIRECTORY):
                return real(*arguments, **options)
            self._calls += 1
            self._write(self._pipe, b".")
            if self._at is not None and self._calls == self._at.call:
                error = self._at.error
                if error is None:
                    os.kill(os.getpid(), signal.SIGKILL)
                else:
                    raise OSError(error, os.strerror(error))
            return real(*arguments, **options)

        return call


EIO = errno.EIO
