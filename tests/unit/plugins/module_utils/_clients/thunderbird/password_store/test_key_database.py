# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""key4.db: what NSS and Thunderbird wrote is opened, what we write has NSS's form, and damage is said in words."""

from __future__ import annotations

import contextlib
import os
import pathlib
import sqlite3
import stat
import typing as t

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store import (
    key_database,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.sdr import (
    KEY_ID,
    Cipher,
    SdrKeys,
)
from ansible_collections.charter.mail.plugins.module_utils._model.errors import (
    DamagedFileError,
    HostError,
    PasswordStoreError,
)
from ansible_collections.charter.mail.tests.unit.amount import examples

from .samples import key4

PATH = "/home/anna/.thunderbird/x.default/key4.db"
WITH_KEYS = {
    "thunderbird-153": [Cipher.AES],
    "aes": [Cipher.AES],
    "des3": [Cipher.DES3],
    "des3-and-aes": [Cipher.AES, Cipher.DES3],
    "primary-password-removed": [Cipher.AES],
    "older-form": [Cipher.DES3],
}
WITHOUT_KEYS = ["without-key", "uninitialised"]
FUZZ = settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def unlock(content: bytes, scratch: pathlib.Path) -> SdrKeys:
    keys = key_database.unlock(content, PATH, str(scratch))
    assert list(scratch.iterdir()) == []
    return keys


def ciphers(keys: SdrKeys) -> list[Cipher]:
    return [key.cipher for key in keys.keys]


def changed(content: bytes, scratch: pathlib.Path, *statements: str, values: t.Sequence[object] = ()) -> bytes:
    """The database after some SQL."""
    path = scratch / "changed.db"
    path.write_bytes(content)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement, values)
    result = path.read_bytes()
    for file in scratch.iterdir():
        file.unlink()
    return result


def contents(content: bytes, scratch: pathlib.Path) -> tuple[list[str], list[dict[str, t.Any]]]:
    """The names in metaData, and the objects without what is empty."""
    path = scratch / "contents.db"
    path.write_bytes(content)
    with contextlib.closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute("SELECT id FROM metaData ORDER BY id")]
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        database.row_factory = sqlite3.Row
        rows = [dict(row) for row in database.execute("SELECT * FROM nssPrivate ORDER BY rowid")]
    path.unlink()
    return names, [{column: value for column, value in row.items() if value is not None} for row in rows]


@pytest.mark.parametrize("name", WITH_KEYS)
def test_what_nss_made_is_opened(tmp_path: pathlib.Path, name: str) -> None:
    assert ciphers(unlock(key4(name), tmp_path)) == WITH_KEYS[name]


@pytest.mark.parametrize("name", WITHOUT_KEYS)
def test_a_database_may_have_no_key_yet(tmp_path: pathlib.Path, name: str) -> None:
    assert unlock(key4(name), tmp_path) == SdrKeys(())


@pytest.mark.parametrize("cipher", Cipher)
def test_a_new_database_is_opened(tmp_path: pathlib.Path, cipher: Cipher) -> None:
    content = key_database.create(str(tmp_path), cipher)
    assert list(tmp_path.iterdir()) == []
    keys = unlock(content, tmp_path)
    assert ciphers(keys) == [cipher]
    assert keys != unlock(key_database.create(str(tmp_path), cipher), tmp_path)


@pytest.mark.parametrize("cipher", Cipher)
@pytest.mark.parametrize("name", WITHOUT_KEYS)
def test_a_key_is_added_where_there_is_none(tmp_path: pathlib.Path, name: str, cipher: Cipher) -> None:
    content = key_database.with_key(key4(name), PATH, str(tmp_path), cipher)
    assert list(tmp_path.iterdir()) == []
    assert ciphers(unlock(content, tmp_path)) == [cipher]


@pytest.mark.parametrize(
    ("name", "cipher"), [("thunderbird-153", Cipher.AES), ("aes", Cipher.AES), ("des3", Cipher.DES3)]
)
def test_a_new_key_is_described_as_nss_does_it(tmp_path: pathlib.Path, name: str, cipher: Cipher) -> None:
    names, (theirs,) = contents(key4(name), tmp_path)
    our_names, (ours,) = contents(key_database.create(str(tmp_path), cipher), tmp_path)
    assert names == ["password", f"sig_key_{theirs['id']:08x}_00000011"]
    assert our_names == ["password", f"sig_key_{ours['id']:08x}_00000011"]
    assert 0 < ours["id"] < 0x40000000
    assert len(ours["a11"]) == len(theirs["a11"])
    for own in ("id", "a11"):
        del ours[own], theirs[own]
    assert ours == theirs


def test_the_tables_are_those_of_nss(tmp_path: pathlib.Path) -> None:
    def schema(content: bytes) -> list[tuple[str, str]]:
        path = tmp_path / "schema.db"
        path.write_bytes(content)
        with contextlib.closing(sqlite3.connect(path)) as database:
            return database.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()

    assert schema(key_database.create(str(tmp_path), Cipher.AES)) == schema(key4("thunderbird-153"))


