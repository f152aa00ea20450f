# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ciphers of libcrypto against published vectors, and what happens without them."""

from __future__ import annotations

import ctypes
import ctypes.util
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store import (
    libcrypto,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store.libcrypto import (
    AES_256_CBC,
    DES3_CBC,
    BlockCipher,
    PaddingError,
)
from ansible_collections.charter.mail.plugins.module_utils._model.errors import PasswordStoreError

CIPHERS = [AES_256_CBC, DES3_CBC]

# NIST SP 800-38A, F.2.5 (CBC-AES256).
AES_KEY = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
AES_VECTOR = "000102030405060708090a0b0c0d0e0f"
AES_PLAIN = (
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)
AES_SEALED = (
    "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
    "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b"
)

# NIST SP 800-67, appendix B.1: three blocks in ECB mode, which is a first block in CBC mode after a vector of zeros.
DES3_KEY = "0123456789abcdef23456789abcdef01456789abcdef0123"
DES3_BLOCKS = [
    ("5468652071756663", "a826fd8ce53b855f"),
    ("6b2062726f776e20", "cce21c8112256fe6"),
    ("666f78206a756d70", "68d5c05dd9b6b900"),
]

# FIPS 81, table C1 (CBC), single DES: Triple DES of three equal keys.
DES_KEY = "0123456789abcdef" * 3
DES_VECTOR = "1234567890abcdef"
DES_SEALED = "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"


def test_aes_vector() -> None:
    sealed = libcrypto.encrypt(AES_256_CBC, bytes.fromhex(AES_KEY), bytes.fromhex(AES_VECTOR), bytes.fromhex(AES_PLAIN))
    assert sealed[:-16].hex() == AES_SEALED
    assert len(sealed) == 80  # one more block, of nothing but padding
    plain = libcrypto.decrypt(AES_256_CBC, bytes.fromhex(AES_KEY), bytes.fromhex(AES_VECTOR), sealed)
    assert plain.hex() == AES_PLAIN


@pytest.mark.parametrize(("plain", "sealed"), DES3_BLOCKS)
def test_triple_des_vector(plain: str, sealed: str) -> None:
    result = libcrypto.encrypt(DES3_CBC, bytes.fromhex(DES3_KEY), bytes(8), bytes.fromhex(plain))
    assert result[:8].hex() == sealed
    assert libcrypto.decrypt(DES3_CBC, bytes.fromhex(DES3_KEY), bytes(8), result).hex() == plain


def test_triple_des_chains_its_blocks() -> None:
    plain = b"Now is the time for all "
    sealed = libcrypto.encrypt(DES3_CBC, bytes.fromhex(DES_KEY), bytes.fromhex(DES_VECTOR), plain)
    assert sealed[:24].hex() == DES_SEALED
    assert libcrypto.decrypt(DES3_CBC, bytes.fromhex(DES_KEY), bytes.fromhex(DES_VECTOR), sealed) == plain


@pytest.mark.parametrize("cipher", CIPHERS)
@given(
    plain=st.binary(max_size=200), key=st.binary(min_size=32, max_size=32), vector=st.binary(min_size=16, max_size=16)
)
def test_round_trip(cipher: BlockCipher, plain: bytes, key: bytes, vector: bytes) -> None:
    key, vector = key[: cipher.key_bytes], vector[: cipher.block_bytes]
    sealed = libcrypto.encrypt(cipher, key, vector, plain)
    assert len(sealed) == (len(plain) // cipher.block_bytes + 1) * cipher.block_bytes
    assert libcrypto.decrypt(cipher, key, vector, sealed) == plain


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize("length", [0, 1, 7, 15, 17])
def test_what_is_no_whole_number_of_blocks_is_refused(cipher: BlockCipher, length: int) -> None:
    with pytest.raises(PaddingError):
        libcrypto.decrypt(cipher, bytes(cipher.key_bytes), bytes(cipher.block_bytes), bytes(length))


@pytest.mark.parametrize("cipher", CIPHERS)
def test_a_wrong_padding_is_refused(cipher: BlockCipher) -> None:
    key, vector = b"k" * cipher.key_bytes, bytes(cipher.block_bytes)
    sealed = libcrypto.encrypt(cipher, key, vector, b"x" * cipher.block_bytes)
    with pytest.raises(PaddingError):  # the first block alone ends in "x", which is no padding
        libcrypto.decrypt(cipher, key, vector, sealed[: cipher.block_bytes])


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize(("more_key", "more_vector"), [(-1, 0), (1, 0), (0, -1), (0, 1)])
def test_wrong_lengths_never_reach_the_library(
    cipher: BlockCipher, more_key: int, more_vector: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libcrypto, "SONAMES", ())
    monkeypatch.setattr(ctypes.util, "find_library", pytest.fail)
    key, vector = bytes(cipher.key_bytes + more_key), bytes(cipher.block_bytes + more_vector)
    with pytest.raises(ValueError, match="wrong length"):
        libcrypto.encrypt(cipher, key, vector, b"")
    with pytest.raises(ValueError, match="wrong length"):
        libcrypto.decrypt(cipher, key, vector, b"")


def test_a_failure_leaves_no_error_behind_for_others() -> None:
    """Python's ssl module reads the error queue of the thread, which may be the same library's."""
    library = ctypes.CDLL(next(name for name in libcrypto.SONAMES if loadable(name)))
    with pytest.raises(PaddingError):
        libcrypto.decrypt(AES_256_CBC, bytes(32), bytes(16), bytes(16))
    assert library.ERR_peek_error() == 0


def loadable(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def test_a_missing_library_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libcrypto, "SONAMES", ("libcrypto-of-no-machine.so.3",))
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    with pytest.raises(
        PasswordStoreError, match=r"libcrypto, but this machine has none .*nothing was changed. Install"
    ):
        libcrypto.encrypt(AES_256_CBC, bytes(32), bytes(16), b"")


def test_a_library_of_another_name_is_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    name = next(name for name in libcrypto.SONAMES if loadable(name))
    monkeypatch.setattr(libcrypto, "SONAMES", ("libcrypto-of-no-machine.so.3",))
    monkeypatch.setattr(ctypes.util, "find_library", {"crypto": name}.get)
    monkeypatch.setattr(sys, "platform", "linux")
    assert libcrypto.encrypt(AES_256_CBC, bytes(32), bytes(16), b"")


def test_macos_is_not_asked_for_its_own_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading it ends the process."""
    monkeypatch.setattr(libcrypto, "SONAMES", ())
    monkeypatch.setattr(ctypes.util, "find_library", pytest.fail)
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(PasswordStoreError, match="this machine has none"):
        libcrypto.encrypt(AES_256_CBC, bytes(32), bytes(16), b"")


class Refusing:
    """A libcrypto that has no such cipher, as OpenSSL in FIPS mode has no Triple DES."""

    def __init__(self, *, context: int | None) -> None:
        self.context = context
        self.freed: list[int] = []

    def EVP_CIPHER_CTX_new(self) -> int | None:
        return self.context

    def EVP_CIPHER_CTX_free(self, context: int) -> None:
        self.freed.append(context)

    def EVP_des_ede3_cbc(self) -> None:
        return None

    def EVP_CipherInit_ex(self, *arguments: object) -> int:
        return 0

    def ERR_clear_error(self) -> None:
        self.freed.append(0)


def test_a_cipher_that_policy_forbids_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Refusing(context=7)
    monkeypatch.setattr(libcrypto, "load", lambda: library)
    with pytest.raises(PasswordStoreError, match="refuses Triple DES"):
        libcrypto.encrypt(DES3_CBC, bytes(24), bytes(8), b"secret")
    assert library.freed == [7, 0]


def test_no_memory_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Refusing(context=None)
    monkeypatch.setattr(libcrypto, "load", lambda: library)
    with pytest.raises(PasswordStoreError, match="memory"):
        libcrypto.encrypt(DES3_CBC, bytes(24), bytes(8), b"secret")
    assert library.freed == []
