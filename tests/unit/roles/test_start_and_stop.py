# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command of the role test_server: a server that stays, is found again, and is stopped."""

from __future__ import annotations

import imaplib
import json
import os
import pathlib
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
import typing as t

import pytest

pytestmark = pytest.mark.alike(1, "a mail server of its own")

FILES = pathlib.Path(__file__).resolve().parents[3] / "roles/test_server/files"
ADA, BEN = "ada@charter.net", "ben@charter.net"
TIMEOUT = 30.0


class Command:
    """The command, for one directory."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory

    def run(self, command: str, *options: str, python: t.Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        called = [sys.executable, *python, "-m", "mail_server", command, f"--directory={self.directory}", *options]
        return subprocess.run(called, cwd=FILES, capture_output=True, text=True, timeout=90, check=False)

    def start(self, *options: str, user: str = ADA) -> dict[str, t.Any]:
        done = self.run("start", f"--user={user}", *options)
        assert done.returncode == 0, done.stderr
        found: dict[str, t.Any] = json.loads(done.stdout)
        return found

    def stop(self) -> bool:
        done = self.run("stop")
        assert done.returncode == 0, done.stderr
        changed: bool = json.loads(done.stdout)["changed"]
        return changed

    def ready(self) -> dict[str, t.Any]:
        found: dict[str, t.Any] = json.loads((self.directory / "ready.json").read_text())
        return found

    def pid(self) -> int:
        """The process that holds the lock."""
        inode = (self.directory / "lock").stat().st_ino
        (line,) = (line for line in pathlib.Path("/proc/locks").read_text().splitlines() if f":{inode} " in line)
        return int(line.split()[4])


@pytest.fixture
def command(tmp_path: pathlib.Path) -> t.Iterator[Command]:
    made = Command(tmp_path / "a server")
    yield made
    if made.directory.is_dir():
        made.run("stop")


def sign_in(ready: t.Mapping[str, t.Any], name: str = "localhost") -> str:
    """Log in as Ada; returns the address of the server."""
    context = ssl.create_default_context(cafile=ready["ca_path"])
    with imaplib.IMAP4_SSL(name, ready["ports"]["imap"], ssl_context=context) as client:
        client.login(ADA, ready["users"][ADA])
        peer: tuple[str, int] = client.socket().getpeername()
        return peer[0]


def wait_until(is_true: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_server_stays_until_it_is_stopped(command: Command) -> None:
    first = command.start()
    assert first["changed"]
    assert sign_in(command.ready()) == "127.0.0.1"
    assert command.start() == {**first, "changed": False}
    assert command.stop()
    assert not command.directory.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", first["ports"]["imap"]))
    assert not command.stop()


def test_the_output_and_the_command_line_have_no_password(command: Command) -> None:
    shown = json.dumps(command.start())
    (password,) = command.ready()["users"].values()
    assert password not in shown
    assert password not in pathlib.Path(f"/proc/{command.pid()}/cmdline").read_text()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in command.directory.iterdir()}
    assert modes == {"ca.pem": 0o600, "lock": 0o600, "ready.json": 0o600}
    assert stat.S_IMODE(command.directory.stat().st_mode) == 0o700


def test_a_server_with_other_options_must_be_stopped_first(command: Command) -> None:
    command.start()
    for options in ([f"--user={BEN}"], [f"--user={ADA}", "--name=mail.test"], [f"--user={ADA}", "--imap-port=9"]):
        done = command.run("start", *options)
        assert done.returncode == 1
        assert "A server with other options is running" in done.stderr
    assert sign_in(command.ready())


def test_what_a_killed_server_leaves_is_no_obstacle(command: Command) -> None:
    first = command.start()
    os.kill(command.pid(), signal.SIGKILL)
    wait_until(lambda: not _answers(first["ports"]["imap"]))
    assert command.start()["changed"]
    assert sign_in(command.ready())
    os.kill(command.pid(), signal.SIGKILL)
    assert command.stop()
    assert not command.directory.exists()


def test_files_of_something_else_stay(command: Command) -> None:
    command.directory.mkdir()
    (command.directory / "ready.json").write_text("{}")
    (command.directory / "thesis.odt").write_text("mine")
    for name in ("start", "stop"):
        done = command.run(name, *([f"--user={ADA}"] if name == "start" else []))
        assert done.returncode == 1
        assert "has files of something else. Name another directory." in done.stderr
    assert {path.name for path in command.directory.iterdir()} == {"ready.json", "thesis.odt"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_the_directory_of_another_user_is_refused(command: Command) -> None:
    command.directory.mkdir()
    os.chown(command.directory, 65534, -1)
    done = command.run("start", f"--user={ADA}")
    assert done.returncode == 1
    assert "belongs to another user" in done.stderr


def test_it_ends_when_its_time_is_over(command: Command) -> None:
    command.start("--seconds=0.5")
    wait_until(lambda: not command.directory.exists())


def test_names_addresses_and_ports_are_options(command: Command) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.2", 0))
        port = free.getsockname()[1]
    found = command.start("--address=127.0.0.2", "--name=mail.test", "--name=127.0.0.2", f"--imap-port={port}")
    assert found["ports"]["imap"] == port
    assert sign_in(command.ready(), "127.0.0.2") == "127.0.0.2"


def test_a_port_that_is_in_use_is_named(command: Command) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        done = command.run("start", f"--user={ADA}", f"--pop3-port={busy.getsockname()[1]}")
    assert done.returncode == 1
    assert "cannot listen" in done.stderr
    assert "in use" in done.stderr
    assert not command.directory.exists()


def test_missing_packages_are_named_with_the_remedy(command: Command) -> None:
    done = command.run("start", f"--user={ADA}", python=["-S", "-I", "-c", _WITHOUT_PACKAGES])
    assert done.returncode == 1
    assert "has no Python package cryptography, twisted, OpenSSL" in done.stderr
    assert "Run: pip install 'Twisted[tls]' cryptography" in done.stderr


_WITHOUT_PACKAGES = """
import runpy, sys
sys.path.insert(0, ".")
sys.argv = ["mail_server", *sys.argv[3:]]
runpy.run_module("mail_server", run_name="__main__", alter_sys=False)
"""


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
