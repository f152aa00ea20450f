# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a server, on the command lines of `server` and of ``mail_server start``."""

from __future__ import annotations

import argparse
import os
import pathlib
import tempfile

_LOOPBACK = "127.0.0.1"
_HOUR = 3600.0
PROTOCOLS = ("imap", "pop3", "submission")


def add_directory(parser: argparse.ArgumentParser) -> None:
    """Add the option that says which server is meant."""
    default = pathlib.Path(tempfile.gettempdir(), f"charter-mail-test-server-{os.geteuid()}")
    parser.add_argument(
        "--directory", type=pathlib.Path, default=default, help="what it creates and removes (default: %(default)s)"
    )


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a server."""
    add_directory(parser)
    parser.add_argument(
        "--user", dest="users", action="append", required=True, metavar="ADDRESS", help="a user; may be repeated"
    )
    parser.add_argument(
        "--name",
        dest="names",
        action="append",
        help="a host name or an address in the certificate; may be repeated (default: localhost)",
    )
    parser.add_argument(
        "--address", default=_LOOPBACK, help="the address to listen on; anything but %(default)s is seen by others"
    )
    for protocol in PROTOCOLS:
        parser.add_argument(f"--{protocol}-port", type=int, default=0, help="the port (default: a free one)")
    parser.add_argument(
        "--seconds", type=float, default=_HOUR, help="how long it runs; 0 for no end (default: %(default)s)"
    )
    parser.add_argument(
        "--log", type=pathlib.Path, default=pathlib.Path(os.devnull), help="a file to append to (default: none)"
    )
