# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How NSS seals what is private: against what NSS itself has written, and back again."""

from __future__ import annotations

import contextlib
import hashlib
import pathlib
import sqlite3
import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store import nss_encryption
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.libcrypto import (
    PaddingError,
)
from ansible_collections.charter.mail.plugins.module_utils._formats import der
from ansible_collections.charter.mail.plugins.module_utils._model.errors import PasswordStoreError

from .samples import PRIMARY_PASSWORD, key4

KEY = b"a key of the password"
VALUE = 0x11


def rows(tmp_path: pathlib.Path, name: str, query: str) -> list[tuple[t.Any, ...]]:
    path = tmp_path / "key4.db"
    path.write_bytes(key4(name))
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("thunderbird-153", ""),
        ("aes", ""),
        ("des3", ""),
        ("without-key", ""),
        ("primary-password", PRIMARY_PASSWORD),
        ("primary-password-removed", ""),
        ("older-form", ""),
    ],
)
def test_the_password_check_of_nss(tmp_path: pathlib.Path, name: str, password: str) -> None:
    ((salt, check),) = rows(tmp_path, name, "SELECT item1, item2 FROM metaData WHERE id = 'password'")
    assert len(salt) == (48 if password else 20)
    assert nss_encryption.decrypt(nss_encryption.password_key(salt, password.encode()), check) == b"password-check"
    with pytest.raises(PaddingError):
        nss_encryption.decrypt(nss_encryption.password_key(salt, b"another password"), check)


@pytest.mark.parametrize(
    ("name", "password"), [("thunderbird-153", ""), ("des3", ""), ("primary-password", PRIMARY_PASSWORD)]
)
def test_the_check_value_of_nss(tmp_path: pathlib.Path, name: str, password: str) -> None:
    query = (
        "SELECT password.item1, key.item1, a11 FROM metaData AS password, metaData AS key, nssPrivate "
        "WHERE password.id = 'password' AND key.id LIKE 'sig_key_%_00000011'"
    )
    ((salt, signature, sealed),) = rows(tmp_path, name, query)
    key = nss_encryption.password_key(salt, password.encode())
    value = nss_encryption.decrypt(key, sealed)
    assert nss_encryption.wants_signature(sealed)
    assert nss_encryption.agrees(key, VALUE, value, signature)
    assert not nss_encryption.agrees(key, VALUE, value[:-1] + bytes((value[-1] ^ 1,)), signature)
    assert not nss_encryption.agrees(key, VALUE + 1, value, signature)
    assert not nss_encryption.agrees(b"another key", VALUE, value, signature)


@given(st.binary(max_size=100), st.binary(max_size=64))
def test_what_is_sealed_is_unsealed(plain: bytes, key: bytes) -> None:
    assert nss_encryption.decrypt(key, nss_encryption.encrypt(key, plain)) == plain
    assert nss_encryption.agrees(key, VALUE, plain, nss_encryption.sign(key, VALUE, plain))


def test_nothing_is_sealed_twice_alike() -> None:
    assert nss_encryption.encrypt(KEY, b"x") != nss_encryption.encrypt(KEY, b"x")
    assert nss_encryption.sign(KEY, VALUE, b"x") != nss_encryption.sign(KEY, VALUE, b"x")


def test_the_initialisation_vector_is_der_of_16_bytes() -> None:
    """NSS takes the encoded parameter itself, its tag and length included, for the vector."""
    parts = der.DerReader(nss_encryption.encrypt(KEY, b"x")).sequence().sequence()
    assert parts.identifier() == nss_encryption.PBES2
    parameters = parts.sequence()
    parameters.sequence()
    cipher = parameters.sequence()
    assert cipher.identifier() == nss_encryption.AES_256_CBC
    vector = cipher.whole()
    assert (len(vector), vector[:2]) == (16, b"\x04\x0e")


def older_form(salt: bytes, rounds: int, content: bytes) -> bytes:
    parameters = der.encode_sequence(der.encode_octets(salt), der.encode_integer(rounds))
    algorithm = der.encode_sequence(der.encode_identifier(nss_encryption.SHA1_DES3_CBC), parameters)
    return der.encode_sequence(algorithm, der.encode_octets(content))


def test_the_older_form_wants_no_check_value() -> None:
    assert not nss_encryption.wants_signature(older_form(b"salt", 1, b""))


def identifier(name: str) -> bytes:
    return der.encode_identifier(name)


def form(
    algorithm: str = nss_encryption.PBES2,
    derivation: str = nss_encryption.PBKDF2,
    rounds: int = 1,
    length: int = 32,
    mac: str = nss_encryption.HMAC_SHA256,
    cipher: str = nss_encryption.AES_256_CBC,
) -> bytes:
    """PBES2 with one part or another that NSS does not write."""
    parameters = der.encode_sequence(
        der.encode_octets(b"salt"),
        der.encode_integer(rounds),
        der.encode_integer(length),
        der.encode_sequence(identifier(mac)),
    )
    whole = der.encode_sequence(
        der.encode_sequence(identifier(derivation), parameters),
        der.encode_sequence(identifier(cipher), der.encode_octets(bytes(14))),
    )
    return der.encode_sequence(der.encode_sequence(identifier(algorithm), whole), der.encode_octets(bytes(16)))


@pytest.mark.parametrize(
    "sealed",
    [
        form(algorithm="1.2.3"),
        form(derivation="1.2.3"),
        form(rounds=0),
        form(rounds=nss_encryption.MAX_ROUNDS + 1),
        form(length=16),
        form(mac="1.2.840.113549.2.7"),
        form(cipher="2.16.840.1.101.3.4.1.2"),
        older_form(b"salt", nss_encryption.MAX_ROUNDS + 1, bytes(8)),
        older_form(b"salt", 0, bytes(8)),
    ],
)
def test_a_form_that_is_not_known_is_told_from_damage(sealed: bytes) -> None:
    with pytest.raises(nss_encryption.UnknownFormError):
        nss_encryption.decrypt(KEY, sealed)


def test_the_forms_of_this_test_are_right_otherwise() -> None:
    with pytest.raises(PaddingError):
        nss_encryption.decrypt(KEY, form())
    with pytest.raises(PaddingError):
        nss_encryption.decrypt(KEY, older_form(b"salt", 2, bytes(8)))


@given(st.binary(max_size=60), st.integers(0, 200), st.integers(1, 255))
@example(b"", 199, 247)  # it has a right padding
def test_damage_is_a_value_error(junk: bytes, position: int, change: int) -> None:
    sealed = bytearray(form())
    sealed[position % len(sealed)] ^= change
    for data in (junk, bytes(sealed), bytes(sealed)[: position % len(sealed)]):
        with pytest.raises(ValueError, match=r"\w"):
            nss_encryption.agrees(KEY, VALUE, b"x", data)
        # CBC authenticates nothing: if a byte has changed, the padding is right in one case of 256.
        with contextlib.suppress(ValueError) if data == sealed else pytest.raises(ValueError, match=r"\w"):
            nss_encryption.decrypt(KEY, data)


def test_a_machine_that_refuses_the_derivation_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenSSL's FIPS mode allows no key derivation of one round."""

    def refuse(*arguments: object) -> bytes:
        raise ValueError("invalid iteration count")

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", refuse)
    with pytest.raises(PasswordStoreError, match=r"refuses PBKDF2 .*nothing was changed"):
        nss_encryption.encrypt(KEY, b"x")
