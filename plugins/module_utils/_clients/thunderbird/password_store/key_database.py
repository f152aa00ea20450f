# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""key4.db: the SQLite database in which NSS keeps the encryption keys of Thunderbird's passwords.

Table ``metaData`` holds the row ``password`` (a salt, and a text encrypted with the primary password to verify it) and
the check values ``sig_key_<object>_<attribute>``. Each row of ``nssPrivate`` is a PKCS #11 object, each column an
attribute.
Source: NSS lib/softoken/sdb.c and sftkdb.c; rows as written by NSS 3.125 in Thunderbird 153.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import types
import typing as t
import urllib.parse

from ...._model.errors import DamagedFileError, HostError, PasswordStoreError
from . import libcrypto, nss_encryption, sdr
from .primary_password import PASSWORD_CHECK, key_without_primary_password, octets

# Imported now: later, the process has a user's rights, which may not allow reading Python's own files.
try:
    import sqlite3
except ImportError:  # some systems package it separately
    _has_sqlite = False
else:
    _has_sqlite = True

GLOBAL_SALT_BYTES = 20
VALUE = 0x11  # CKA_VALUE
LOGINS_KEY = b"as-logins-key"  # its CKA_LABEL, from Thunderbird 157

# The columns of NSS 3.125 in order (sftkdb_known_attributes). NSS adds missing columns and ignores others.
COLUMNS = (
    "id PRIMARY KEY UNIQUE ON CONFLICT ABORT, "
    "a0, a1, a2, a3, a4, a10, a11, a12, a80, a81, a82, a83, a84, a85, a86, a87, a88, a89, a8a, a8b, a8c, a90, a100, "
    "a101, a102, a103, a104, a105, a106, a107, a108, a109, a10a, a10b, a10c, a110, a111, a120, a121, a122, a123, a124, "
    "a125, a126, a127, a128, a129, a130, a131, a132, a133, a134, a160, a161, a162, a163, a164, a165, a166, a170, a171, "
    "a172, a180, a181, a200, a201, a202, a210, a40000211, a40000212, a40000213, a220, a221, a222, a223, a224, a225, "
    "a226, a227, a22e, a22f, a22a, a22b, a22c, a22d, a250, a251, a252, a300, a301, a302, a400, a401, a402, a403, a404, "
    "a405, a406, a480, a481, a482, a500, a501, a502, a503, a601, a602, a603, a604, a605, a606, a607, a608, a609, a60a, "
    "a60b, a60c, a60d, a60e, a60f, a610, a611, a612, a617, a618, a619, a61a, a61b, a61c, a61d, a61e, a61f, a620, a621, "
    "a622, a623, a624, a625, a626, a627, a629, a628, a62a, a62b, a62c, a62d, a62e, a62f, a630, a631, a632, a633, a634, "
    "a635, a636, a637, a80000001, ace534351, ace534352, ace534353, ace534354, ace534355, ace534356, ace534357, "
    "ace534358, ace534364, ace534365, ace534366, ace534367, ace534368, ace534369, ace534373, ace534374, ace536351, "
    "ace536352, ace536353, ace536354, ace536355, ace536356, ace536357, ace536358, ace536359, ace53635a, ace53635b, "
    "ace53635c, ace53635d, ace53635e, ace53635f, ace536360, ace5363b4, ace5363b5, ad5a0db00"
)
METADATA = "CREATE TABLE IF NOT EXISTS metaData (id PRIMARY KEY UNIQUE ON CONFLICT REPLACE, item1, item2)"
SCHEMA = (
    f"CREATE TABLE nssPrivate ({COLUMNS})",
    "CREATE INDEX issuer ON nssPrivate (a81)",
    "CREATE INDEX subject ON nssPrivate (a101)",
    "CREATE INDEX label ON nssPrivate (a3)",
    "CREATE INDEX ckaid ON nssPrivate (a102)",
    METADATA,
)

NULL = bytes.fromhex("A5005A")  # NSS's value for an attribute that is present and empty
YES, NO = b"\1", b"\0"

