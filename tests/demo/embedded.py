# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the mail server of the role test_server as a child process, for the demo and for the server's own tests.

::

    with EmbeddedMailServer(["ada@charter.net"]) as server:
        imaplib.IMAP4_SSL("localhost", server.ports["imap"], ssl_context=server.tls_context())
"""

from __future__ import annotations

import collections.abc
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import types
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.charter.mail.roles.test_server.files.mail_server.folder import Ports, Ready

_PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "roles/test_server/files"
_START_TIMEOUT = 60.0  # seconds; the imports take a while on a busy machine
_STOP_TIMEOUT = 10.0


class ServerError(Exception):
    """The server did not start. The message says why."""


class EmbeddedMailServer:
    """A mail server on this machine, as a context manager. ``mail_server.server`` describes what it does.

    It stops when the ``with`` block ends, and also when this process ends in any other way.

    Args:
        addresses: the addresses of its users.
        names: the host names of its certificate; each must resolve to 127.0.0.1 for the clients.
        log: the file to which the server appends its log; None discards it.

    Attributes:
        ports: its ports on 127.0.0.1: ``imap``, ``pop3`` (both implicit TLS) and ``submission`` (STARTTLS).
        ca_path: the certificate authority to trust, a PEM file.
        users: the passwords by address.
        pid: the process ID of the server.
    """

    def __init__(
        self,
        addresses: collections.abc.Iterable[str],
        names: collections.abc.Iterable[str] = ("localhost",),
        log: pathlib.Path | None = None,
    ) -> None:
        self._addresses = tuple(addresses)
        self._names = tuple(names)
        self._log = log
        self._folder: pathlib.Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._ready: Ready | None = None

    def __enter__(self) -> EmbeddedMailServer:
        self._folder = pathlib.Path(tempfile.gettempdir(), f"charter-mail-server-{os.urandom(8).hex()}")
        log = pathlib.Path(os.devnull) if self._log is None else self._log.resolve()
        try:
            self._process = self._start(self._folder, log)
            self._ready = self._wait(self._process, self._folder / "ready.json")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: types.TracebackType | None,
    ) -> None:
        self._stop()

    @property
    def ports(self) -> Ports:
        return self._started["ports"]

    @property
    def ca_path(self) -> pathlib.Path:
        return pathlib.Path(self._started["ca_path"])

    @property
    def users(self) -> dict[str, str]:
        return self._started["users"]

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ServerError("The mail server is not running.")
        return self._process.pid

    def tls_context(self) -> ssl.SSLContext:
        """Create a client's TLS context that trusts only this server."""
        return ssl.create_default_context(cafile=str(self.ca_path))

    @property
    def _started(self) -> Ready:
        if self._ready is None:
            raise ServerError("The mail server is not running.")
        return self._ready

    def _start(self, folder: pathlib.Path, log: pathlib.Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "mail_server.server", f"--directory={folder}", f"--log={log}"]
        command += ["--until-input-ends", "--seconds=0"]
        command += [f"--user={address}" for address in self._addresses]
        command += [f"--name={name}" for name in self._names]
        # Its standard input is a pipe, which closes when this process ends.
        return subprocess.Popen(
            command,
            cwd=_PROGRAM,
            env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def _wait(self, process: subprocess.Popen[bytes], path: pathlib.Path) -> Ready:
        deadline = time.monotonic() + _START_TIMEOUT
        while not path.exists():
            if process.poll() is not None:
                raise ServerError(f"The mail server did not start:\n{_error_output(process)}")
            if time.monotonic() > deadline:
                raise ServerError(f"The mail server was not ready after {_START_TIMEOUT:.0f} seconds.")
            time.sleep(0.02)
        ready: Ready = json.loads(path.read_text())
        return ready

    def _stop(self) -> None:
        """Stop the process and make sure that its directory is removed."""
        process, self._process, self._ready = self._process, None, None
        if process is not None:
            try:
                process.communicate(timeout=_STOP_TIMEOUT)  # closes its input, which stops it
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _error_output(process: subprocess.Popen[bytes]) -> str:
    """The standard error of a process that has ended."""
    return process.communicate()[1].decode("utf-8", "replace").strip()
