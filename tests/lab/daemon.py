# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a server of the lab: started, ready when it listens, and killed."""

from __future__ import annotations

import contextlib
import pathlib
import socket
import subprocess
import sys
import time
import typing as t

from .errors import LabError

_START = 30.0
_LISTENS = "0A"


class Daemon:
    """A server that runs in the foreground as a child of this process."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: pathlib.Path) -> None:
        self._name = name
        self._process = process
        self._log = log

    def wait_until_listening(self, endpoints: t.AbstractSet[tuple[str, int]]) -> None:
        """Wait until every (address, port) takes connections.

        Raises:
            LabError: the server ended instead, or took too long; with the end of its log.
        """
        deadline = time.monotonic() + _START
        while missing := endpoints - self._listening():
            if self._process.poll() is not None:
                raise LabError(f"{self._name} ended with status {self._process.returncode}.{self._words()}")
            if time.monotonic() > deadline:
                raise LabError(f"{self._name} does not listen on {sorted(missing)} after {_START} s.{self._words()}")
            time.sleep(0.005)

    def kill(self) -> None:
        """Kill it; its children go with the network namespace. Asked kindly, Dovecot needs one to five seconds."""
        self._process.kill()
        self._process.wait()

    def _listening(self) -> set[tuple[str, int]]:
        """What listens in its network namespace (proc_net_tcp of the kernel's documentation)."""
        try:
            lines = pathlib.Path(f"/proc/{self._process.pid}/net/tcp").read_text().splitlines()[1:]
        except (FileNotFoundError, OSError):
            return set()
        fields = [line.split() for line in lines]
        return {_endpoint(field[1]) for field in fields if field[3] == _LISTENS}

    def _words(self) -> str:
        try:
            lines = self._log.read_text().splitlines()
        except FileNotFoundError:
            return ""
        return "".join(f"\n  {line}" for line in lines[-15:])


@contextlib.contextmanager
def running(name: str, command: t.Sequence[str], log: pathlib.Path) -> t.Iterator[Daemon]:
    """Run a server as long as the block lasts. What it prints goes to the log that it writes itself."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, umask=0o022)
    daemon = Daemon(name, process, log)
    try:
        yield daemon
    finally:
        daemon.kill()


def _endpoint(text: str) -> tuple[str, int]:
    address, _, port = text.partition(":")
    return socket.inet_ntoa(int(address, 16).to_bytes(4, sys.byteorder)), int(port, 16)
