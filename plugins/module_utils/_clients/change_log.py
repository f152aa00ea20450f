# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The change log of one user's client: what each run changed, so that a rollback can undo it.

The log belongs to the user, has mode 0600 and holds one JSON object per line. It is written together with the changed
files. It records that a password changed, never the password. ``change_log_reader`` reads it.
"""

from __future__ import annotations

import json
import posixpath
import re
import time
import typing as t

from .._host.file_write import FileWrite
from .._model.account import Account
from .._model.errors import MailError
from .._model.settings import Change
from .account_json import account_out
from .view import Status, View

if t.TYPE_CHECKING:
    from .._host.files import Files

FORMAT = "charter_mail_change"
"""Every entry begins with this key; its value is the version."""
VERSION = 1

ENTRIES = 50
"""Maximum number of changes kept; the oldest are dropped."""
BYTES = 256 * 1024
"""Maximum total size of the changes if the log is a file. The newest change may be larger,"""
LARGEST = 16 * 1024 * 1024
"""but not larger than this: then it is not logged."""

_START = b'{"' + FORMAT.encode() + b'":'
_SECRET = re.compile(r"(?:pass(?:word|wd|phrase)|secret|token)$", re.IGNORECASE)
_SECRET_LINE = re.compile(
    r"^[^=\n]*(?:pass(?:word|wd|phrase)|secret|token)[ \t]*=(?![ \t]*(?:true|false)?[ \t]*$).*\n?", re.I | re.M
)
_NO_SECRETS = ("", "true", "false")


def path_of(home: str, client: str) -> str:
    """The path of a client's log, in the state folder of the XDG Base Directory Specification."""
    return posixpath.join(home, ".local/state/charter-mail", f"{client}.jsonl")


def new_run_id() -> str:
    """An id for a run without one: see ``plugin_utils/_fleet_run/run_id.py``."""
    moment = time.time_ns()
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(moment // 10**9))}-{moment % 10**9:09d}"


class ChangedAccount(t.Protocol):
    """A ``Step`` of the engine."""

    @property
    def account(self) -> Account:
        """The wanted account."""

    @property
    def status(self) -> Status:
        """What the step does to it."""

    @property
    def before(self) -> View:
        """The account before."""

    @property
    def after(self) -> View:
        """The account after."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes between both."""

    @property
    def states(self) -> tuple[t.Any, t.Any] | None:
        """All settings of the client before and after; None if nothing differs."""


class Noted(t.NamedTuple):
    """The changes between two states of a client, in the client's terms.

    Attributes:
        changes: of settings, without passwords.
        created: the parts of accounts that were added.
        removed: the parts that were removed.
        texts: the former text of each part that is a separate file.
    """

    changes: t.Sequence[Change]
    created: t.Sequence[str]
    removed: t.Sequence[str]
    texts: t.Mapping[str, str] = {}


class Notes(t.Protocol):
    """A client's way to express its changes."""

    def noted(self, before: t.Any, after: t.Any) -> Noted:
        """The changes between two states."""

    def parts(self, ids: t.Mapping[str, str]) -> t.Sequence[str]:
        """The parts of an account, by the ids in its ``View``."""


class ChangeLog:
    """The log, for one change.

    Args:
        path: see ``path_of``, or another name of the log for messages.
        run: the id of the run.
        options: the client's own options that a rollback needs to open it again.
        require_writable: see ``UserHost``.

    Attributes:
        run: the id of the run.
        steps: the changes of each account.
        undoes: the run that the change undoes; empty for none.
        written: whether the change is in the log.
        warnings: why it is not in the log.
    """

    def __init__(
        self,
        path: str,
        run: str,
        options: t.Mapping[str, t.Any],
        require_writable: t.Callable[[t.Sequence[str]], None],
    ) -> None:
        self.run = run
        self.steps: t.Sequence[ChangedAccount] = ()
        self.undoes = ""
        self.written = False
        self.warnings: list[str] = []
        self._path = path
        self._options = options
        self._require_writable = require_writable

    def writes(self, files: Files, profile: str, notes: Notes) -> list[FileWrite]:
        """The files to write along with the change. A change goes ahead even if the log cannot be written."""
        try:
            known = files.read(self._path) or b""
            self._require_writable((posixpath.dirname(self._path), self._path))
        except MailError as error:
            self.warnings.append(
                f"This change cannot be rolled back, since the log of changes cannot be written: {error}"
            )
            return []
        content = self.continued(known, profile, notes, BYTES)
        return [] if content is None else [FileWrite(self._path, content)]

    def continued(self, known: bytes, profile: str, notes: Notes, limit: int) -> bytes | None:
        """The log with the change added, for the caller to write; None if it cannot be added.

        Args:
            known: the log so far.
            profile: the profile with the settings.
            notes: expresses the changes.
            limit: maximum size of all entries in bytes.
        """
        if known and not known.startswith(_START):
            self.warnings.append(
                f"This change cannot be rolled back: {self._path} is not a log of changes. Move it away."
            )
            return None
        entry = self._entry(profile, notes)
        if len(entry) > LARGEST:
            self.warnings.append(
                f"This change cannot be rolled back: with {len(entry)} bytes it is too large for the log of changes."
            )
            return None
        self.written = True
        return b"".join([*_kept(known, limit - len(entry)), entry])

    def _entry(self, profile: str, notes: Notes) -> bytes:
        entry = {
            FORMAT: VERSION,
            "run": self.run,
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "undoes": self.undoes,
            "profile": profile,
            "options": dict(self._options),
            "accounts": [_account(step, step.states, notes) for step in self.steps if step.states is not None],
        }
        return json.dumps(entry, separators=(",", ":")).encode("ascii") + b"\n"


def _account(step: ChangedAccount, states: tuple[t.Any, t.Any], notes: Notes) -> dict[str, t.Any]:
    noted = notes.noted(*states)
    ids = [notes.parts(view.ids) for view in (step.before, step.after) if view.account is not None]
    secrets = [change for change in step.changes if change.secret]
    hidden = [change.key for change in noted.changes if _is_secret(change)]
    return {
        **account_out(step.account),
        "status": step.status.value,
        "parts": list(dict.fromkeys(name for names in ids for name in names)),
        # Its name and whether there was one before and after, never the password.
        "passwords": [[one.key, one.before is not None, one.after is not None] for one in secrets],
        "purged": step.account.purge,
        "changes": [change[:3] for change in noted.changes if change.key not in hidden],
        "created": list(noted.created),
        "removed": list(noted.removed),
        "texts": {name: _SECRET_LINE.sub("", text) for name, text in noted.texts.items()},
        "hidden": hidden,
    }


def _is_secret(change: Change) -> bool:
    """Whether a setting may hold a secret, judged by its name. No supported client keeps one in its settings."""
    values = [value for value in (change.before, change.after) if isinstance(value, (str, bytes))]
    return any(value not in _NO_SECRETS for value in values) and _SECRET.search(change.key) is not None


def _kept(known: bytes, limit: int) -> list[bytes]:
    """The newest entries of a log that fit into the limit."""
    lines = [line for line in known.splitlines(keepends=True)[1 - ENTRIES :] if line.startswith(_START)]
    lines = [line if line.endswith(b"\n") else line + b"\n" for line in lines]
    for place in range(len(lines) - 1, -1, -1):
        limit -= len(lines[place])
        if limit < 0:
            return lines[place + 1 :]
    return lines
