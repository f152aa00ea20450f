# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server for tests: IMAP, POP3 and submission over TLS, built on Twisted.

It listens on the loopback interface alone, unless it is told otherwise. It creates its users, passwords, certificate
authority and mail when it starts, and keeps nothing when it ends. It sends nothing to other servers.

It creates a private directory, which `folder` describes, and removes it when it ends: on SIGTERM, on SIGINT, when its
time is over, when ``ready.json`` is removed, and with ``--until-input-ends`` when its standard input closes, so that it
does not outlive a parent that was killed.
"""

# Twisted is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import argparse
import collections.abc
import contextlib
import functools
import os
import pathlib
import secrets
import signal
import sys
import threading
import typing as t

from twisted.internet import reactor as installed_reactor
from twisted.internet.error import CannotListenError, ReactorNotRunning
from twisted.internet.posixbase import PosixReactorBase
from twisted.internet.task import LoopingCall
from twisted.logger import Logger, globalLogBeginner

from . import certificates, folder, log
from .arguments import add_options
from .folder import Ports, Ready
from .imap import ImapFactory
from .mailboxes import User
from .pop3 import Pop3Factory
from .submission import SubmissionFactory

_LOOK = 0.2  # seconds between two looks whether ready.json is still there
_log = Logger("charter.mail.server")
_reactor = t.cast(PosixReactorBase, installed_reactor)


def main(arguments: collections.abc.Sequence[str]) -> int:
    """Run until stopped; returns the exit code."""
    options = _parser().parse_args(arguments)
    # Twisted handles SIGINT only if it is not ignored, but shells ignore it for background processes.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.umask(0o077)
    try:
        lock = folder.create(options.directory)
    except OSError as error:
        print(f"The server cannot create its directory: {error}", file=sys.stderr)
        return 1
    try:
        with contextlib.ExitStack() as stack:
            stream = stack.enter_context(open(options.log, "a", encoding="utf-8"))
            observer: t.Any = functools.partial(log.write, stream)
            globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
            _start(options)
            if options.until_input_ends:
                threading.Thread(target=_stop_when_input_ends, daemon=True).start()
            if options.seconds:
                _reactor.callLater(options.seconds, _stop)
            _reactor.run()
            _log.info("stopped")
    except CannotListenError as error:
        print(f"The server cannot listen: {error.socketError}", file=sys.stderr)
        return 1
    finally:
        folder.remove(options.directory)
        os.close(lock)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="A mail server for tests.")
    add_options(parser)
    parser.add_argument("--until-input-ends", action="store_true", help="end when the standard input closes")
    return parser


def _start(options: argparse.Namespace) -> None:
    """Listen, and report when the server is ready."""
    users = {address: User(address, secrets.token_urlsafe(18)) for address in map(str.lower, options.users)}
    names = options.names or ["localhost"]
    made = certificates.make(tuple(names))
    ca_path = options.directory / folder.CA
    ca_path.write_bytes(made.ca_pem)
    at = options.address
    imap = _reactor.listenSSL(options.imap_port, ImapFactory(users), made.tls, interface=at)
    pop3 = _reactor.listenSSL(options.pop3_port, Pop3Factory(users), made.tls, interface=at)
    submission = _reactor.listenTCP(options.submission_port, SubmissionFactory(users, made.tls, names[0]), interface=at)
    ready = Ready(
        address=at,
        names=names,
        ports=Ports(imap=imap.getHost().port, pop3=pop3.getHost().port, submission=submission.getHost().port),
        ca_path=str(ca_path),
        users={user.address: user.password for user in users.values()},
    )
    # Only a running reactor handles signals: an earlier signal would end the process without cleanup.
    _reactor.callWhenRunning(_report_ready, options.directory, ready)


def _report_ready(directory: pathlib.Path, ready: Ready) -> None:
    folder.write_ready(directory, ready)
    LoopingCall(_stop_without, directory / folder.READY).start(_LOOK)
    _log.info("listening on {ports}", ports=ready["ports"])


def _stop_without(path: pathlib.Path) -> None:
    if not path.exists():
        _stop()


def _stop_when_input_ends() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    _reactor.callFromThread(_stop)


def _stop() -> None:
    with contextlib.suppress(ReactorNotRunning):  # a signal may have stopped it first
        _reactor.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
