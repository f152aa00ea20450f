# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""logins.db: the SQLite database with user names and passwords of Thunderbird 157 and later.

Table ``loginsL`` has the logins stored locally, and ``loginsM`` mirrors a Sync server: a row of it counts unless it is
marked as overridden by the row of ``loginsL`` with the same ``guid``. Times are in milliseconds since 1970. Everything
else is kept.
Source: application-services, components/logins (schema.rs, db.rs); rows as written by Thunderbird 157.
"""

from __future__ import annotations

import typing as t
import uuid

from ...._model.errors import DamagedFileError
from . import key_database

_COLUMNS = (
    "guid, origin, httpRealm, formActionOrigin, usernameField, passwordField, timesUsed, timeCreated, timeLastUsed, "
    "timePasswordChanged, secFields"
)
# Thunderbird looks for an origin that is also the realm. NULL, as in a tombstone, equals nothing.
_SEALED = "httpRealm = origin AND typeof(secFields) = 'text' ORDER BY id"
_READ = (
    f"SELECT guid, origin, secFields FROM loginsL WHERE is_deleted = 0 AND {_SEALED}",
    f"SELECT guid, origin, secFields FROM loginsM WHERE is_overridden = 0 AND {_SEALED}",
)
_OVERRIDE = (
    # A login only in the mirror needs a local row to differ from it; 0 means "as on the server".
    (
        f"INSERT OR IGNORE INTO loginsL ({_COLUMNS}, local_modified, is_deleted, sync_status) "
        f"SELECT {_COLUMNS}, NULL, 0, 0 FROM loginsM WHERE guid = :guid"
    ),
    "UPDATE loginsM SET is_overridden = 1 WHERE guid = :guid",
)
_ADD = (
    (
        f"INSERT INTO loginsL ({_COLUMNS}, local_modified, is_deleted, sync_status) "
        "VALUES (:guid, :origin, :origin, NULL, '', '', 1, :now, :now, :now, :sealed, :now, 0, 2)"
    ),  # 2: never synced
)
_CHANGE = (
    *_OVERRIDE,
    "UPDATE loginsL SET timePasswordChanged = :now WHERE guid = :guid AND secFields <> :sealed",
    (
        "UPDATE loginsL SET origin = :origin, httpRealm = :origin, secFields = :sealed, local_modified = :now, "
        "sync_status = max(sync_status, 1) WHERE guid = :guid"
    ),
)
_REMOVE = (
    *_OVERRIDE,
    "DELETE FROM loginsL WHERE guid = :guid AND sync_status = 2",
    # A Sync server knows the others: a tombstone remains.
    (
        "UPDATE loginsL SET local_modified = :now, sync_status = 1, is_deleted = 1, secFields = '', origin = '', "
        "httpRealm = NULL, formActionOrigin = NULL WHERE guid = :guid"
    ),
)


class Row(t.NamedTuple):
    """A login, still encrypted.

    Attributes:
        guid: its id in the database.
        origin: ``imap://HOST``, ``mailbox://HOST`` (POP3) or ``smtp://HOST``, without a port.
        sealed: user name and password (``encrypted_login``).
    """

    guid: str
    origin: str
    sealed: str

    @classmethod
    def new(cls, origin: str, sealed: str) -> Row:
        """A login with a new id."""
        return cls(f"{{{uuid.uuid4()}}}", origin, sealed)


def rows(content: bytes, path: str, scratch: str) -> tuple[Row, ...]:
    """The logins that Thunderbird considers for servers.

    Args:
        content: the whole file.
        path: the file's path, for messages.
        scratch: a private directory; files created there are removed again.

    Raises:
        PasswordStoreError: the host's Python has no sqlite3.
        DamagedFileError: the file is not such a database.
        HostError: the scratch directory cannot be written.
    """
    sqlite = key_database.sqlite()
    with key_database.working_copy(content, scratch, "logins.db") as copy:
        try:
            database = key_database.connect(copy, "?mode=ro&immutable=1")
            try:
                return tuple(Row(*map(_text, row)) for query in _READ for row in database.execute(query))
            finally:
                database.close()
        except (sqlite.Error, ValueError) as error:
            raise DamagedFileError(
                path,
                None,
                f"it is not a usable login database of Thunderbird ({error})",
                "restore it from a backup, or move it away (all stored passwords are lost then), and run again",
            ) from None


def changed(content: bytes, scratch: str, before: t.Mapping[str, Row], after: t.Mapping[str, Row], now: int) -> bytes:
    """The whole file with changed logins.

    Args:
        content: the whole file before.
        scratch: as for ``rows``.
        before: the logins in it, by guid.
        after: the logins to store in it.
        now: the time in milliseconds since 1970.

    Raises:
        PasswordStoreError: the host's Python has no sqlite3.
        HostError: the scratch directory cannot be written.
    """
    with key_database.working_copy(content, scratch, "logins.db") as copy:
        with key_database.writing(copy) as database:
            database.execute("PRAGMA secure_delete = ON")
            for guid in {**before, **after}:
                old, new = before.get(guid), after.get(guid)
                if old == new:
                    continue
                row = new or old
                statements = _REMOVE if new is None else _ADD if old is None else _CHANGE
                for statement in statements:
                    database.execute(statement, {**(row._asdict() if row else {}), "now": now})
        return key_database.content_of(copy)


def _text(value: object) -> str:
    if not isinstance(value, bytes):
        raise ValueError("a field that is not a text")
    return value.decode("utf-8", "replace")  # invalid text cannot be our login and must not stop the run
