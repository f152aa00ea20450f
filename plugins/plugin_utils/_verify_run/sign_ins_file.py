# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The knowledge about logins in one run: a small file shared by the controller's worker processes.

The file is in Ansible's temporary folder of this run, which only its user can read and which Ansible deletes. It
contains no password and nothing to guess one from: passwords are keyed digests, and the key exists only in memory.
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

# Ansible imports action plugins in its main process before forking the workers, so all of them have the same key.
_KEY = secrets.token_bytes(32)
_NAME = "charter_mail_sign_ins.json"


class SignInOutcome(t.TypedDict):
    """A server's answer to a login and a password.

    Attributes:
        accepted: whether the server accepted them at the last try.
        host: the host that tried them.
        code: the code of the failure; empty if accepted.
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
        refusals: how many sign-ins were refused or ended in an unknown way.
        refused_on: the host of the last refusal.
        locked_on: the host that found the account locked; empty for none.
        passwords: by digest, the host on which any server refused the password.
        servers: by digest of password and server, the server's answer.
        holder: the task that is trying it; None for none.
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
    """A record without any knowledge."""
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
    """A digest of texts, the same within a run, that does not reveal them."""
    return hmac.new(_KEY, "\0".join(texts).encode("utf-8", "surrogateescape"), "sha256").hexdigest()


class SignInsFile:
    """Reads and changes the file.

    Args:
        folder: a private folder, the same for all workers of the run.
    """

    def __init__(self, folder: str) -> None:
        self._path = pathlib.Path(folder, _NAME)

    @contextlib.contextmanager
    def changed(self) -> t.Iterator[Records]:
        """All records, exclusively for this process; changes are written at the end of the block.

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
