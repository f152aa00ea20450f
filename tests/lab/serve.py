# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the lab in the foreground, to try a mail client with it. Ctrl-C, SIGTERM or SIGHUP ends it."""

from __future__ import annotations

import argparse
import collections.abc
import pathlib
import signal
import sys

from .certificates import Quality
from .errors import LabError
from .hosts import NETWORK
from .lab import USERS, MailLab, restore_signals


def main(arguments: collections.abc.Sequence[str]) -> int:
    """Run the lab until a signal ends it; returns the exit code."""
    options = _parser().parse_args(arguments)
    restore_signals()
    try:
        with MailLab.start(
            options.directory,
            users=options.user or USERS,
            certificates=dict(options.certificate),
            network=options.network,
            name=options.name,
        ) as lab:
            sys.stdout.write(_summary(lab))
            sys.stdout.flush()
            while True:
                signal.pause()
    except KeyboardInterrupt:
        sys.stdout.write("\nThe lab has been removed.\n")
        return 0
    except LabError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _summary(lab: MailLab) -> str:
    lines = ["The mail lab is running. Run a program in it:", f"  {' '.join(lab.command(['COMMAND']))}", "", "Hosts"]
    for host in lab.hosts:
        ports = (f"{port.service.value} {port.port} {port.security.value}" for port in host.endpoints)
        lines.append(f"  {host.name:24}{lab.addresses[host.name]:16}{', '.join(ports)}")
    lines += ["", "Users and passwords (for this run only)"]
    lines += [f"  {user.address:32}{user.password}" for user in lab.users]
    lines += ["", f"Authority to trust  {lab.ca_path}", f"Logs and mail       {lab.directory}", ""]
    return "\n".join([*lines, "Ctrl-C ends it and removes everything.", ""])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--user", action="append", metavar="ADDRESS", help="a user, in place of the default ones")
    parser.add_argument(
        "--certificate",
        action="append",
        default=[],
        type=_certificate,
        metavar="HOST=QUALITY",
        help=f"a host whose certificate is to have this quality: {', '.join(quality.value for quality in Quality)}",
    )
    parser.add_argument("--network", default=NETWORK, help="the network of the hosts (default: %(default)s)")
    parser.add_argument("--name", help="the name of the network namespace (default: a new one)")
    parser.add_argument(
        "--directory", type=pathlib.Path, help="the directory of logs and mail (default: a new one in /run)"
    )
    return parser


def _certificate(text: str) -> tuple[str, Quality]:
    host, _, quality = text.partition("=")
    try:
        return host, Quality(quality)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