# Differences of the key of logins.db from one for PK11SDR_Encrypt: CKA_LABEL, CKA_ID, CKA_SIGN, CKA_ALWAYS_SENSITIVE.
_OF_LOGINS = types.MappingProxyType({"a3": LOGINS_KEY, "a102": NULL, "a108": NO, "a165": NO})


def unlock(content: bytes, path: str, scratch: str) -> sdr.SdrKeys:
    """Read the keys of a database without a primary password.

    Args:
        content: the whole file.
        path: the file's path, for messages.
        scratch: a private directory; files created there are removed again.

    Returns:
        The keys; none if the client has not created one yet.

    Raises:
        PasswordStoreError: a primary password is set, or the host lacks sqlite3 or a usable libcrypto.
        DamagedFileError: the file is not such a database, or a key in it cannot be read.
        HostError: the scratch directory cannot be written.
    """
    with working_copy(content, scratch) as copy, _reading(copy, path) as database:
        return _keys(database, key_without_primary_password(database, path))


def unlock_logins_key(content: bytes, path: str, scratch: str) -> bytes | None:
    """Read the key of logins.db, which NSS keeps with the others under its own name.

    Args:
        content: the whole file.
        path: the file's path, for messages.
        scratch: a private directory; files created there are removed again.

    Returns:
        32 bytes; None if the client has not created the key yet.

    Raises:
        PasswordStoreError: a primary password is set, or the host lacks sqlite3 or a usable libcrypto.
        DamagedFileError: the file is not such a database, or the key in it cannot be read.
        HostError: the scratch directory cannot be written.
    """
    with working_copy(content, scratch) as copy, _reading(copy, path) as database:
        password_key = key_without_primary_password(database, path)
        row = database.execute("SELECT id, a11 FROM nssPrivate WHERE a3 = ? ORDER BY rowid", (LOGINS_KEY,)).fetchone()
        if password_key is None or row is None:
            return None
        return _value(database, password_key, row[0], octets(row[1]), libcrypto.AES_256_CBC)


def create(scratch: str, cipher: sdr.Cipher) -> bytes:
    """Create a database with an empty primary password and one key.

    Args:
        scratch: a private directory; files created there are removed again.
        cipher: the key's cipher: AES with Thunderbird 144 and later, DES3 with older versions.

    Returns:
        The whole file.

    Raises:
        PasswordStoreError: the host lacks sqlite3 or a usable libcrypto.
        HostError: the scratch directory cannot be written.
    """
    with working_copy(b"", scratch) as copy:
        with writing(copy) as database:
            for statement in SCHEMA:
                database.execute(statement)
            _add_key(database, _set_password(database), cipher)
        return content_of(copy)


def with_key(content: bytes, path: str, scratch: str, cipher: sdr.Cipher) -> bytes:
    """Add a key to a database without one; an uninitialised database gets an empty primary password.

    Returns:
        The whole new file.

    Raises:
        PasswordStoreError: a primary password is set, or the host lacks sqlite3 or a usable libcrypto.
        DamagedFileError: the file is not such a database.
        HostError: the scratch directory cannot be written.
    """
    with working_copy(content, scratch) as copy:
        with _reading(copy, path) as database:
            password_key = key_without_primary_password(database, path)
        with writing(copy) as database:
            _add_key(database, password_key or _set_password(database), cipher)
        return content_of(copy)


def with_logins_key(content: bytes | None, path: str, scratch: str) -> bytes:
    """Add the key of logins.db, as Thunderbird 157 does when it first stores a password.

    Args:
        content: the whole file, without such a key; None if there is no file.
        path: the file's path, for messages.
        scratch: a private directory; files created there are removed again.

    Returns:
        The whole new file.

    Raises:
        PasswordStoreError: a primary password is set, or the host lacks sqlite3 or a usable libcrypto.
        DamagedFileError: the file is not such a database.
        HostError: the scratch directory cannot be written.
    """
    if content is None:
        content = create(scratch, sdr.Cipher.AES)
    with working_copy(content, scratch) as copy:
        with _reading(copy, path) as database:
            password_key = key_without_primary_password(database, path)
        with writing(copy) as database:
            _add_key(database, password_key or _set_password(database), sdr.Cipher.AES, _OF_LOGINS)
        return content_of(copy)


