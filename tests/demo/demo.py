# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: the collection's playbooks set up two mail accounts in Thunderbird and Evolution and verify them.

It needs no root, no network, no Thunderbird and no Evolution. It removes everything that it creates, however it ends.
Only after a failure does it keep the log and print its path.
"""

from __future__ import annotations

import argparse
import collections.abc
import contextlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import types
import typing as t

from . import expectations, inventory, summary
from .embedded import EmbeddedMailServer, ServerError
from .expectations import UnexpectedResult
from .inventory import DemoAccount
from .playbooks import PlaybookError, PlaybookRunner
from .screen import Screen

_IMAP_ADDRESS = "ada@charter.net"
_POP3_ADDRESS = "ada.home@charter.net"
_CLIENTS = ("Thunderbird", "Evolution")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """A signal asked the demo to stop.

    Args:
        number: the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main(arguments: collections.abc.Sequence[str]) -> int:
    """Run the demo; returns the exit code."""
    options = _parser().parse_args(arguments)
    screen = Screen(sys.stdout, verbose=options.verbose)
    for number in _SIGNALS:
        signal.signal(number, _stop)
    log = _new_log()
    keep_log = False
    try:
        with _private_folder(options.keep) as folder:
            _demonstrate(screen, folder, log, verbose=options.verbose)
        if options.keep:
            screen.blank_line()
            screen.paragraph(f"The demo's files are kept in {folder}. Ada's home directory is {folder / 'home'}.")
    except Stopped as stopped:
        screen.heading("Stopped. All processes of the demo have ended.")
        return 128 + stopped.number
    except (PlaybookError, ServerError, UnexpectedResult) as error:
        keep_log = True
        screen.heading("The demo failed.")
        screen.verbatim(str(error))
        screen.verbatim(f"Log of Ansible and the mail server: {log}")
        return 1
    except BrokenPipeError:
        # The reader of the output has gone. Python must not flush standard output again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    finally:
        if not keep_log:
            log.unlink()
    return 0


def _demonstrate(screen: Screen, folder: pathlib.Path, log: pathlib.Path, *, verbose: bool) -> None:
    screen.heading("charter.mail demo")
    screen.paragraph(
        "This demo sets up two mail accounts, one IMAP and one POP3, for a user named Ada in Thunderbird and"
        " Evolution, and verifies that they can receive and send mail."
        " It runs the same playbooks that you run on your own hosts."
        " Ada's home directory and her mail server are temporary and exist only on this machine."
    )
    screen.blank_line()
    page = summary.ROOT / "tests/output/demo-report.html"
    home = folder / "home"
    home.mkdir(mode=0o700)
    addresses = (_IMAP_ADDRESS, _POP3_ADDRESS)
    with contextlib.ExitStack() as stack:
        with screen.step("Start mail server") as step:
            server = stack.enter_context(EmbeddedMailServer(addresses, log=log))
            step.note = "IMAP on port {imap}, POP3 on {pop3}, SMTP submission on {submission}".format(**server.ports)
        accounts = (
            DemoAccount(_IMAP_ADDRESS, "imap", "Ada Example", server.ports["imap"]),
            DemoAccount(_POP3_ADDRESS, "pop3", "Ada Example", server.ports["pop3"]),
        )
        inventory_files = inventory.write(
            folder,
            accounts,
            server.users,
            # Not the link to it in the clone: before ansible-core 2.19, its path may have no space.
            python=os.path.realpath(sys.executable),
            home=home,
            submission_port=server.ports["submission"],
            ca_path=server.ca_path,
            clients=[client.lower() for client in _CLIENTS],
        )
        runner = PlaybookRunner(folder, inventory_files, None if verbose else log)
        with screen.step("Configure") as step:
            first = runner.run("charter.mail.configure")
            step.note = expectations.expect_created(first, len(accounts), _CLIENTS)
        with screen.step("Configure again") as step:
            step.note = expectations.expect_unchanged(runner.run("charter.mail.configure"), len(accounts), _CLIENTS)
        with screen.step("Verify") as step:
            page.parent.mkdir(exist_ok=True)
            verified = runner.run("charter.mail.verify", mail_report=str(page))
            step.note = expectations.expect_verified(verified, len(accounts))
    summary.show(screen, accounts, home, first, verified, page)


@contextlib.contextmanager
def _private_folder(keep: bool) -> collections.abc.Iterator[pathlib.Path]:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="charter-mail-demo-"))
    try:
        yield folder
    finally:
        _ignore_signals()
        if not keep:
            shutil.rmtree(folder)


def _new_log() -> pathlib.Path:
    descriptor, name = tempfile.mkstemp(prefix="charter-mail-demo-", suffix=".log")
    os.close(descriptor)
    return pathlib.Path(name)


def _stop(number: int, frame: types.FrameType | None) -> t.NoReturn:
    _ignore_signals()
    raise Stopped(number)


def _ignore_signals() -> None:
    """The cleanup that follows must not be interrupted."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python tests/demo", description="Demonstrate charter.mail on this machine only."
    )
    parser.add_argument("--keep", action="store_true", help="keep the demo's files for inspection")
    parser.add_argument("--verbose", action="store_true", help="show Ansible's output")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
