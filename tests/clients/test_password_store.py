# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our password store of Thunderbird compared with the real NSS: each reads what the other has written."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import sqlite3

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store import (
    key_database,
    libcrypto,
    sdr,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.json_store import (
    NssPasswordStore,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.sdr import (
    Cipher,
)
from ansible_collections.charter.mail.plugins.module_utils._formats import der
from ansible_collections.charter.mail.plugins.module_utils._model.errors import PasswordStoreError
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret

from . import nss

IMAP = "imap://imap.example.com"
SMTP = "smtp://smtp.example.com"
USER = "anna@example.com"
# Every padding length, one and more blocks, and non-ASCII text.
PASSWORDS = ["x", "1234567", "12345678", "pässword", "a" * 15, "a" * 16, "a" * 17, "Grüße \"\\' 😀 \u2028", "€" * 200]

THUNDERBIRD = pytest.param(
    nss.THUNDERBIRD, id="thunderbird", marks=pytest.mark.skipif(not nss.THUNDERBIRD.installed, reason="no Thunderbird")
)
SYSTEM = pytest.param(
    nss.SYSTEM, id="system", marks=pytest.mark.skipif(not nss.SYSTEM.installed, reason="no NSS in the system")
)
needs_thunderbird = pytest.mark.skipif(not nss.THUNDERBIRD.installed, reason="no Thunderbird")
needs_aes = pytest.mark.skipif(not nss.THUNDERBIRD.knows_aes, reason="no AES in this Thunderbird, up to 140")
# What this Thunderbird makes a new key for.
CIPHER, MECHANISM = (Cipher.AES, nss.AES) if nss.THUNDERBIRD.knows_aes else (Cipher.DES3, nss.DES3)


def open_store(profile: pathlib.Path, fresh: Cipher = CIPHER) -> NssPasswordStore:
    key4, logins = profile / "key4.db", profile / "logins.json"
    scratch = profile / "scratch"
    scratch.mkdir(exist_ok=True)
    return NssPasswordStore.open(
        key4.read_bytes() if key4.exists() else None,
        str(key4),
        logins.read_bytes() if logins.exists() else None,
        str(logins),
        scratch=str(scratch),
        fresh=fresh,
        now=1795380000000,
    )


def write(before: NssPasswordStore, after: NssPasswordStore) -> None:
    for file in after.files_since(before):
        pathlib.Path(file.path).write_bytes(file.content)


def store_password(profile: pathlib.Path, password: str, fresh: Cipher = CIPHER) -> None:
    before = open_store(profile, fresh)
    write(before, before.with_login(IMAP, USER, Secret(password)))


def nss_reads(build: nss.Nss, profile: pathlib.Path) -> list[tuple[str, str, str]]:
    """The contents of logins.json as NSS decrypts them: origins, user names and passwords."""
    entries = json.loads((profile / "logins.json").read_bytes())["logins"]
    sealed = [entry[key] for entry in entries for key in ("encryptedUsername", "encryptedPassword")]
    texts = build.decrypt(profile, *sealed)
    return list(zip((entry["hostname"] for entry in entries), texts[::2], texts[1::2], strict=True))


@pytest.mark.parametrize(
    ("build", "cipher"),
    [
        pytest.param(nss.THUNDERBIRD, Cipher.AES, id="thunderbird-aes", marks=needs_aes),
        pytest.param(nss.THUNDERBIRD, Cipher.DES3, id="thunderbird-des3", marks=THUNDERBIRD.marks),
        pytest.param(nss.SYSTEM, Cipher.DES3, id="system-des3", marks=SYSTEM.marks),
    ],
)
def test_nss_reads_a_new_store(tmp_path: pathlib.Path, build: nss.Nss, cipher: Cipher) -> None:
    before = after = open_store(tmp_path, cipher)
    for number, password in enumerate(PASSWORDS):
        after = after.with_login(f"imap://{number}.example.com", USER, Secret(password))
    write(before, after)
    wanted = [(f"imap://{number}.example.com", USER, password) for number, password in enumerate(PASSWORDS)]
    assert nss_reads(build, tmp_path) == wanted


@needs_thunderbird
def test_nss_uses_the_key_of_a_new_store(tmp_path: pathlib.Path) -> None:
    """It does not create a second key, so it accepts ours as its own."""
    store_password(tmp_path, "x")
    sealed = nss.THUNDERBIRD.encrypt(tmp_path, MECHANISM, "by NSS")
    keys = open_store(tmp_path).key_file.keys
    assert [key.cipher for key in keys.keys] == [CIPHER]
    assert keys.decrypt(sealed) == "by NSS"


@pytest.mark.parametrize(
    ("build", "mechanism", "cipher"),
    [
        pytest.param(nss.THUNDERBIRD, nss.AES, Cipher.AES, id="aes", marks=needs_aes),
        pytest.param(nss.THUNDERBIRD, nss.DES3, Cipher.DES3, id="triple-des", marks=needs_thunderbird),
        pytest.param(nss.SYSTEM, nss.DES3, Cipher.DES3, id="triple-des-of-the-system", marks=SYSTEM.marks),
    ],
)
def test_the_key_of_an_existing_store_is_used(
    tmp_path: pathlib.Path, build: nss.Nss, mechanism: int, cipher: Cipher
) -> None:
    assert open_store(tmp_path).stored(IMAP, USER) is None
    sealed = build.encrypt(tmp_path, mechanism, "Grüße 😀")
    before = (tmp_path / "key4.db").read_bytes()
    keys = open_store(tmp_path).key_file.keys
    assert [key.cipher for key in keys.keys] == [cipher]
    assert keys.decrypt(sealed) == "Grüße 😀"
    store_password(tmp_path, "pässword")
    assert (tmp_path / "key4.db").read_bytes() == before
    assert nss_reads(build, tmp_path) == [(IMAP, USER, "pässword")]


@needs_aes
def test_a_store_with_both_keys(tmp_path: pathlib.Path) -> None:
    """A profile from before Thunderbird 144: new entries use AES, and older entries remain readable."""
    old = nss.THUNDERBIRD.encrypt(tmp_path, nss.DES3, "old")
    new = nss.THUNDERBIRD.encrypt(tmp_path, nss.AES, "new")
    keys = open_store(tmp_path).key_file.keys
    assert [key.cipher for key in keys.keys] == [Cipher.AES, Cipher.DES3]
    assert (keys.decrypt(old), keys.decrypt(new)) == ("old", "new")
    assert nss.THUNDERBIRD.decrypt(tmp_path, keys.encrypt("ours")) == ["ours"]


@pytest.mark.parametrize("cipher", [pytest.param(Cipher.AES, marks=needs_aes), Cipher.DES3])
@pytest.mark.parametrize("build", [THUNDERBIRD, SYSTEM])
def test_a_key_is_added_to_a_database_that_nss_has_just_created(
    tmp_path: pathlib.Path, build: nss.Nss, cipher: Cipher
) -> None:
    build.open(tmp_path)
    if cipher is Cipher.AES and build is nss.SYSTEM:
        build = nss.THUNDERBIRD  # an older NSS creates the database, but cannot decrypt AES
    store_password(tmp_path, "pässword", cipher)
    assert nss_reads(build, tmp_path) == [(IMAP, USER, "pässword")]


@needs_thunderbird
def test_a_key_is_added_beside_another_key(tmp_path: pathlib.Path) -> None:
    """NSS uses the other key for other purposes than the SDR; our code does not know it."""
    nss.THUNDERBIRD.encrypt(tmp_path, MECHANISM, "x")
    with contextlib.closing(sqlite3.connect(tmp_path / "key4.db")) as database, database:
        database.execute("UPDATE nssPrivate SET a102 = ?", (b"another key",))
    assert open_store(tmp_path).key_file.keys.keys == ()
    store_password(tmp_path, "pässword")
    assert nss_reads(nss.THUNDERBIRD, tmp_path) == [(IMAP, USER, "pässword")]


@needs_thunderbird
def test_a_primary_password_is_respected_until_it_is_removed(tmp_path: pathlib.Path) -> None:
    store_password(tmp_path, "before")
    nss.THUNDERBIRD.change_password(tmp_path, "", "not a real primary password")
    files = {name: (tmp_path / name).read_bytes() for name in ("key4.db", "logins.json")}
    with pytest.raises(PasswordStoreError, match="primary password"):
        store_password(tmp_path, "after")
    assert {name: (tmp_path / name).read_bytes() for name in files} == files
    nss.THUNDERBIRD.change_password(tmp_path, "not a real primary password", "")
    store_password(tmp_path, "after")
    assert nss_reads(nss.THUNDERBIRD, tmp_path) == [(IMAP, USER, "after")]


@needs_thunderbird
def test_nss_sees_a_login_changed_moved_and_removed(tmp_path: pathlib.Path) -> None:
    store = open_store(tmp_path)
    for origin in (IMAP, SMTP):
        store = store.with_login(origin, USER, Secret("first")).with_login(origin, "berta", Secret("hers"))
    write(open_store(tmp_path), store)
    before = open_store(tmp_path)
    after = before.with_login(IMAP, USER, Secret("second")).with_moved_login(SMTP, "smtp://new.example.com", USER)
    write(before, after.without_login(IMAP, "berta"))
    assert nss_reads(nss.THUNDERBIRD, tmp_path) == [
        (IMAP, USER, "second"),
        ("smtp://new.example.com", USER, "first"),
        (SMTP, "berta", "hers"),
    ]


@pytest.mark.parametrize("build", [THUNDERBIRD, SYSTEM])
def test_the_older_format_is_that_of_nss(tmp_path: pathlib.Path, build: nss.Nss) -> None:
    """NSS and our code read the database that ``old_form`` creates, so its key derivation is that of NSS."""
    store_password(tmp_path, "pässword", Cipher.DES3)
    old_form(tmp_path / "key4.db")
    assert nss_reads(build, tmp_path) == [(IMAP, USER, "pässword")]
    store = open_store(tmp_path)
    assert store.stored(IMAP, USER) == Secret("pässword")
    assert store.with_login(IMAP, USER, Secret("pässword")) is store


def old_form(path: pathlib.Path) -> None:
    """Encrypt a database with a Triple DES key again, as NSS did before 3.49 (2019)."""
    content = path.read_bytes()
    (key,) = key_database.unlock(content, str(path), str(path.parent)).keys
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        ((salt,),) = database.execute("SELECT item1 FROM metaData WHERE id = 'password'")
        password_key = hashlib.sha1(salt).digest()
        check = _old_seal(password_key, b"password-check", rounds=1)
        database.execute("UPDATE metaData SET item2 = ? WHERE id = 'password'", (check,))
        database.execute("DELETE FROM metaData WHERE id LIKE 'sig_key_%'")
        sealed = _old_seal(password_key, key.value, rounds=3)
        database.execute("UPDATE nssPrivate SET a11 = ? WHERE a102 = ?", (sealed, sdr.KEY_ID))


def _old_seal(password_key: bytes, plain: bytes, rounds: int) -> bytes:
    salt = os.urandom(20)
    digest = password_key + salt
    for _round in range(rounds):
        digest = hashlib.sha1(digest).digest()
    state = hmac.digest(digest, salt, "sha1")
    stretched = hmac.digest(digest, salt + salt, "sha1") + hmac.digest(digest, state + salt, "sha1")
    sealed = libcrypto.encrypt(libcrypto.DES3_CBC, stretched[:24], stretched[32:], plain)
    parameters = der.encode_sequence(der.encode_octets(salt), der.encode_integer(rounds))
    algorithm = der.encode_sequence(der.encode_identifier("1.2.840.113549.1.12.5.1.3"), parameters)
    return der.encode_sequence(algorithm, der.encode_octets(sealed))