def _keys(database: sqlite3.Connection, password_key: bytes | None) -> sdr.SdrKeys:
    """The first key for each cipher, as NSS selects it."""
    query = "SELECT id, a100, a11 FROM nssPrivate WHERE a102 = ? ORDER BY rowid"
    rows = database.execute(query, (sdr.KEY_ID,)).fetchall()
    if password_key is None:
        if rows:
            raise ValueError("keys, but no password row")
        return sdr.SdrKeys(())
    firsts = ((cipher, [row for row in rows if row[1] == _ulong(cipher.key_type)][:1]) for cipher in sdr.Cipher)
    return sdr.SdrKeys(tuple(_key(database, password_key, cipher, row) for cipher, first in firsts for row in first))


def _key(database: sqlite3.Connection, password_key: bytes, cipher: sdr.Cipher, row: tuple[object, ...]) -> sdr.SdrKey:
    return sdr.SdrKey(cipher, _value(database, password_key, row[0], octets(row[2]), cipher.block))


def _value(
    database: sqlite3.Connection, password_key: bytes, number: object, sealed: bytes, cipher: libcrypto.BlockCipher
) -> bytes:
    """The value of a key, which agrees with its check value."""
    value = nss_encryption.decrypt(password_key, sealed)
    if len(value) != cipher.key_bytes or not isinstance(number, int):
        raise ValueError(f"a {cipher.name} key of {len(value)} bytes as object {number!r}")
    if nss_encryption.wants_signature(sealed):
        # NSS before 3.69 misfiled the signature when a primary password was changed (its bug 1720226).
        names = (_signature_name(number), _signature_name(number | 0xC0000000))
        rows = database.execute("SELECT item1 FROM metaData WHERE id IN (?, ?)", names).fetchall()
        if not any(nss_encryption.agrees(password_key, VALUE, value, octets(item)) for (item,) in rows):
            raise ValueError("a key without the check value that NSS wants")
    return value


def _set_password(database: sqlite3.Connection) -> bytes:
    """Initialise with an empty primary password, as the client does at its first start."""
    database.execute(METADATA)
    salt = secrets.token_bytes(GLOBAL_SALT_BYTES)
    key = nss_encryption.password_key(salt, b"")
    database.execute(
        "INSERT INTO metaData VALUES ('password', ?, ?)", (salt, nss_encryption.encrypt(key, PASSWORD_CHECK))
    )
    return key


def _add_key(
    database: sqlite3.Connection,
    password_key: bytes,
    cipher: sdr.Cipher,
    differing: t.Mapping[str, bytes] | None = None,
) -> None:
    key = sdr.SdrKey.generate(cipher)
    number = secrets.randbelow(0x3FFFFFFF) + 1  # NSS has 30 bits for it; the table would refuse one that is taken
    attributes = {**_attributes(cipher, nss_encryption.encrypt(password_key, key.value)), **(differing or {})}
    columns, places = ", ".join(attributes), ", ".join("?" * len(attributes))
    database.execute(f"INSERT INTO nssPrivate (id, {columns}) VALUES (?, {places})", (number, *attributes.values()))
    signature = nss_encryption.sign(password_key, VALUE, key.value)
    database.execute("INSERT INTO metaData (id, item1) VALUES (?, ?)", (_signature_name(number), signature))


def _attributes(cipher: sdr.Cipher, sealed: bytes) -> t.Mapping[str, bytes]:
    """The columns of a new key, by PKCS #11 number (pkcs11t.h), as NSS fills them for PK11SDR_Encrypt."""
    length = {"a161": _ulong(cipher.block.key_bytes)} if cipher is sdr.Cipher.AES else {}  # CKA_VALUE_LEN
    return {
        "a0": _ulong(4),  # CKA_CLASS: CKO_SECRET_KEY
        "a1": YES,  # CKA_TOKEN
        "a2": YES,  # CKA_PRIVATE
        "a3": NULL,  # CKA_LABEL
        "a11": sealed,  # CKA_VALUE
        "a100": _ulong(cipher.key_type),  # CKA_KEY_TYPE
        "a102": sdr.KEY_ID,  # CKA_ID
        "a103": NO,  # CKA_SENSITIVE
        "a104": YES,  # CKA_ENCRYPT
        "a105": YES,  # CKA_DECRYPT
        "a106": YES,  # CKA_WRAP
        "a107": YES,  # CKA_UNWRAP
        "a108": YES,  # CKA_SIGN
        "a10a": NO,  # CKA_VERIFY
        "a110": NULL,  # CKA_START_DATE
        "a111": NULL,  # CKA_END_DATE
        **length,
        "a162": YES,  # CKA_EXTRACTABLE
        "a163": NO,  # CKA_LOCAL
        "a164": NO,  # CKA_NEVER_EXTRACTABLE
        "a165": YES,  # CKA_ALWAYS_SENSITIVE
        "a170": YES,  # CKA_MODIFIABLE
    }


