# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet that outlives the command that starts it.

    tests/fleet up LINK --count 3 --lab    start it; LINK points to its directory with inventory.json and ssh_config
    tests/fleet up LINK --pc               also start a Windows PC of tests/wine; LINK/pc.json is its inventory
    tests/fleet down LINK                  stop it and remove LINK; no error if it does not exist

A background process, the keeper, holds the fleet. If the keeper is killed, the next fleet or mail lab that starts on
this machine removes the rest.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile
import time
import typing as t

from ansible_collections.charter.mail.tests.lab import cleanup
from ansible_collections.charter.mail.tests.lab import lab as mail_lab
from ansible_collections.charter.mail.tests.lab.errors import LabError
from ansible_collections.charter.mail.tests.lab.files import write_file
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC
from ansible_collections.charter.mail.tests.wine.prefix import Prefix

from .errors import FleetError
from .fleet import USERS, Fleet

_END = 120.0  # seconds
# Longer than all that a keeper waits for, one thing after the other: it says itself what does not start.
_START = 900.0
_FOLDER = pathlib.Path(__file__).parent


def main(arguments: t.Sequence[str]) -> int:
    """Run a command; returns the exit code."""
    options = _parser().parse_args(arguments)
    mail_lab.restore_signals()
    try:
        if options.command == "up":
            _up(options.link, arguments)
        elif options.command == "keep":
            _keep(options)
        else:
            _down(options.link)
    except LabError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _up(link: pathlib.Path, arguments: t.Sequence[str]) -> None:
    """Start a keeper and wait until its fleet is ready."""
    if _keeper(link) is not None:
        sys.stdout.write(f"{link} is already up.\n")
        return
    link.unlink(missing_ok=True)
    command = [sys.executable, str(_FOLDER), "keep", *arguments[1:]]
    watched = _ancestor("molecule", "test")
    if watched is not None:
        command.append(f"--until-end-of={watched}")
    with tempfile.TemporaryFile("w+") as output:
        keeper = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd="/"
        )
        deadline = time.monotonic() + _START
        while not link.is_symlink():
            late = time.monotonic() > deadline
            if keeper.poll() is not None or late:
                keeper.kill()
                output.seek(0)
                how = f"has not started after {_START:.0f} s" if late else "does not start"
                raise FleetError(f"the fleet {how}: {output.read()}")
            time.sleep(0.02)
    sys.stdout.write(f"{link} is up.\n")


def _keep(options: argparse.Namespace) -> None:
    """Hold a fleet until SIGTERM, or until the process that uses it ends."""
    # Opened first, so that the process ID cannot be reused.
    watched = [os.pidfd_open(options.until_end_of)] if options.until_end_of else []
    with contextlib.ExitStack() as stack:
        fleet = stack.enter_context(
            Fleet.start(
                options.count,
                lab=options.lab,
                users=options.user or USERS,
                mail_users=options.mail_user or mail_lab.USERS,
                hidden=options.hide,
            )
        )
        if options.pc:
            pc = OfficePC(stack.enter_context(Prefix.start()))
            pc.furnish()
            # The PC's accounts are tested from the controller, with its copy of the authority's certificate.
            ca = {"mail_ca_path": str(fleet.lab.ca_path)} if fleet.lab else {}
            inventory = {"all": {"children": {"windows": pc.inventory("powershell", **ca)["all"]}}}
            write_file(fleet.directory / "pc.json", json.dumps(inventory, indent=2), 0o600)
        try:
            options.link.symlink_to(fleet.directory)
            select.select(watched, [], [])
        finally:
            options.link.unlink(missing_ok=True)


def _down(link: pathlib.Path) -> None:
    """Stop a keeper and its fleet.

    Raises:
        FleetError: It does not end.
    """
    keeper = _keeper(link)
    if keeper is not None:
        handle = os.pidfd_open(keeper)
        try:
            # The process ID cannot be reused from here on.
            if _keeper(link) == keeper:
                signal.pidfd_send_signal(handle, signal.SIGTERM)
                if not select.select([handle], [], [], _END)[0]:
                    raise FleetError(f"the keeper of {link}, process {keeper}, does not end")
        finally:
            os.close(handle)
    cleanup.remove_stale()
    link.unlink(missing_ok=True)


def _keeper(link: pathlib.Path) -> int | None:
    """The keeper of the fleet behind a link; None if there is none or it has ended."""
    return cleanup.owner_of(link.readlink().name) if link.is_symlink() else None


def _ancestor(program: str, argument: str) -> int | None:
    """The nearest ancestor process that runs a program with an argument; None if there is none."""
    process = os.getppid()
    while process > 1:
        words = pathlib.Path("/proc", str(process), "cmdline").read_text(errors="replace").split("\0")
        if argument in words and any(os.path.basename(word) == program for word in words):
            return process
        # The name, in brackets, may contain spaces and brackets; the parent is the second field after it.
        status = pathlib.Path("/proc", str(process), "stat").read_text(errors="replace")
        process = int(status.rpartition(")")[2].split()[1])
    return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests/fleet", description=__doc__.splitlines()[0] if __doc__ else None)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("up", "keep"):
        command = commands.add_parser(name)
        command.add_argument("link", type=pathlib.Path)
        command.add_argument("--count", type=int, default=3, help="the number of hosts (default: %(default)s)")
        command.add_argument("--lab", action="store_true", help="with a mail lab")
        command.add_argument("--pc", action="store_true", help="with a Windows PC")
        command.add_argument("--user", action="append", metavar="NAME", help="a local user of each host")
        command.add_argument("--mail-user", action="append", metavar="ADDRESS", help="a user of the mail lab")
        command.add_argument(
            "--hide", action="append", default=[], type=pathlib.Path, help="a directory to hide from the hosts"
        )
        command.add_argument("--until-end-of", type=int, help=argparse.SUPPRESS)
    commands.add_parser("down").add_argument("link", type=pathlib.Path)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
