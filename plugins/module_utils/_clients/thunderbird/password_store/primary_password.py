# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a primary password protects the keys of Thunderbird's passwords: then none can be read or stored."""

from __future__ import annotations

import typing as t

from ...._model.errors import PasswordStoreError
from . import libcrypto, nss_encryption

if t.TYPE_CHECKING:
    import sqlite3

PASSWORD_CHECK = b"password-check"


def key_without_primary_password(database: sqlite3.Connection, path: str) -> bytes | None:
    """The key of the empty primary password; None where NSS has not initialised the database yet."""
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    if (b"nssPrivate",) not in tables:
        raise ValueError("no table nssPrivate")
    if (b"metaData",) not in tables:  # NSS makes it together with the password
        return None
    row = database.execute("SELECT item1, item2 FROM metaData WHERE id = 'password'").fetchone()
    if row is None:
        return None
    key = nss_encryption.password_key(octets(row[0]), b"")
    if not _opens(key, octets(row[1])):
        raise PasswordStoreError(
            f"{path}: a primary password protects Thunderbird's stored passwords (or the file is damaged); nothing was "
            "changed. Leave the password out, so that Thunderbird asks for it, or have the user remove the primary "
            "password in Thunderbird's settings (Privacy & Security) and run again."
        )
    return key


def _opens(key: bytes, check: bytes) -> bool:
    try:
        return nss_encryption.decrypt(key, check) == PASSWORD_CHECK
    except libcrypto.PaddingError:
        return False


def octets(value: object) -> bytes:
    """A field of the database, which must be binary."""
    if not isinstance(value, bytes):
        raise ValueError("a field that is not binary")
    return value