def _signature_name(number: int) -> str:
    return f"sig_key_{number:08x}_{VALUE:08x}"


def _ulong(number: int) -> bytes:
    return number.to_bytes(4, "big")


@contextlib.contextmanager
def working_copy(content: bytes, scratch: str, name: str = "key4.db") -> t.Iterator[str]:
    """A private file with this content for SQLite; Python before 3.11 cannot pass bytes to SQLite.

    Raises:
        HostError: it cannot be written to ``scratch``, a private directory.
    """
    try:
        with tempfile.TemporaryDirectory(dir=scratch) as directory:
            path = os.path.join(directory, name)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
            yield path
    except OSError as error:
        raise HostError(
            scratch,
            f"{name} cannot be copied there ({error.strerror})",
            "free space or correct the permissions, and run again",
        ) from error


def content_of(path: str) -> bytes:
    """The whole content of the working copy."""
    with open(path, "rb") as file:
        return file.read()


@contextlib.contextmanager
def _reading(copy: str, path: str) -> t.Iterator[sqlite3.Connection]:
    """Open the database read-only; any fault in it is a DamagedFileError of the original file."""
    sqlite_module = sqlite()
    try:
        with contextlib.closing(connect(copy, "?mode=ro&immutable=1")) as database:
            yield database
    except nss_encryption.UnknownFormError as error:
        raise PasswordStoreError(
            f"{path}: Thunderbird's stored passwords are in an unknown form ({error}); nothing was "
            "changed. Leave the password out, so that Thunderbird asks for it, and report this."
        ) from None
    except (sqlite_module.Error, ValueError) as error:
        raise DamagedFileError(
            path,
            None,
            f"it is not a usable key database of Thunderbird ({error})",
            "restore it and logins.json from a backup, or move both away (all stored passwords are lost then), "
            "and run again",
        ) from None


@contextlib.contextmanager
def writing(copy: str) -> t.Iterator[sqlite3.Connection]:
    """Open the database for changes in one transaction, which need not survive a crash; raises HostError."""
    sqlite_module = sqlite()
    try:
        with contextlib.closing(connect(copy, "?mode=rw")) as database:
            database.execute("PRAGMA synchronous = OFF")
            database.execute("BEGIN")
            yield database
            database.execute("COMMIT")
    except sqlite_module.Error as error:
        raise HostError(copy, f"SQLite cannot write it ({error})", "free space there and run again") from None


def connect(copy: str, options: str) -> sqlite3.Connection:
    """Open a working copy; texts are returned as bytes.

    Args:
        copy: the file.
        options: SQLite URI options, such as ``?mode=rw``.

    Raises:
        PasswordStoreError: the host's Python has no sqlite3.
    """
    database: sqlite3.Connection = sqlite().connect(
        f"file:{urllib.parse.quote(copy)}{options}", uri=True, isolation_level=None
    )
    database.text_factory = bytes  # so that no text of a damaged database fails to decode
    return database


def sqlite() -> types.ModuleType:
    """Python's sqlite3.

    Raises:
        PasswordStoreError: the host's Python has no sqlite3.
    """
    if not _has_sqlite:
        raise PasswordStoreError(
            "Thunderbird's password store is an SQLite database, but this machine's Python has no module sqlite3; "
            "nothing was changed. Install Python's complete standard library, or leave the password out."
        )
    return sqlite3
