# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AES-256-GCM against the specification's own examples."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.password_store import (
    aes_gcm,
    libcrypto,
)
from ansible_collections.charter.mail.plugins.module_utils._model.errors import PasswordStoreError

# McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16
KEY = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
VECTOR = bytes.fromhex("cafebabefacedbaddecaf888")
PLAIN = bytes.fromhex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba"
    "637b39"
)
ASSOCIATED = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
SEALED = bytes.fromhex(
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abc"
    "c9f662"
)
TAG = bytes.fromhex("76fc6ece0f4e1768cddf8853bb2d551b")


def test_the_specification() -> None:
    assert aes_gcm.encrypt(KEY, VECTOR, PLAIN, ASSOCIATED) == (SEALED, TAG)
    assert aes_gcm.decrypt(KEY, VECTOR, SEALED, TAG, ASSOCIATED) == PLAIN


def test_nothing_encrypted_and_nothing_beside_it() -> None:
    sealed, tag = aes_gcm.encrypt(bytes(32), bytes(12), b"", b"")
    assert (sealed, tag.hex()) == (b"", "530f8afbc74536b9a963b4f1c4cb738b")  # test case 13
    assert aes_gcm.decrypt(bytes(32), bytes(12), sealed, tag, b"") == b""


@pytest.mark.parametrize("part", range(5))
def test_one_changed_bit_is_found(part: int) -> None:
    parts = [KEY, VECTOR, SEALED, TAG, ASSOCIATED]
    parts[part] = bytes((parts[part][0] ^ 1,)) + parts[part][1:]
    with pytest.raises(aes_gcm.TagError):
        aes_gcm.decrypt(*parts)


@pytest.mark.parametrize("part", [0, 1, 3])
def test_a_part_of_the_wrong_length_is_refused(part: int) -> None:
    parts = [KEY, VECTOR, SEALED, TAG, ASSOCIATED]
    parts[part] = parts[part][:-1]
    with pytest.raises(ValueError, match="wrong length"):
        aes_gcm.decrypt(*parts)


def test_no_libcrypto_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libcrypto, "SONAMES", ())
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    with pytest.raises(PasswordStoreError, match="this machine has none"):
        aes_gcm.encrypt(KEY, VECTOR, PLAIN, ASSOCIATED)