def test_the_first_of_two_keys_for_one_cipher_counts(tmp_path: pathlib.Path) -> None:
    """As NSS picks it."""
    first = key4("aes")
    second = key_database.with_key(first, PATH, str(tmp_path), Cipher.AES)
    assert len(contents(second, tmp_path)[1]) == 2
    assert unlock(second, tmp_path) == unlock(first, tmp_path)


def test_objects_of_other_uses_are_no_keys(tmp_path: pathlib.Path) -> None:
    other = changed(key4("aes"), tmp_path, "UPDATE nssPrivate SET a102 = ?", values=(b"another use",))
    assert unlock(other, tmp_path) == SdrKeys(())
    content = key_database.with_key(other, PATH, str(tmp_path), Cipher.AES)
    assert ciphers(unlock(content, tmp_path)) == [Cipher.AES]
    assert len(contents(content, tmp_path)[1]) == 2


def test_a_database_with_a_write_ahead_log_is_opened(tmp_path: pathlib.Path) -> None:
    content = changed(key4("aes"), tmp_path, "PRAGMA journal_mode = WAL")
    assert content[18:20] == b"\2\2"
    assert unlock(content, tmp_path) == unlock(key4("aes"), tmp_path)


def test_a_signature_that_an_older_nss_misfiled_is_found(tmp_path: pathlib.Path) -> None:
    """NSS bug 1720226: after a password change, under the object's number with two more bits."""
    _names, (entry,) = contents(key4("des3"), tmp_path)
    misfiled = f"sig_key_{entry['id'] | 0xC0000000:08x}_00000011"
    content = changed(
        key4("des3"), tmp_path, "UPDATE metaData SET id = ? WHERE id LIKE 'sig_key_%'", values=(misfiled,)
    )
    assert unlock(content, tmp_path) == unlock(key4("des3"), tmp_path)


def test_a_primary_password_is_said_in_words(tmp_path: pathlib.Path) -> None:
    for attempt in (
        lambda: unlock(key4("primary-password"), tmp_path),
        lambda: key_database.with_key(key4("primary-password"), PATH, str(tmp_path), Cipher.AES),
    ):
        with pytest.raises(PasswordStoreError, match=f"^{PATH}: a primary password .* nothing was changed"):
            attempt()
    assert list(tmp_path.iterdir()) == []


DELETE_SIGNATURE = "DELETE FROM metaData WHERE id LIKE 'sig_key_%'"


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DROP TABLE nssPrivate", "no table nssPrivate"),
        ("DROP TABLE metaData", "keys, but no password"),
        ("DELETE FROM metaData WHERE id = 'password'", "keys, but no password"),
        ("UPDATE metaData SET item1 = NULL WHERE id = 'password'", "not binary"),
        ("UPDATE metaData SET item2 = 12 WHERE id = 'password'", "not binary"),
        ("UPDATE metaData SET item2 = x'30' WHERE id = 'password'", "cut off"),
        ("UPDATE nssPrivate SET a11 = NULL", "not binary"),
        ("UPDATE nssPrivate SET a11 = x'0400'", "an element of type"),
        (DELETE_SIGNATURE, "without the check value"),
        ("UPDATE metaData SET item1 = x'3000' WHERE id LIKE 'sig_key_%'", "cut off"),
        ("UPDATE nssPrivate SET id = 'text'", "as object"),
        ("ALTER TABLE nssPrivate RENAME COLUMN a11 TO b11", "no such column: a11"),
        ("ALTER TABLE metaData RENAME COLUMN item2 TO item3", "no such column: item2"),
    ],
)
def test_damage_is_said_in_words(tmp_path: pathlib.Path, statement: str, reason: str) -> None:
    content = changed(key4("aes"), tmp_path, statement)
    with pytest.raises(DamagedFileError, match=f"^{PATH}: it is not a usable key database .*{reason}"):
        unlock(content, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_key_of_another_length_is_damage(tmp_path: pathlib.Path) -> None:
    """The key of Triple DES under the type of AES."""
    content = changed(key4("des3"), tmp_path, "UPDATE nssPrivate SET a100 = ?", values=(b"\0\0\0\x1f",))
    with pytest.raises(DamagedFileError, match="a AES-256 key of 24 bytes"):
        unlock(content, tmp_path)


def test_a_key_of_an_unknown_type_is_no_key(tmp_path: pathlib.Path) -> None:
    content = changed(key4("des3"), tmp_path, "UPDATE nssPrivate SET a100 = ?", values=(b"\0\0\0\x40",))
    assert unlock(content, tmp_path) == SdrKeys(())


def test_a_form_of_the_future_is_not_called_damage(tmp_path: pathlib.Path) -> None:
    """Its remedy would cost the user all passwords."""
    content = changed(key4("aes"), tmp_path, "UPDATE metaData SET item2 = ? WHERE id = 'password'", values=(FUTURE,))
    with pytest.raises(PasswordStoreError, match=r"an unknown form \(encryption 1\.2\.3\)"):
        unlock(content, tmp_path)


FUTURE = bytes.fromhex("300a300606022a0330000400")


@pytest.mark.parametrize(
    "content", [b"", b"x", b"SQLite format 3\0", b"SQLite format 3\0" + bytes(4096), bytes(100_000)]
)
def test_what_is_no_database_is_said_in_words(tmp_path: pathlib.Path, content: bytes) -> None:
    for attempt in (
        lambda: unlock(content, tmp_path),
        lambda: key_database.with_key(content, PATH, str(tmp_path), Cipher.AES),
    ):
        with pytest.raises(DamagedFileError, match=f"^{PATH}: it is not a usable key database"):
            attempt()


@pytest.mark.parametrize("name", ["aes", "older-form"])
@given(cut=st.floats(0, 1))
@FUZZ
def test_a_cut_off_file_raises_nothing_else(tmp_path: pathlib.Path, name: str, cut: float) -> None:
    content = key4(name)
    with pytest.raises((DamagedFileError, PasswordStoreError)):
        unlock(content[: int(len(content) * cut * 0.8)], tmp_path)


@pytest.mark.parametrize("name", ["des3", "older-form"])
@given(data=st.data())
@FUZZ
def test_flipped_bytes_raise_nothing_else(tmp_path: pathlib.Path, name: str, data: st.DataObject) -> None:
    content = bytearray(key4(name))
    used = [i for i, octet in enumerate(content) if octet]
    for _change in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.sampled_from(used))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(DamagedFileError, PasswordStoreError):
        unlock(bytes(content), tmp_path)


