# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts a server of the lab, waits until it listens, and kills it."""

from __future__ import annotations

import contextlib
import os
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
    """A server that runs in the foreground as a child process."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: pathlib.Path) -> None:
        self._name = name
        self._process = process
        self._log = log

    def wait_until_listening(self, endpoints: t.AbstractSet[tuple[str, int]]) -> None:
        """Wait until every (address, port) accepts connections.

        Raises:
            LabError: The server ended or was not ready in time. The message quotes the end of its log.
        """
        deadline = time.monotonic() + _START
        while missing := endpoints - self._listening():
            if self._process.poll() is not None:
                raise LabError(f"{self._name} ended with status {self._process.returncode}.{self._log_end()}")
            if time.monotonic() > deadline:
                raise LabError(f"{self._name} does not listen on {sorted(missing)} after {_START} s.{self._log_end()}")
            time.sleep(0.005)

    def kill(self) -> None:
        """Kill the server; its children end with the network namespace. A clean stop of Dovecot takes seconds."""
        self._process.kill()
        self._process.wait()

    def _listening(self) -> set[tuple[str, int]]:
        """The endpoints on which this process listens, not those of others in the same network."""
        process = pathlib.Path("/proc", str(self._process.pid))
        try:
            own = {os.readlink(handle) for handle in (process / "fd").iterdir()}
            table = (process / "net" / "tcp").read_text()
        except OSError:
            # The process ended, or opened or closed a file, in the meantime.
            return set()
        return {endpoint for endpoint, inode in _listeners(table) if f"socket:[{inode}]" in own}

    def _log_end(self) -> str:
        try:
            lines = self._log.read_text().splitlines()
        except FileNotFoundError:
            return ""
        return "".join(f"\n  {line}" for line in lines[-15:])


@contextlib.contextmanager
def running(name: str, command: t.Sequence[str], log: pathlib.Path) -> t.Iterator[Daemon]:
    """Run a server while the block lasts. Its output is appended to its own log."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, umask=0o022)
    daemon = Daemon(name, process, log)
    try:
        yield daemon
    finally:
        daemon.kill()


def _listeners(table: str) -> t.Iterator[tuple[tuple[str, int], str]]:
    """Each (address, port) and inode of a listening socket in /proc/PID/net/tcp (proc(5))."""
    for line in table.splitlines()[1:]:
        _, local, _, state, _, _, _, _, _, inode, *_ = line.split()
        if state == _LISTENS:
            address, _, port = local.partition(":")
            yield (socket.inet_ntoa(int(address, 16).to_bytes(4, sys.byteorder)), int(port, 16)), inode
