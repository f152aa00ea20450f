# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The passwords in logins.db: what is stored, what changes, and what a change must never touch."""

from __future__ import annotations

import base64
import pathlib
import sqlite3
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store import (
    aes_gcm,
    encrypted_login,
    key_database,
    libcrypto,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.database_store import (
    DatabasePasswordStore,
)
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError, PasswordStoreError
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret

from .samples import IMAP, PASSWORD, SMTP, USER, key4, logins_db

KEY4 = "/home/anna/.thunderbird/x.default/key4.db"
LOGINS = "/home/anna/.thunderbird/x.default/logins.db"
NOW = 1795390000000
NEW = "imap://new.example.com"
SECOND = 'a second pässword " \\ 😀'


@pytest.fixture
def scratch(tmp_path: pathlib.Path) -> t.Iterator[str]:
    folder = tmp_path / "scratch"
    folder.mkdir()
    yield str(folder)
    assert list(folder.iterdir()) == []


def store(scratch: str, keys: bytes | None = None, logins: bytes | None = None) -> DatabasePasswordStore:
    keys, logins = keys or key4("thunderbird-157"), logins or logins_db()
    return DatabasePasswordStore.open(keys, KEY4, logins, LOGINS, scratch=scratch, now=NOW)


def written(before: DatabasePasswordStore, after: DatabasePasswordStore) -> bytes:
    (file,) = after.files_since(before)
    assert file.path == LOGINS
    return file.content


def with_sql(content: bytes, folder: pathlib.Path, *statements: str) -> bytes:
    path = folder / "changed.db"
    path.write_bytes(content)
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()
    return path.read_bytes()


def table(content: bytes, folder: pathlib.Path, query: str) -> list[dict[str, t.Any]]:
    path = folder / "read.db"
    path.write_bytes(content)
    database = sqlite3.connect(path)
    database.row_factory = sqlite3.Row
    try:
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return [dict(row) for row in database.execute(query)]
    finally:
        database.close()


LOCAL = "SELECT * FROM loginsL ORDER BY id"
TO_MIRROR = (
    (
        "INSERT INTO loginsM (origin, httpRealm, timesUsed, timeCreated, timePasswordChanged, secFields, guid, "
        "server_modified) SELECT origin, httpRealm, 7, timeCreated, timePasswordChanged, secFields, guid, 1 "
        "FROM loginsL"
    ),
    "DELETE FROM loginsL",
)


def test_what_thunderbird_stored_is_read(scratch: str) -> None:
    found = store(scratch)
    assert [found.stored(origin, USER) for origin in (IMAP, SMTP)] == [Secret(PASSWORD)] * 2
    assert found.stored(IMAP, "anna") is None
    assert found.stored(NEW, USER) is None


def test_what_is_there_already_changes_nothing(scratch: str) -> None:
    before = store(scratch)
    assert before.with_login(IMAP, USER, Secret(PASSWORD)) is before
    assert before.without_login(IMAP, "anna") is before
    assert before.with_moved_login(NEW, IMAP, USER) is before
    assert before.with_moved_login(IMAP, IMAP, USER) is before
    assert before.files_since(before) == ()


def test_a_new_login_is_a_row_as_thunderbird_makes_it(scratch: str, tmp_path: pathlib.Path) -> None:
    before = store(scratch)
    content = written(before, before.with_login(NEW, "anna", Secret(SECOND)))
    again = store(scratch, logins=content)
    assert again.stored(NEW, "anna") == Secret(SECOND)
    assert again.stored(IMAP, USER) == Secret(PASSWORD)
    first, second, added = table(content, tmp_path, LOCAL)
    assert [first, second] == table(logins_db(), tmp_path, LOCAL)
    own = {"id", "guid", "secFields", "origin", "httpRealm"}
    times = {"timeCreated", "timeLastUsed", "timePasswordChanged", "local_modified"}
    assert {name: added[name] for name in set(first) - own - times} == {
        name: first[name] for name in set(first) - own - times
    }
    assert {added[name] for name in times} == {NOW}
    assert (added["origin"], added["httpRealm"], len(added["guid"])) == (NEW, NEW, 38)
    assert added["secFields"].split(".")[:2] == first["secFields"].split(".")[:2]


def test_a_changed_password_changes_its_row_only(scratch: str, tmp_path: pathlib.Path) -> None:
    before = store(scratch)
    content = written(before, before.with_login(IMAP, USER, Secret(SECOND)))
    assert store(scratch, logins=content).stored(IMAP, USER) == Secret(SECOND)
    old, new = table(logins_db(), tmp_path, LOCAL), table(content, tmp_path, LOCAL)
    assert new[1:] == old[1:]
    changed = {name for name in new[0] if new[0][name] != old[0][name]}
    assert changed == {"secFields", "local_modified", "timePasswordChanged"}


def test_a_moved_login_keeps_its_password(scratch: str, tmp_path: pathlib.Path) -> None:
    before = store(scratch)
    content = written(before, before.with_moved_login(IMAP, NEW, USER))
    again = store(scratch, logins=content)
    assert [again.stored(origin, USER) for origin in (IMAP, NEW)] == [None, Secret(PASSWORD)]
    old, new = table(logins_db(), tmp_path, LOCAL), table(content, tmp_path, LOCAL)
    changed = {name for name in new[0] if new[0][name] != old[0][name]}
    assert changed == {"origin", "httpRealm", "local_modified"}


def test_a_login_that_is_there_already_wins_over_a_moved_one(scratch: str) -> None:
    before = store(scratch).with_login(NEW, USER, Secret(SECOND))
    after = before.with_moved_login(IMAP, NEW, USER)
    assert [after.stored(origin, USER) for origin in (IMAP, NEW)] == [None, Secret(SECOND)]


def test_a_removed_login_leaves_nothing_of_its_password(scratch: str, tmp_path: pathlib.Path) -> None:
    before = store(scratch)
    content = written(before, before.without_login(IMAP, USER))
    old = table(logins_db(), tmp_path, LOCAL)
    assert table(content, tmp_path, LOCAL) == old[1:]
    assert old[0]["secFields"].encode() in logins_db()
    assert old[0]["secFields"].encode() not in content
    assert store(scratch, logins=content).stored(SMTP, USER) == Secret(PASSWORD)


def test_of_a_login_that_a_sync_server_knows_a_tombstone_stays(scratch: str, tmp_path: pathlib.Path) -> None:
    before = store(scratch, logins=with_sql(logins_db(), tmp_path, "UPDATE loginsL SET sync_status = 0"))
    content = written(before, before.without_login(IMAP, USER))
    tombstone, other = table(content, tmp_path, LOCAL)
    wanted = {"is_deleted": 1, "sync_status": 1, "secFields": "", "origin": "", "httpRealm": None}
    assert {name: tombstone[name] for name in wanted} == wanted
    assert other["sync_status"] == 0
    assert store(scratch, logins=content).stored(IMAP, USER) is None


def test_what_only_the_mirror_has_counts_and_is_overridden(scratch: str, tmp_path: pathlib.Path) -> None:
    mirrored = with_sql(logins_db(), tmp_path, *TO_MIRROR)
    before = store(scratch, logins=mirrored)
    assert before.stored(IMAP, USER) == Secret(PASSWORD)
    content = written(before, before.with_login(IMAP, USER, Secret(SECOND)))
    (local,) = table(content, tmp_path, LOCAL)
    assert (local["sync_status"], local["timesUsed"], local["origin"]) == (1, 7, IMAP)
    mirror = table(content, tmp_path, "SELECT * FROM loginsM ORDER BY id")
    assert [row["is_overridden"] for row in mirror] == [1, 0]
    again = store(scratch, logins=content)
    assert [again.stored(origin, USER) for origin in (IMAP, SMTP)] == [Secret(SECOND), Secret(PASSWORD)]
    removed = store(scratch, logins=written(before, before.without_login(IMAP, USER)))
    assert [removed.stored(origin, USER) for origin in (IMAP, SMTP)] == [None, Secret(PASSWORD)]


def test_what_is_not_ours_stays(scratch: str, tmp_path: pathlib.Path) -> None:
    foreign = with_sql(
        logins_db(),
        tmp_path,
        "CREATE TABLE later (value)",
        "INSERT INTO later VALUES ('kept')",
        "ALTER TABLE loginsL ADD COLUMN later TEXT",
        "UPDATE loginsL SET later = 'kept', timesUsed = 9",
        "INSERT INTO breachesL (encryptedPassword) VALUES ('kept')",
        "PRAGMA user_version = 6",
    )
    before = store(scratch, logins=foreign)
    content = written(before, before.with_login(IMAP, USER, Secret(SECOND)).with_login(NEW, "anna", Secret(SECOND)))
    for query in (
        "SELECT * FROM later",
        "SELECT * FROM breachesL",
        "PRAGMA user_version",
        "SELECT * FROM sqlite_master",
    ):
        assert table(content, tmp_path, query) == table(foreign, tmp_path, query)
    assert [(row["later"], row["timesUsed"]) for row in table(content, tmp_path, LOCAL)] == [
        ("kept", 9),
        ("kept", 9),
        (None, 1),
    ]


def test_a_database_with_a_log_is_written_whole(scratch: str, tmp_path: pathlib.Path) -> None:
    """Journal mode WAL stays; the content comes back as one file."""
    before = store(scratch, logins=with_sql(logins_db(), tmp_path, "PRAGMA journal_mode = WAL"))
    content = written(before, before.with_login(IMAP, USER, Secret(SECOND)))
    assert content[18:20] == b"\2\2"
    assert store(scratch, logins=content).stored(IMAP, USER) == Secret(SECOND)


@pytest.mark.parametrize("value", ["NULL", "x'ff'", "CAST(x'ff' AS TEXT)"])
def test_an_entry_that_is_no_text_stops_nothing(scratch: str, tmp_path: pathlib.Path, value: str) -> None:
    damaged = with_sql(logins_db(), tmp_path, f"UPDATE loginsL SET secFields = {value} WHERE id = 1")
    found = store(scratch, logins=damaged)
    assert [found.stored(origin, USER) for origin in (IMAP, SMTP)] == [None, Secret(PASSWORD)]


def test_an_entry_that_cannot_be_unsealed_is_nobodys(scratch: str, tmp_path: pathlib.Path) -> None:
    damaged = with_sql(logins_db(), tmp_path, "UPDATE loginsL SET secFields = 'x' || secFields WHERE id = 1")
    before = store(scratch, logins=damaged)
    assert before.stored(IMAP, USER) is None
    content = written(before, before.with_login(IMAP, USER, Secret(SECOND)))
    assert table(content, tmp_path, LOCAL)[:2] == table(damaged, tmp_path, LOCAL)
    assert store(scratch, logins=content).stored(IMAP, USER) == Secret(SECOND)


def test_a_primary_password_is_told(scratch: str) -> None:
    found = store(scratch, keys=key4("primary-password"))
    assert found.stored(NEW, USER) is None
    for action in (lambda: found.stored(IMAP, USER), lambda: found.with_login(NEW, USER, Secret(PASSWORD))):
        with pytest.raises(PasswordStoreError, match="primary password"):
            action()


@pytest.mark.parametrize("name", ["aes", "without-key", "uninitialised"])
def test_no_key_is_told(scratch: str, name: str) -> None:
    with pytest.raises(PasswordStoreError, match="Restore both files"):
        store(scratch, keys=key4(name)).with_login(NEW, USER, Secret(PASSWORD))


@pytest.mark.parametrize("name", ["aes", "without-key", "uninitialised", None])
def test_the_first_login_makes_the_key_as_thunderbird_does(
    scratch: str, tmp_path: pathlib.Path, name: str | None
) -> None:
    """A profile in which 157 was started and no password was ever stored."""
    keys, empty = None if name is None else key4(name), with_sql(logins_db(), tmp_path, "DELETE FROM loginsL")
    before = DatabasePasswordStore.open(keys, KEY4, empty, LOGINS, scratch=scratch, now=NOW)
    assert before.stored(IMAP, USER) is None
    assert before.without_login(IMAP, USER) is before.with_moved_login(IMAP, NEW, USER) is before
    after = before.with_login(IMAP, USER, Secret(PASSWORD)).with_login(SMTP, USER, Secret(SECOND))
    made, logins = after.files_since(before)
    assert (made.path, logins.path) == (KEY4, LOGINS)  # the key first
    again = store(scratch, keys=made.content, logins=logins.content)
    assert [again.stored(origin, USER) for origin in (IMAP, SMTP)] == [Secret(PASSWORD), Secret(SECOND)]
    assert again.with_login(IMAP, USER, Secret(SECOND)).files_since(again)[0].path == LOGINS

    key = "SELECT * FROM nssPrivate WHERE a3 = CAST('as-logins-key' AS BLOB)"
    ((ours,), (theirs,)) = (table(content, tmp_path, key) for content in (made.content, key4("thunderbird-157")))
    assert {column for column in theirs if ours.get(column) != theirs[column]} == {"id", "a11"}
    if keys is not None and name == "aes":
        others = "SELECT * FROM nssPrivate WHERE a102 = x'f8000000000000000000000000000001'"
        assert table(made.content, tmp_path, others) == table(keys, tmp_path, others)


def test_no_files_are_told(scratch: str) -> None:
    missing = DatabasePasswordStore.open(key4("thunderbird-157"), KEY4, None, LOGINS, scratch=scratch, now=NOW)
    assert (missing.stored(IMAP, USER), missing.without_login(IMAP, USER)) == (None, missing)
    with pytest.raises(PasswordStoreError, match=r"logins\.db: .* no such file"):
        missing.with_login(IMAP, USER, Secret(PASSWORD))
    found = DatabasePasswordStore.open(None, KEY4, logins_db(), LOGINS, scratch=scratch, now=NOW)
    with pytest.raises(PasswordStoreError, match=r"key4\.db: the key"):
        found.stored(IMAP, USER)


def test_what_is_no_such_database_is_told(scratch: str, tmp_path: pathlib.Path) -> None:
    for content in (b"no database", key4("aes"), with_sql(logins_db(), tmp_path, "DROP TABLE loginsM")):
        with pytest.raises(DamagedFileError, match=r"logins\.db"):
            store(scratch, logins=content)


def test_no_sqlite_and_no_libcrypto_are_told(scratch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = store(scratch)
    with monkeypatch.context() as patch:
        patch.setattr(key_database, "_has_sqlite", False)
        with pytest.raises(PasswordStoreError, match="no module sqlite3"):
            store(scratch)
    monkeypatch.setattr(libcrypto, "SONAMES", ())
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    with pytest.raises(PasswordStoreError, match="libcrypto"):
        found.stored(IMAP, USER)


@pytest.mark.parametrize("password", ["", "a\0b", "\ud800"])
def test_what_thunderbird_does_not_store_is_refused(scratch: str, password: str) -> None:
    with pytest.raises(PasswordStoreError, match="Thunderbird stores no"):
        store(scratch).with_login(IMAP, USER, Secret(password))


def test_passwords_are_in_no_representation(scratch: str) -> None:
    found = store(scratch)
    after = found.with_login(IMAP, USER, Secret(SECOND))
    assert (found.stored(IMAP, USER), after.stored(IMAP, USER)) == (Secret(PASSWORD), Secret(SECOND))
    assert "ssword" not in repr((found, after)).replace("PasswordStore", "")


KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text + ".x", "too many values"),
        (lambda text: text.replace("..", ".x.", 1), "encrypted in an unknown way"),
        (lambda text: "eyJhbGciOiJkaXIifQ" + text[text.index(".") :], "encrypted in an unknown way"),
        (lambda text: text[:-1] + "*", ""),
        (lambda text: text.replace("..", "..A", 1), ""),
        (lambda text: "", "not enough values"),
    ],
)
def test_another_form_is_no_login(change: t.Callable[[str], str], reason: str) -> None:
    text = encrypted_login.encrypt(KEY, USER, PASSWORD)
    assert encrypted_login.decrypt(KEY, text) == (USER, PASSWORD)
    with pytest.raises(ValueError, match=reason or "."):
        encrypted_login.decrypt(KEY, change(text))


@pytest.mark.parametrize("plain", [b"[]", b'{"u":"anna"}', b'{"u":"anna","p":1}'])
def test_what_holds_no_user_name_and_password_is_no_login(plain: bytes) -> None:
    header = encrypted_login.encrypt(KEY, USER, PASSWORD).partition(".")[0]
    sealed, tag = aes_gcm.encrypt(KEY, bytes(12), plain, header.encode())
    parts = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (bytes(12), sealed, tag)]
    with pytest.raises(ValueError, match="no user name and password"):
        encrypted_login.decrypt(KEY, ".".join((header, "", *parts)))