@given(
    place=st.sampled_from(
        [
            "metaData SET item1 = ? WHERE id = 'password'",
            "metaData SET item2 = ? WHERE id = 'password'",
            "metaData SET item1 = ? WHERE id LIKE 'sig_key_%'",
            "nssPrivate SET a11 = ?",
            "nssPrivate SET a100 = ?",
            "nssPrivate SET id = ?",
        ]
    ),
    value=st.one_of(
        st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=9), st.binary(max_size=99)
    ),
)
@FUZZ
def test_other_values_raise_nothing_else(tmp_path: pathlib.Path, place: str, value: object) -> None:
    content = changed(key4("aes"), tmp_path, f"UPDATE {place}", values=(_storable(value),))
    with contextlib.suppress(DamagedFileError, PasswordStoreError):
        unlock(content, tmp_path)


def _storable(value: object) -> object:
    return value.encode("utf-8", "replace") if isinstance(value, str) else value


def test_text_that_is_not_utf8_raises_nothing_else(tmp_path: pathlib.Path) -> None:
    content = changed(key4("aes"), tmp_path, "UPDATE metaData SET item2 = CAST(x'fffe' AS TEXT)")
    with pytest.raises(DamagedFileError):
        unlock(content, tmp_path)


def test_the_working_copy_is_private(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    connect = sqlite3.connect

    def look(database: str, **options: t.Any) -> sqlite3.Connection:
        path = database[len("file:") :].split("?")[0]
        seen.extend(stat.S_IMODE(os.stat(p).st_mode) for p in (path, os.path.dirname(path)))
        return t.cast("sqlite3.Connection", connect(database, **options))

    monkeypatch.setattr(sqlite3, "connect", look)
    mask = os.umask(0)
    try:
        unlock(key4("aes"), tmp_path)
    finally:
        os.umask(mask)
    assert seen == [0o600, 0o700]


def test_a_scratch_directory_that_cannot_be_used_is_said_in_words(tmp_path: pathlib.Path) -> None:
    missing = str(tmp_path / "missing")
    with pytest.raises(HostError, match=f"^{missing}: key4.db cannot be copied there"):
        key_database.unlock(key4("aes"), PATH, missing)
    with pytest.raises(HostError, match=f"^{missing}: key4.db cannot be copied there"):
        key_database.create(missing, Cipher.AES)


def test_a_full_disk_is_said_in_words(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(database: str, **options: t.Any) -> sqlite3.Connection:
        connection = t.cast("sqlite3.Connection", connect(database, **options))
        connection.execute("PRAGMA max_page_count = 3")  # SQLite's own way to have no more room
        return connection

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", full)
    with pytest.raises(HostError, match=r"SQLite cannot write it .*full"):
        key_database.create(str(tmp_path), Cipher.AES)
    assert list(tmp_path.iterdir()) == []


def test_a_scratch_directory_of_any_name(tmp_path: pathlib.Path) -> None:
    scratch = tmp_path / "100% ?mode=x#é b"
    scratch.mkdir()
    assert ciphers(unlock(key_database.create(str(scratch), Cipher.AES), scratch)) == [Cipher.AES]


def test_a_python_without_sqlite_is_said_in_words(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_database, "_has_sqlite", False)
    with pytest.raises(PasswordStoreError, match=r"no module sqlite3; nothing was changed\. Install"):
        key_database.unlock(key4("aes"), PATH, str(tmp_path))
    with pytest.raises(PasswordStoreError, match="no module sqlite3"):
        key_database.create(str(tmp_path), Cipher.AES)
    assert list(tmp_path.iterdir()) == []


def test_the_key_is_found_by_its_id(tmp_path: pathlib.Path) -> None:
    _names, (entry,) = contents(key4("thunderbird-153"), tmp_path)
    assert entry["a102"] == KEY_ID
