# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thunderbird's stored passwords: what is stored, what changes, and what a change must never touch."""

from __future__ import annotations

import base64
import json
import pathlib
import typing as t

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store import (
    key_database,
    libcrypto,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.json_store import (
    NssPasswordStore,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.sdr import (
    Cipher,
)
from ansible_collections.charter.mail.plugins.module_utils._formats import der
from ansible_collections.charter.mail.plugins.module_utils._host.file_write import FileWrite
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError, PasswordStoreError
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.tests.unit.amount import examples

from .samples import IMAP, PASSWORD, POP3, SMTP, USER, key4, logins

KEY4 = "/home/anna/.thunderbird/x.default/key4.db"
LOGINS = "/home/anna/.thunderbird/x.default/logins.json"
NOW = 1795380000000
NEW = "imap://new.example.com"
ALL = ["aes", "des3", "des3-and-aes", "primary-password-removed", "older-form"]
FUZZ = settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def scratch(tmp_path: pathlib.Path) -> t.Iterator[str]:
    yield str(tmp_path)
    assert list(tmp_path.iterdir()) == []


def store(
    scratch: str, keys: bytes | None, entries: bytes | None, fresh: Cipher = Cipher.AES, now: int = NOW
) -> NssPasswordStore:
    return NssPasswordStore.open(keys, KEY4, entries, LOGINS, scratch=scratch, fresh=fresh, now=now)


def fixture(scratch: str, name: str) -> NssPasswordStore:
    return store(scratch, key4(name), logins(name))


def again(scratch: str, before: NssPasswordStore, after: NssPasswordStore, now: int = NOW) -> NssPasswordStore:
    """What a later run reads, once the files have been written."""
    content = {before.key_file.path: before.key_file.content, LOGINS: before.logins.render()}
    content.update({file.path: file.content for file in after.files_since(before)})
    return store(scratch, content[KEY4], content[LOGINS], now=now)


def document(after: NssPasswordStore) -> t.Any:
    return json.loads(after.logins.render())


def cipher_of(sealed: str) -> Cipher:
    parts = der.DerReader(base64.b64decode(sealed)).sequence()
    parts.octets()
    identifier = parts.sequence().identifier()
    return next(cipher for cipher in Cipher if cipher.identifier == identifier)


def nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libcrypto, "load", lambda: pytest.fail("libcrypto was needed"))
    monkeypatch.setattr(key_database, "sqlite", lambda: pytest.fail("sqlite3 was needed"))


@pytest.mark.parametrize("fresh", Cipher)
@pytest.mark.parametrize("keys", [None, "without-key", "uninitialised"])
def test_a_first_password_comes_with_its_key(scratch: str, keys: str | None, fresh: Cipher) -> None:
    before = store(scratch, None if keys is None else key4(keys), None, fresh)
    assert before.stored(IMAP, USER) is None
    after = before.with_login(IMAP, USER, Secret(PASSWORD)).with_login(SMTP, USER, Secret(PASSWORD))
    files = after.files_since(before)
    assert [(file.path, file.mode) for file in files] == [(KEY4, 0o600), (LOGINS, 0o600)]
    assert PASSWORD.encode() not in files[0].content + files[1].content
    later = again(scratch, before, after)
    assert [key.cipher for key in later.key_file.keys.keys] == [fresh]
    assert (later.stored(IMAP, USER), later.stored(SMTP, USER)) == (Secret(PASSWORD), Secret(PASSWORD))
    assert later.with_login(IMAP, USER, Secret(PASSWORD)) is later
    assert document(later)["nextId"] == 3


@pytest.mark.parametrize("name", ALL)
def test_a_password_that_is_stored_is_no_change(scratch: str, name: str) -> None:
    before = fixture(scratch, name)
    assert before.stored(IMAP, USER) == Secret(PASSWORD)
    after = before.with_login(IMAP, USER, Secret(PASSWORD)).with_login(SMTP, USER, Secret(PASSWORD))
    assert after is before
    assert after.files_since(before) == ()


def test_the_entries_of_thunderbird_itself(scratch: str) -> None:
    before = fixture(scratch, "thunderbird-153")
    assert before.stored(IMAP, USER) == Secret('Grüße "\\ 😀')
    assert before.stored(POP3, "anna") == Secret("x")
    assert before.with_login(POP3, "anna", Secret("x")) is before


@pytest.mark.parametrize("name", ALL)
def test_another_password_changes_that_entry_alone(scratch: str, name: str) -> None:
    before = fixture(scratch, name)
    after = before.with_login(IMAP, USER, Secret("another"))
    (file,) = after.files_since(before)
    assert file == FileWrite(LOGINS, after.logins.render())
    old, new = document(before), document(after)
    changed = {key for key in old["logins"][0] if old["logins"][0][key] != new["logins"][0][key]}
    assert changed <= {"encryptedPassword", "timePasswordChanged"}
    assert {**new, "logins": new["logins"][1:]} == {**old, "logins": old["logins"][1:]}
    later = again(scratch, before, after)
    assert (later.stored(IMAP, USER), later.stored(SMTP, USER)) == (Secret("another"), Secret(PASSWORD))


def test_a_key_that_is_there_is_used_whatever_a_fresh_one_would_be(scratch: str) -> None:
    before = store(scratch, key4("des3"), logins("des3"), Cipher.AES)
    after = before.with_login(NEW, USER, Secret("x"))
    assert [file.path for file in after.files_since(before)] == [LOGINS]
    assert cipher_of(document(after)["logins"][-1]["encryptedPassword"]) is Cipher.DES3
    assert again(scratch, before, after).stored(NEW, USER) == Secret("x")


def test_the_better_key_of_two_is_used(scratch: str) -> None:
    entries = document(fixture(scratch, "des3-and-aes").with_login(NEW, USER, Secret("x")))["logins"]
    assert [cipher_of(entry["encryptedPassword"]) for entry in entries[-2:]] == [Cipher.AES, Cipher.AES]
    assert cipher_of(entries[0]["encryptedPassword"]) is Cipher.DES3


def test_a_new_entry_stands_at_the_end(scratch: str) -> None:
    before = fixture(scratch, "aes")
    after = before.with_login(IMAP, "berta", Secret("hers"))
    assert document(after)["logins"][:2] == document(before)["logins"]
    assert document(after)["logins"][2]["timeCreated"] == NOW
    assert after.stored(IMAP, USER) == Secret(PASSWORD)
    assert after.stored(IMAP, "berta") == Secret("hers")


@pytest.mark.parametrize("user", ["Anna@example.com", "anna@example.com ", "anna", "änna", ""])
def test_user_names_are_compared_exactly(scratch: str, user: str) -> None:
    before = fixture(scratch, "aes")
    assert before.stored(IMAP, user) is None
    assert before.without_login(IMAP, user) is before
    after = before.with_login(IMAP, user, Secret("x"))
    assert (after.stored(IMAP, user), after.stored(IMAP, USER)) == (Secret("x"), Secret(PASSWORD))


def doubled(scratch: str) -> NssPasswordStore:
    """Two entries of one login, the second of them with another password."""
    single = fixture(scratch, "aes")
    other = document(single.with_login(IMAP, USER, Secret("other")))["logins"][0]
    content = document(single)
    content["logins"].append({**other, "id": 9, "guid": "{9}"})
    return store(scratch, key4("aes"), json.dumps(content).encode())


def test_thunderbird_uses_the_first_of_two_entries(scratch: str) -> None:
    assert doubled(scratch).stored(IMAP, USER) == Secret(PASSWORD)


def test_all_entries_of_a_login_get_the_password(scratch: str) -> None:
    before = doubled(scratch)
    after = before.with_login(IMAP, USER, Secret(PASSWORD))
    assert document(after)["logins"][:2] == document(before)["logins"][:2]  # which had it already
    keys = after.key_file.keys
    passwords = [keys.decrypt(entry["encryptedPassword"]) for entry in document(after)["logins"]]
    assert passwords == [PASSWORD] * 3
    assert after.with_login(IMAP, USER, Secret(PASSWORD)) is after


def test_all_entries_of_a_login_are_removed(scratch: str) -> None:
    after = doubled(scratch).without_login(IMAP, USER)
    assert [entry["hostname"] for entry in document(after)["logins"]] == [SMTP]


def test_a_login_is_removed(scratch: str) -> None:
    before = fixture(scratch, "aes")
    after = before.without_login(IMAP, USER)
    assert [file.path for file in after.files_since(before)] == [LOGINS]
    assert document(after)["logins"] == document(before)["logins"][1:]
    assert after.stored(IMAP, USER) is None
    assert after.without_login(IMAP, USER) is after


def test_a_login_moves_with_its_password(scratch: str) -> None:
    before = fixture(scratch, "aes")
    after = before.with_moved_login(IMAP, NEW, USER)
    entry = document(before)["logins"][0]
    assert document(after)["logins"][0] == {**entry, "hostname": NEW, "httpRealm": NEW}
    assert (after.stored(IMAP, USER), after.stored(NEW, USER)) == (None, Secret(PASSWORD))
    assert after.with_moved_login(IMAP, NEW, USER) is after
    assert before.with_moved_login(IMAP, IMAP, USER) is before
    assert before.with_moved_login(IMAP, NEW, "berta") is before


def test_a_login_that_is_there_wins_over_a_moved_one(scratch: str) -> None:
    before = fixture(scratch, "aes").with_login(NEW, USER, Secret("there"))
    after = before.with_moved_login(IMAP, NEW, USER)
    assert document(after)["logins"] == document(before)["logins"][1:]
    assert after.stored(NEW, USER) == Secret("there")


def test_entries_that_cannot_be_decrypted_are_kept(scratch: str) -> None:
    """They are of another key: the user has replaced key4.db. Thunderbird passes over them, too."""
    before = store(scratch, key4("thunderbird-153"), logins("aes"))
    assert before.stored(IMAP, USER) is None
    assert before.without_login(IMAP, USER) is before
    assert before.with_moved_login(IMAP, NEW, USER) is before
    after = before.with_login(IMAP, USER, Secret("x"))
    assert document(after)["logins"][:2] == document(before)["logins"]
    assert after.stored(IMAP, USER) == Secret("x")


def test_a_password_that_cannot_be_decrypted_is_replaced(scratch: str) -> None:
    content = json.loads(logins("aes"))
    content["logins"][0]["encryptedPassword"] = json.loads(logins("thunderbird-153"))["logins"][0]["encryptedPassword"]
    before = store(scratch, key4("aes"), json.dumps(content).encode())
    assert before.stored(IMAP, USER) is None
    after = before.with_login(IMAP, USER, Secret("x"))
    assert len(document(after)["logins"]) == 2
    assert after.stored(IMAP, USER) == Secret("x")


def test_an_entry_that_can_be_decrypted_is_used_after_one_that_cannot(scratch: str) -> None:
    """So does Thunderbird, whose search gives only what it could decrypt."""
    content = document(doubled(scratch))
    content["logins"][0]["encryptedPassword"] = json.loads(logins("thunderbird-153"))["logins"][0]["encryptedPassword"]
    before = store(scratch, key4("aes"), json.dumps(content).encode())
    assert before.stored(IMAP, USER) == Secret("other")
    after = before.with_login(IMAP, USER, Secret("other"))
    assert document(after)["logins"][1:] == document(before)["logins"][1:]
    assert after.with_login(IMAP, USER, Secret("other")) is after


def test_logins_without_their_keys_are_kept(scratch: str) -> None:
    before = store(scratch, None, logins("aes"))
    assert before.stored(IMAP, USER) is None
    assert before.without_login(IMAP, USER) is before
    after = before.with_login(IMAP, USER, Secret("x"))
    assert [file.path for file in after.files_since(before)] == [KEY4, LOGINS]
    assert document(after)["logins"][:2] == document(before)["logins"]


@pytest.mark.parametrize("keys", [None, b"damaged", key4("primary-password")])
def test_without_entries_nothing_is_opened(scratch: str, keys: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most runs store no password; those need neither libcrypto nor sqlite3, and no primary password hinders them."""
    nothing_is_opened(monkeypatch)
    for entries in (None, logins("aes")):
        before = store(scratch, keys, entries)
        assert before.stored(POP3, USER) is None
        assert before.without_login(POP3, USER) is before
        assert before.with_moved_login(POP3, NEW, USER) is before
        assert before.files_since(before) == ()


def test_a_removal_decrypts_no_password(scratch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fixture(scratch, "aes")
    decrypted: list[bytes] = []

    def decrypt(cipher: libcrypto.BlockCipher, key: bytes, vector: bytes, sealed: bytes) -> bytes:
        decrypted.append(original(cipher, key, vector, sealed))
        return decrypted[-1]

    original = libcrypto.decrypt
    monkeypatch.setattr(libcrypto, "decrypt", decrypt)
    before.without_login(IMAP, USER)
    assert USER.encode() in decrypted
    assert PASSWORD.encode() not in decrypted


@pytest.mark.parametrize(
    "change",
    [
        lambda before: before.stored(IMAP, USER),
        lambda before: before.with_login(IMAP, USER, Secret("x")),
        lambda before: before.with_login(NEW, USER, Secret("x")),
        lambda before: before.without_login(IMAP, USER),
        lambda before: before.with_moved_login(IMAP, NEW, USER),
    ],
)
def test_a_primary_password_and_damage_are_said_in_words(
    scratch: str, change: t.Callable[[NssPasswordStore], object]
) -> None:
    with pytest.raises(PasswordStoreError, match=f"^{KEY4}: a primary password"):
        change(fixture(scratch, "primary-password"))
    with pytest.raises(DamagedFileError, match=f"^{KEY4}: "):
        change(store(scratch, b"damaged", logins("aes")))


def test_damaged_logins_are_said_in_words(scratch: str) -> None:
    with pytest.raises(DamagedFileError, match=f"^{LOGINS}, line 1: it is not JSON"):
        store(scratch, key4("aes"), b"{")


@pytest.mark.parametrize(
    ("user", "password"), [(USER, ""), (USER, "a\0b"), (USER, "a\ud800b"), ("a\0b", "x"), ("a\udfffb", "x")]
)
def test_what_thunderbird_cannot_store_is_refused(
    scratch: str, user: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_is_opened(monkeypatch)
    with pytest.raises(PasswordStoreError, match=r"^Thunderbird stores no ") as caught:
        fixture(scratch, "aes").with_login(IMAP, user, Secret(password))
    assert not password or password not in str(caught.value)


@given(
    password=st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1, max_size=70),
    user=st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=30),
    name=st.sampled_from([None, "aes", "des3"]),
)
@FUZZ
def test_any_password_of_anyone(tmp_path: pathlib.Path, password: str, user: str, name: str | None) -> None:
    scratch = str(tmp_path)
    before = store(scratch, None, None) if name is None else fixture(scratch, name)
    after = before.with_login(NEW, user, Secret(password))
    later = again(scratch, before, after)
    assert later.stored(NEW, user) == Secret(password)
    assert later.with_login(NEW, user, Secret(password)) is later
    assert document(later.without_login(NEW, user))["logins"] == document(before)["logins"]


def test_nothing_is_changed_in_place(scratch: str) -> None:
    before = fixture(scratch, "aes")
    rendered, keys = before.logins.render(), before.key_file.content
    before.with_login(IMAP, USER, Secret("x")).with_login(NEW, USER, Secret("y")).without_login(SMTP, USER)
    before.with_moved_login(IMAP, NEW, USER)
    assert (before.logins.render(), before.key_file.content) == (rendered, keys)


def test_two_readings_are_equal_and_a_third_is_not(scratch: str) -> None:
    assert fixture(scratch, "aes") == store("/another/scratch", key4("aes"), logins("aes"), now=NOW + 1)
    assert fixture(scratch, "aes") != store(scratch, key4("des3"), logins("aes"))
    assert fixture(scratch, "aes") != store(scratch, key4("aes"), None)


def test_nothing_secret_is_shown(scratch: str) -> None:
    before = fixture(scratch, "aes")
    after = before.with_login(IMAP, USER, Secret("another-password"))
    key = after.key_file.keys.keys[0].value
    shown = repr(after) + repr(before.stored(IMAP, USER)) + repr(after.key_file.keys)
    for hidden in (PASSWORD, "another-password", key.hex(), repr(key)[2:-1], "SQLite format", "encryptedPassword"):
        assert hidden not in shown
