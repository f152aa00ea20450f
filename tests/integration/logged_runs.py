# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules with a system log of their own, and returns everything that they made visible. Needs root.

The runs take place in a mount namespace whose /dev/log is a socket of this file. One process imports the modules and
forks for each run, so that a run takes a fraction of a second.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import types
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
_PACKAGE = "ansible_collections.charter.mail.plugins.modules"
_COMPILED = "ansible_collections.charter.mail.tests.integration.compiled_runs"
_END = b"the end of a run"


@dataclasses.dataclass(frozen=True)
class LoggedRun:
    """What a run made visible.

    Attributes:
        result: the module's result, as the controller gets it.
        errors: standard error.
        log: each message to the system log, or to the journal with its fields.
        processes: the command lines and environments of all processes of the machine that were seen meanwhile.
    """

    result: dict[str, t.Any]
    errors: str
    log: list[str]
    processes: bytes

    @property
    def everything(self) -> str:
        """All of it as one text."""
        shown = json.dumps(self.result, ensure_ascii=False), repr(self.result), self.errors, *self.log
        return "\n".join((*shown, self.processes.decode("utf-8", "replace")))


class LoggedRuns:
    """The process that runs modules.

    Args:
        process: as ``logged_runs`` started it.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def run(
        self, module: str, options: t.Mapping[str, t.Any], *, journal: bool = False, compiled: bool = False
    ) -> LoggedRun:
        """Run a module.

        Args:
            module: its name in this collection.
            options: of the task.
            journal: log to a journal, which gets fields as well as text.
            compiled: run the program that the action sends in its place, between what the action does.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"module": module, "options": options, "journal": journal, "compiled": compiled}
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return LoggedRun(answer["result"], answer["errors"], answer["log"], bytes.fromhex(answer["processes"]))


@contextlib.contextmanager
def logged_runs(folder: pathlib.Path) -> t.Iterator[LoggedRuns]:
    """Start the process, and end it.

    Args:
        folder: for temporary files.
    """
    command = ["unshare", "--mount", "--propagation", "private", sys.executable, __file__, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield LoggedRuns(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


class _Journal(types.ModuleType):
    """Python's systemd.journal, as far as AnsibleModule uses it."""

    def __init__(self, log: str) -> None:
        super().__init__("systemd.journal")
        self._log = log

    def send(self, **fields: t.Any) -> None:
        text = "\n".join(f"{name}={value}" for name, value in fields.items())
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.sendto(text.encode("utf-8", "backslashreplace"), self._log)

    sendv = send


def _own_dev(folder: pathlib.Path) -> socket.socket:
    """Replace /dev, seen from this process, by one with a log that only this process reads."""
    dev = folder / "dev"
    dev.mkdir()
    subprocess.run(["mount", "--types", "tmpfs", "--options", "mode=755", "tmpfs", str(dev)], check=True)
    for name in ("null", "zero", "full", "random", "urandom"):
        (dev / name).touch()
        subprocess.run(["mount", "--bind", f"/dev/{name}", str(dev / name)], check=True)
    subprocess.run(["mount", "--move", str(dev), "/dev"], check=True)
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    log.bind("/dev/log")
    os.chmod("/dev/log", 0o666)
    return log


def _serve(folder: pathlib.Path) -> None:
    sys.path.insert(0, str(folder))
    (folder / "ansible_collections/charter").mkdir(parents=True)
    (folder / "ansible_collections/charter/mail").symlink_to(ROOT)
    for name in ("thunderbird_account", "evolution_account", "mail_accounts", "mail_verify"):
        importlib.import_module(f"{_PACKAGE}.{name}")
    importlib.import_module(_COMPILED)
    log = _own_dev(folder)
    (folder / "remote").mkdir()
    for line in sys.stdin:
        request = json.loads(line)
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            child = os.fork()
            if child == 0:
                os.dup2(output.fileno(), 1)
                os.dup2(errors.fileno(), 2)
                _run(folder, request)
            processes = _watch(child)
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
                end.sendto(_END, "/dev/log")
            messages = list(iter(lambda: log.recv(1 << 20), _END))
            output.seek(0)
            errors.seek(0)
            lines = [text for text in output.read().decode("utf-8", "replace").splitlines() if text.startswith("{")]
            answer = {
                "result": json.loads(lines[-1]) if lines else {},
                "errors": errors.read().decode("utf-8", "replace"),
                "log": [message.decode("utf-8", "replace") for message in messages],
                "processes": processes.hex(),
            }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _run(folder: pathlib.Path, request: t.Mapping[str, t.Any]) -> t.NoReturn:
    from ansible.module_utils import basic
    from ansible.module_utils.testing import patch_module_args

    code = 1
    try:
        os.setsid()
        vars(basic).update(has_journal=request["journal"], journal=_Journal("/dev/log"))
        if request["compiled"]:
            compiled = importlib.import_module(_COMPILED)
            sys.stdout.write(compiled.result_of(request["module"], request["options"]))
            sys.stdout.flush()
            os._exit(0)
        with patch_module_args(
            {"_ansible_remote_tmp": str(folder / "remote"), "_ansible_diff": True, **request["options"]}
        ):
            importlib.import_module(f"{_PACKAGE}.{request['module']}").main()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001 # it ends this process only, and is in its errors
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _watch(child: int) -> bytes:
    """What every user of the machine sees of processes, until the child has ended."""
    seen: set[bytes] = set()
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        for entry in filter(str.isdigit, os.listdir("/proc")):
            for name in ("cmdline", "environ"):
                with contextlib.suppress(OSError):
                    seen.add(pathlib.Path("/proc", entry, name).read_bytes())
    return b"\n".join(seen)


if __name__ == "__main__":
    _serve(pathlib.Path(sys.argv[1]))
