# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files with the passwords of a profile."""

from __future__ import annotations

from ...._model.settings import Settings

KEY_DATABASE = "key4.db"
LOGINS, LOGINS_DATABASE = "logins.json", "logins.db"
FILES = (KEY_DATABASE, LOGINS, LOGINS_DATABASE)
LEFTOVERS = ("-journal", "-wal")  # created by SQLite beside the database
_USES_DATABASE = "signon.storage.rust.active"  # measured with 157; the version alone does not decide


def files_in_use(preferences: Settings) -> list[str]:
    """The names of the files of the password store, existing or not.

    Args:
        preferences: as Thunderbird sees them; one of them decides whether logins.db replaces logins.json.
    """
    return _files(in_database=preferences.get(_USES_DATABASE) is True)


def all_files() -> tuple[str, ...]:
    """The names of the files of both stores."""
    return tuple(dict.fromkeys((*_files(in_database=True), *_files(in_database=False))))


def _files(*, in_database: bool) -> list[str]:
    databases = [KEY_DATABASE, LOGINS_DATABASE] if in_database else [KEY_DATABASE]
    found = [name + leftover for name in databases for leftover in ("", *LEFTOVERS)]
    return found if in_database else [*found, LOGINS]
