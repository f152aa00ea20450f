# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: real playbooks set up two mail accounts for Thunderbird and Evolution and prove that they work.

It needs no root, no network, no Thunderbird and no Evolution. What it makes, it removes, however it ends; only after a
failure the log stays, and its last lines say where.
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

from . import inventory, summary, verdicts
from .embedded import EmbeddedMailServer, ServerError
from .inventory import DemoAccount
from .playbooks import PlaybookError, Player
from .screen import Screen
from .verdicts import Unexpected

_IMAP_ADDRESS = "ada@charter.net"
_POP3_ADDRESS = "ada.home@charter.net"
_CLIENTS = ("Thunderbird", "Evolution")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody wants the demo to end now.

    Args:
        number: the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main(arguments: collections.abc.Sequence[str]) -> int:
    """Run the demo; returns the exit code."""
    options = _parser().parse_args(arguments)
    screen = Screen(sys.stdout, chatty=options.verbose)
    for number in _SIGNALS:
        signal.signal(number, _stop)
    log = _new_log()
    keep_log = False
    try:
        with _private_folder(options.keep) as folder:
            _demonstrate(screen, folder, log, verbose=options.verbose)
        if options.keep:
            screen.gap()
            screen.paragraph(f"The demo's files are in {folder}; Ada's home directory is the folder home in it.")
    except Stopped as stopped:
        screen.heading("Stopped. Everything that was started has ended.")
        return 128 + stopped.number
    except (PlaybookError, ServerError, Unexpected) as error:
        keep_log = True
        screen.heading("The demo failed.")
        screen.verbatim(str(error))
        screen.verbatim(f"What Ansible and the mail server said: {log}")
        return 1
    except BrokenPipeError:
        # Whoever read the output has gone. Python must not try once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    finally:
        if not keep_log:
            log.unlink()
    return 0


def _demonstrate(screen: Screen, folder: pathlib.Path, log: pathlib.Path, *, verbose: bool) -> None:
    screen.heading("charter.mail: a demo")
    screen.paragraph(
        "Ada gets two mail accounts, one by IMAP and one by POP3, in her Thunderbird and in her Evolution, and both"
        " are then tested:"
        " by the same playbooks that do it for many people on many machines."
        " Ada, her home directory and her mail server exist on this machine only, and only for this minute."
    )
    screen.gap()
    home = folder / "home"
    home.mkdir(mode=0o700)
    addresses = (_IMAP_ADDRESS, _POP3_ADDRESS)
    with contextlib.ExitStack() as stack:
        with screen.step("Start a mail server") as step:
            server = stack.enter_context(EmbeddedMailServer(addresses, log=log))
            step.note = "IMAP on port {imap}, POP3 on {pop3}, sending on {submission}".format(**server.ports)
        accounts = (
            DemoAccount(_IMAP_ADDRESS, "imap", "Ada Example", server.ports["imap"]),
            DemoAccount(_POP3_ADDRESS, "pop3", "Ada Example", server.ports["pop3"]),
        )
        described = inventory.write(
            folder,
            accounts,
            server.users,
            python=sys.executable,
            home=home,
            submission_port=server.ports["submission"],
            ca_path=server.ca_path,
            clients=[client.lower() for client in _CLIENTS],
        )
        player = Player(folder, described, None if verbose else log)
        with screen.step("Configure") as step:
            first = player.play("charter.mail.configure")
            step.note = verdicts.made_all(first, len(accounts), _CLIENTS)
        with screen.step("Configure again") as step:
            step.note = verdicts.left_all(player.play("charter.mail.configure"), len(accounts), _CLIENTS)
        with screen.step("Verify") as step:
            proven = player.play("charter.mail.verify")
            step.note = verdicts.proved_all(proven, len(accounts))
    summary.show(screen, accounts, home, first, proven)


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
    """What follows is tidying up, and must not be torn."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python tests/demo", description="Shows charter.mail at work, on this machine only."
    )
    parser.add_argument("--keep", action="store_true", help="keep the demo's files, to look at them")
    parser.add_argument("--verbose", action="store_true", help="show what Ansible says")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
