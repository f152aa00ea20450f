# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secret Decoder Ring: what NSS has encrypted, what we encrypt, and what is neither."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store import (
    key_database,
    libcrypto,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.sdr import (
    KEY_ID,
    Cipher,
    SdrKey,
    SdrKeys,
)
from ansible_collections.charter.mail.plugins.module_utils._formats import der

from .samples import PASSWORD, USER, key4, logins

AES = SdrKeys((SdrKey.generate(Cipher.AES),))
DES3 = SdrKeys((SdrKey.generate(Cipher.DES3),))
BOTH = SdrKeys((*AES.keys, *DES3.keys))

unicode = st.text(st.characters(blacklist_categories=["Cs"]), max_size=80)


@pytest.mark.parametrize("keys", [AES, DES3, BOTH])
@given(text=unicode)
def test_what_is_encrypted_is_decrypted(keys: SdrKeys, text: str) -> None:
    sealed = keys.encrypt(text)
    assert keys.decrypt(sealed) == text
    assert BOTH.decrypt(sealed) == text


@pytest.mark.parametrize(
    ("name", "user", "password"),
    [
        ("thunderbird-153", USER, 'Grüße "\\ 😀'),
        ("aes", USER, PASSWORD),
        ("des3", USER, PASSWORD),
        ("des3-and-aes", USER, PASSWORD),
    ],
)
def test_what_nss_encrypted_is_decrypted(tmp_path: object, name: str, user: str, password: str) -> None:
    keys = key_database.unlock(key4(name), "key4.db", str(tmp_path))
    entry = json.loads(logins(name))["logins"][0]
    assert keys.decrypt(entry["encryptedUsername"]) == user
    assert keys.decrypt(entry["encryptedPassword"]) == password


@pytest.mark.parametrize(
    ("keys", "cipher", "vector_bytes"),
    [(AES, "2.16.840.1.101.3.4.1.42", 16), (DES3, "1.2.840.113549.3.7", 8), (BOTH, "2.16.840.1.101.3.4.1.42", 16)],
)
def test_the_form_is_that_of_nss(keys: SdrKeys, cipher: str, vector_bytes: int) -> None:
    parts = der.DerReader(base64.b64decode(keys.encrypt("x"))).sequence()
    assert parts.octets() == KEY_ID
    algorithm = parts.sequence()
    assert (algorithm.identifier(), len(algorithm.octets())) == (cipher, vector_bytes)
    assert len(parts.octets()) == vector_bytes
    parts.end()


def test_nothing_is_encrypted_twice_alike() -> None:
    assert AES.encrypt("x") != AES.encrypt("x")


def test_the_bytes_of_a_triple_des_key_have_odd_parity() -> None:
    (key,) = DES3.keys
    assert len(key.value) == 24
    assert all(bin(octet).count("1") % 2 for octet in key.value)
    assert key != SdrKey.generate(Cipher.DES3)


def test_a_key_is_never_shown() -> None:
    assert AES.keys[0].value.hex() not in repr(AES)
    assert repr(AES.keys[0].value) not in repr(AES)


def test_without_the_key_nothing_is_encrypted_or_decrypted() -> None:
    none = SdrKeys(())
    with pytest.raises(ValueError, match="no key"):
        none.encrypt("x")
    for keys in (none, DES3):
        with pytest.raises(ValueError, match="no key"):
            keys.decrypt(AES.encrypt("x"))


def test_half_a_character_is_refused_without_being_shown() -> None:
    with pytest.raises(ValueError, match="lone surrogate") as caught:
        AES.encrypt("hidden\ud800")
    assert "hidden" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_what_is_no_text_is_refused_without_being_shown() -> None:
    (key,) = AES.keys
    vector = bytes(16)
    content = libcrypto.encrypt(libcrypto.AES_256_CBC, key.value, vector, b"hidden\xff")
    algorithm = der.encode_sequence(der.encode_identifier(key.cipher.identifier), der.encode_octets(vector))
    blob = der.encode_sequence(der.encode_octets(KEY_ID), algorithm, der.encode_octets(content))
    with pytest.raises(ValueError, match="not a text") as caught:
        AES.decrypt(base64.b64encode(blob).decode())
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "sealed",
    [
        pytest.param("", id="nothing"),
        pytest.param("x", id="a letter"),
        pytest.param("€", id="no ASCII"),
        pytest.param("~dGV4dA==", id="no base64"),
        pytest.param("AAAA", id="no DER"),
        pytest.param(AES.encrypt("x")[:-4], id="cut short"),
        pytest.param("\n" + AES.encrypt("x"), id="a line break before"),
        pytest.param(AES.encrypt("x") + "AAAA", id="something after"),
    ],
)
def test_garbage_is_a_value_error(sealed: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        BOTH.decrypt(sealed)


@given(st.integers(0, 200), st.integers(1, 255))
def test_damage_is_a_value_error_or_another_text(position: int, change: int) -> None:
    blob = bytearray(base64.b64decode(AES.encrypt("a text")))
    blob[position % len(blob)] ^= change
    try:
        text = BOTH.decrypt(base64.b64encode(blob).decode())
    except ValueError:
        return
    assert text != "a text" or position % len(blob) in range(4, 20)  # only the key's id does not matter
