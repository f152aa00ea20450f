# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts and stops a mail server for tests: ``python -m mail_server start --user ada@charter.net``.

Prints one line of JSON: whether something ``changed``, and after ``start`` where the server is. Passwords are only in
``ready.json`` in its directory.
"""

from __future__ import annotations

import argparse
import collections.abc
import importlib.util
import json
import pathlib
import subprocess
import sys
import time
import typing as t

from . import folder
from .arguments import PROTOCOLS, add_directory, add_options
from .folder import FolderError, Ready

_NEEDED = ("cryptography", "twisted", "OpenSSL")
_START_TIMEOUT = 60.0  # seconds; the imports take a while on a busy machine
_STOP_TIMEOUT = 10.0
_PAUSE = 0.02


def main(arguments: collections.abc.Sequence[str]) -> int:
    """The command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    options.directory = options.directory.absolute()
    try:
        found = _start(options, arguments) if options.command == "start" else {"changed": _stop(options.directory)}
    except FolderError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(found))
    return 0


def _start(options: argparse.Namespace, arguments: collections.abc.Sequence[str]) -> dict[str, t.Any]:
    """Start a server, unless it is running."""
    if missing := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
        raise FolderError(
            f"{sys.executable} has no Python package {', '.join(missing)}, which the test server needs. "
            "Run: pip install 'Twisted[tls]' cryptography"
        )
    running = folder.has_server(options.directory)
    if not running:
        folder.remove(options.directory)  # what a server left that was killed
        process = subprocess.Popen(
            [sys.executable, "-m", "mail_server.server", *arguments[1:], f"--directory={options.directory}"],
            cwd=pathlib.Path(__file__).resolve().parents[1],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        ready = _wait(options.directory, process)
    else:
        ready = _wait(options.directory, None)
        _compare(options, ready)
    shown = {name: value for name, value in ready.items() if name != "users"}
    return {"changed": not running, "directory": str(options.directory), **shown}


def _wait(directory: pathlib.Path, process: subprocess.Popen[bytes] | None) -> Ready:
    """Wait until a server is ready. If this process started it, its error output says why it ended."""
    deadline = time.monotonic() + _START_TIMEOUT
    while (ready := folder.read_ready(directory)) is None:
        if process is not None and process.poll() is not None:
            raise FolderError(process.communicate()[1].decode("utf-8", "replace").strip())
        if time.monotonic() > deadline or (process is None and not folder.has_server(directory)):
            raise FolderError(f"The server in {directory} is not ready. Run the same command again.")
        time.sleep(_PAUSE)
    return ready


def _compare(options: argparse.Namespace, ready: Ready) -> None:
    """Refuse to call a server with other options the one that is wanted."""
    wanted = (options.address, options.names or ["localhost"], {user.lower() for user in options.users})
    found: dict[str, t.Any] = {**ready["ports"]}
    ports = {name: getattr(options, f"{name}_port") or found[name] for name in PROTOCOLS}
    if (*wanted, ports) != (ready["address"], ready["names"], set(ready["users"]), found):
        raise FolderError(f"A server with other options is running in {options.directory}. Stop it first.")


def _stop(directory: pathlib.Path) -> bool:
    """Stop the server of a directory; returns whether there was anything to do."""
    there = directory.exists()
    deadline = time.monotonic() + _STOP_TIMEOUT
    while folder.has_server(directory):
        (directory / folder.READY).unlink(missing_ok=True)
        if time.monotonic() > deadline:
            raise FolderError(f"The server in {directory} does not end within {_STOP_TIMEOUT:.0f} seconds.")
        time.sleep(_PAUSE)
    folder.remove(directory)
    return there


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mail_server", description="A mail server for tests.")
    commands = parser.add_subparsers(dest="command", required=True)
    add_options(commands.add_parser("start", help="start a server that stays after this command, unless it is running"))
    add_directory(commands.add_parser("stop", help="stop it"))
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
