# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded mail server: IMAP, POP3 and submission over TLS, on this machine only, built on Twisted.

It listens on free ports of 127.0.0.1. It creates its users, passwords, certificate authority and mail when it starts,
and keeps nothing when it ends.

The server creates a private directory and removes it when it ends. The directory contains:

* ``ready.json``, mode 0600, created atomically as soon as all ports are open: a `Ready`;
* ``ca.pem``, the authority to trust.

It ends on SIGTERM, on SIGINT, and when its standard input closes, so that it does not outlive a parent that was
killed.
"""

# Twisted is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import argparse
import collections.abc
import contextlib
import functools
import json
import os
import pathlib
import secrets
import shutil
import signal
import sys
import threading
import typing as t

from twisted.internet import reactor as installed_reactor
from twisted.internet.error import ReactorNotRunning
from twisted.internet.posixbase import PosixReactorBase
from twisted.logger import Logger, globalLogBeginner

from . import certificates, log
from .imap import ImapFactory
from .mailboxes import User
from .pop3 import Pop3Factory
from .submission import SubmissionFactory

_LOOPBACK = "127.0.0.1"
_log = Logger("charter.mail.server")
_reactor = t.cast(PosixReactorBase, installed_reactor)


class Ports(t.TypedDict):
    """The server's ports on 127.0.0.1: implicit TLS for IMAP and POP3, STARTTLS for submission."""

    imap: int
    pop3: int
    submission: int


class Ready(t.TypedDict):
    """The content of ``ready.json``.

    Attributes:
        ports: a port for each protocol.
        ca_path: the certificate authority, a PEM file.
        users: the passwords by address.
    """

    ports: Ports
    ca_path: str
    users: dict[str, str]


def main(arguments: collections.abc.Sequence[str]) -> int:
    """Run until stopped; returns the exit code."""
    options = _parser().parse_args(arguments)
    # Twisted handles SIGINT only if it is not ignored, but shells ignore it for background processes.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.umask(0o077)
    try:
        options.directory.mkdir(mode=0o700)
    except OSError as error:
        print(f"The server cannot create its directory: {error}", file=sys.stderr)
        return 1
    try:
        with contextlib.ExitStack() as stack:
            stream = stack.enter_context(open(options.log, "a", encoding="utf-8"))
            observer: t.Any = functools.partial(log.write, stream)
            globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
            _start(options.directory, options.users, options.names)
            threading.Thread(target=_stop_when_input_ends, daemon=True).start()
            _reactor.run()
            _log.info("stopped")
    finally:
        shutil.rmtree(options.directory)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="The embedded mail server.")
    parser.add_argument("--directory", type=pathlib.Path, required=True, help="the directory to create and remove")
    parser.add_argument("--log", type=pathlib.Path, required=True, help="the file to append to")
    parser.add_argument("--user", dest="users", action="append", required=True, metavar="ADDRESS")
    parser.add_argument("--name", dest="names", action="append", required=True, help="a host name of the certificate")
    return parser


def _start(directory: pathlib.Path, addresses: list[str], names: list[str]) -> None:
    """Listen, and report when the server is ready."""
    users = {address: User(address, secrets.token_urlsafe(18)) for address in map(str.lower, addresses)}
    made = certificates.make(tuple(names))
    ca_path = directory / "ca.pem"
    ca_path.write_bytes(made.ca_pem)
    ports = Ports(
        imap=_reactor.listenSSL(0, ImapFactory(users), made.tls, interface=_LOOPBACK).getHost().port,
        pop3=_reactor.listenSSL(0, Pop3Factory(users), made.tls, interface=_LOOPBACK).getHost().port,
        submission=_reactor.listenTCP(0, SubmissionFactory(users, made.tls, names[0]), interface=_LOOPBACK)
        .getHost()
        .port,
    )
    ready = Ready(ports=ports, ca_path=str(ca_path), users={user.address: user.password for user in users.values()})
    # Only a running reactor handles signals: an earlier signal would end the process without cleanup.
    _reactor.callWhenRunning(_report_ready, directory, ready)


def _report_ready(directory: pathlib.Path, ready: Ready) -> None:
    unfinished = directory / "ready.json.new"
    unfinished.write_text(json.dumps(ready, indent=2))
    unfinished.rename(directory / "ready.json")
    _log.info("listening on {ports}", ports=ready["ports"])


def _stop_when_input_ends() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    _reactor.callFromThread(_stop)


def _stop() -> None:
    with contextlib.suppress(ReactorNotRunning):  # a signal may have stopped it first
        _reactor.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
