# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows of Wine's making in a folder of its own: files, a registry, reg.exe and cmd.exe.

    with Prefix.start() as prefix:
        prefix.run(["reg.exe", "query", "HKU"])

It needs root and Debian's packages wine and wine64. All of it is below one folder: home, temporary files and Wine's
sockets too. Its programs see no other file of the machine (there is no drive Z:), have no screen, and run in a network
namespace that leads nowhere, by which they are also found and killed at the end.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import pathlib
import pwd
import re
import secrets
import select
import shutil
import subprocess
import tempfile
import time
import typing as t

from ansible_collections.charter.mail.tests.lab import cleanup
from ansible_collections.charter.mail.tests.lab.files import make_directory
from ansible_collections.charter.mail.tests.lab.lab import interrupt_on_signals
from ansible_collections.charter.mail.tests.lab.namespace import Namespace

from .errors import WineError
from .powershell import Pc

_PROGRAMS = ("ip", "wine", "wineserver")
_TIMEOUT = 120.0  # seconds; the making of the prefix takes 5, on a busy machine many times that
_WITHOUT_TMPDIR = 10
# No menus on the machine's desktop, and no questions about .NET and HTML, which nothing here needs.
_LEFT_OUT = "winemenubuilder.exe,mscoree,mshtml=d"


def unavailable() -> str | None:
    """Why Wine cannot be used on this machine; None where it can."""
    if os.geteuid() != 0:
        return "needs root, for a network namespace"
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    return f"needs the commands {', '.join(missing)}" if missing else None


