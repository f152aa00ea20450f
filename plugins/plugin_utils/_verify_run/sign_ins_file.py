# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts of one run know about logins: a small file that the worker processes of the controller share.

The file is in Ansible's temporary folder of this run, which only its user can read and which Ansible deletes. It has no
password, and nothing from which one can be guessed: passwords are keyed digests, and the key exists in memory alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import hmac
import json
import os
import pathlib
import secrets
import typing as t

# Ansible imports an action plugin in its main process before it forks the workers, so all of them have the same key.
_KEY = secrets.token_bytes(32)
_NAME = "charter_mail_sign_ins.json"


class SignInOutcome(t.TypedDict):
    """What a server did with a login and a password.

    Attributes:
        accepted: whether it accepted them when they were last tried.
        host: where that was.
        code: of the failure; empty if accepted.
    """

    accepted: bool
    host: str
    code: str


class Holder(t.TypedDict):
    """The task that tries a login: its host, and its worker process."""

    host: str
    pid: int


class LoginRecord(t.TypedDict):
    """What is known about one login.

    Attributes:
        refusals: how many of its sign-ins were refused, or ended in an unknown way.
        refused_on: the host of the last of them.
        locked_on: the host that found the account locked; empty for none.
        passwords: by digest the host on which any server refused the password.
        servers: by digest of password and server what the server did.
        holder: who tries it now; None for nobody.
        unreached: how many tasks in a row did not get as far as signing in.
    """

    refusals: int
    refused_on: str
    locked_on: str
    passwords: dict[str, str]
    servers: dict[str, SignInOutcome]
    holder: Holder | None
    unreached: int


Records = dict[str, LoginRecord]


def empty_record() -> LoginRecord:
    """Nothing is known."""
    return {
        "refusals": 0,
        "refused_on": "",
        "locked_on": "",
        "passwords": {},
        "servers": {},
        "holder": None,
        "unreached": 0,
    }


def digest(*texts: str) -> str:
    """The same for the same texts within this run; the texts cannot be found out from it."""
    return hmac.new(_KEY, "\0".join(texts).encode("utf-8", "surrogateescape"), "sha256").hexdigest()


class SignInsFile:
    """The file.

    Args:
        folder: private, and the same for all workers of the run.
    """

    def __init__(self, folder: str) -> None:
        self._path = pathlib.Path(folder, _NAME)

    @contextlib.contextmanager
    def changed(self) -> t.Iterator[Records]:
        """All records, for this process alone; changes are written at the end of the block.

        Raises:
            OSError: the file cannot be used.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        with open(os.open(self._path, flags, 0o600), "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
            text = file.read()
            records: Records = json.loads(text) if text else {}
            yield records
            after = json.dumps(records)
            if after != text:
                file.seek(0)
                file.truncate()
                file.write(after)


def is_running(pid: int) -> bool:
    """Whether a worker process still exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