@dataclasses.dataclass(frozen=True)
class Prefix:
    """A running prefix; made by ``start``. Whoever knows the folder can make another one of it.

    Attributes:
        directory: everything is below it; its name is that of the network namespace.
    """

    directory: pathlib.Path

    @classmethod
    @contextlib.contextmanager
    def start(cls) -> t.Iterator[Prefix]:
        """Run a prefix as long as the block lasts, and remove all of it at the end.

        The end may also be an exception, Ctrl-C, SIGTERM or SIGHUP (in the main thread; the last two raise
        KeyboardInterrupt, too). What SIGKILL leaves, the next one, or the next mail lab, removes.

        Raises:
            WineError: this machine cannot run it, or it does not start.
        """
        if reason := unavailable():
            raise WineError(reason)
        cleanup.remove_stale()
        # Its 700 MB are too much for /run, which is in memory on many machines.
        prefix = cls(pathlib.Path(tempfile.gettempdir(), f"wine-{secrets.token_hex(4)}").resolve())
        with contextlib.ExitStack() as stack:
            stack.enter_context(interrupt_on_signals())
            servers: list[subprocess.Popen[bytes]] = []
            stack.callback(_reap, servers)
            stack.enter_context(cleanup.removed_at_exit([prefix.namespace], prefix.directory))
            prefix.namespace.create({})
            stack.callback(prefix._remove_socket)
            for folder in (prefix.directory, *(prefix.directory / name for name in ("home", "tmp", "windows"))):
                make_directory(folder, 0o700)
            servers.append(prefix._serve())
            prefix._boot()
            yield prefix

    @property
    def namespace(self) -> Namespace:
        """Where its programs run."""
        return Namespace(self.directory.name)

    @property
    def drive(self) -> pathlib.Path:
        """The folder that is ``C:\\``."""
        return self.directory / "windows" / "drive_c"

    @property
    def log(self) -> pathlib.Path:
        """The log of what Ansible asked."""
        return self.directory / "asked.jsonl"

    @property
    def pc(self) -> Pc:
        """The PC as Ansible's own scripts see it. Wine gives its user the name of the machine's."""
        name = pwd.getpwuid(os.geteuid()).pw_name
        home = f"C:\\users\\{name}"
        is_newer = (self.drive / "users" / name / "AppData/Local/Temp").is_dir()  # Wine 10
        return Pc(self.drive, home, f"{home}\\AppData\\Local\\Temp" if is_newer else f"{home}\\Temp")

    @property
    def environment(self) -> dict[str, str]:
        """The environment of Wine's own programs."""
        # Where Debian's Wine 8 has its sockets. Its Wine 10 (10.0~repack-6) aborts as soon as this is set.
        sockets = {} if _version() >= _WITHOUT_TMPDIR else {"TMPDIR": str(self.directory / "tmp")}
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self.directory / "home"),
            **sockets,
            "WINEPREFIX": str(self.directory / "windows"),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": _LEFT_OUT,
            "LANG": "C.UTF-8",
        }

    def run(self, argv: t.Sequence[str], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run one of Windows' own programs, in ``C:\\``.

        An argument with quotation marks in it reaches ``cmd.exe`` wrongly: Wine makes one line of the arguments by the
        rules of C programs, which ``cmd.exe`` does not follow.

        Args:
            argv: the program, such as ``reg.exe``, and its arguments.
            stdin: its whole input.
        """
        # By its name alone, Wine would start another program first, to search for it.
        return self._run(["wine", f"C:\\windows\\system32\\{argv[0]}", *argv[1:]], stdin, self.drive)

    def _run(self, argv: t.Sequence[str], stdin: bytes, folder: pathlib.Path) -> subprocess.CompletedProcess[bytes]:
        # Files and no pipes: Wine's services, which a program may have to start, would hold a pipe open for ever.
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            said.write(stdin)
            said.seek(0)
            with subprocess.Popen(
                self.namespace.command(argv),
                env=self.environment,
                cwd=folder,
                stdin=said,
                stdout=output,
                stderr=errors,
            ) as process:
                _wait(process)
            output.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(argv, process.returncode, output.read(), errors.read())

    def _serve(self) -> subprocess.Popen[bytes]:
        """Start Wine's server, which holds the registry, and would else come and go with each program."""
        server = subprocess.Popen(
            self.namespace.command(["wineserver", "--foreground", "--persistent"]),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # A program that finds no server starts one, and two of them at once get in each other's way.
        give_up = time.monotonic() + _TIMEOUT
        while not self._sockets():
            if server.poll() is not None or time.monotonic() > give_up:
                server.kill()
                raise WineError("Wine's server does not start")
            time.sleep(0.01)
        return server

    def _sockets(self) -> list[pathlib.Path]:
        """The server's, in a folder with the numbers of the prefix."""
        found = (self.directory / "windows").stat()
        temporary = pathlib.Path(self.environment.get("TMPDIR", "/tmp"))
        return list(temporary.glob(f"wine-*/server-{found.st_dev:x}-{found.st_ino:x}/socket"))

    def _remove_socket(self) -> None:
        """Outside the prefix's own folder nothing else would."""
        if "TMPDIR" not in self.environment and (self.directory / "windows").exists():
            for socket in self._sockets():
                shutil.rmtree(socket.parent, ignore_errors=True)
                with contextlib.suppress(OSError):  # other prefixes have theirs there
                    socket.parents[1].rmdir()

    def _boot(self) -> None:
        """Make what Windows has on its disk and in its registry."""
        done = self._run(["wine", "wineboot.exe", "--init"], b"", self.directory)
        if done.returncode != 0 or not (self.drive / "windows/system32/reg.exe").exists():
            raise WineError(f"Wine made no prefix: {done.stderr.decode(errors='replace')}")
        (self.directory / "windows/dosdevices/z:").unlink()


@functools.lru_cache(maxsize=1)
def _version() -> int:
    """Wine's main version."""
    done = subprocess.run(["wineserver", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"Wine (\d+)", done.stdout + done.stderr)
    return int(found.group(1)) if found else 0


def _reap(servers: t.Sequence[subprocess.Popen[bytes]]) -> None:
    for server in servers:
        server.kill()
        server.wait()


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a process, at once: Python's own way to wait with a limit looks every 50 ms."""
    handle = os.pidfd_open(process.pid)
    try:
        if not select.select([handle], [], [], _TIMEOUT)[0]:
            process.kill()
            raise WineError(f"a program has not ended after {_TIMEOUT:.0f} s: {process.args!r}")
    finally:
        os.close(handle)
