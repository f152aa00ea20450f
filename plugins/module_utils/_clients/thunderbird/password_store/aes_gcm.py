# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AES-256 in Galois/Counter Mode (NIST SP 800-38D) from the host's OpenSSL (libcrypto), called through ctypes.

The calls and constants are common to libcrypto 1.0.2, 1.1 and 3 (EVP_EncryptInit(3), "AEAD").
"""

from __future__ import annotations

import ctypes
import functools

from ...._model.errors import PasswordStoreError
from . import libcrypto

KEY_BYTES = 32
VECTOR_BYTES = 12
TAG_BYTES = 16

_GET_TAG, _SET_TAG = 0x10, 0x11  # EVP_CTRL_AEAD_GET_TAG, EVP_CTRL_AEAD_SET_TAG


class TagError(ValueError):
    """The data is damaged or was encrypted with another key."""


def encrypt(key: bytes, vector: bytes, plain: bytes, associated: bytes) -> tuple[bytes, bytes]:
    """Encrypt.

    Args:
        key: 32 bytes.
        vector: 12 bytes, never reused with a key.
        plain: what to encrypt.
        associated: authenticated along with it, not encrypted.

    Returns:
        The encrypted text, as long as the plain text, and its tag of 16 bytes.

    Raises:
        PasswordStoreError: there is no libcrypto, or it rejects the cipher.
        ValueError: the key or the initialisation vector has the wrong length.
    """
    return _run(key, vector, plain, associated, None)


def decrypt(key: bytes, vector: bytes, sealed: bytes, tag: bytes, associated: bytes) -> bytes:
    """Decrypt what ``encrypt`` returned.

    Raises:
        PasswordStoreError: there is no libcrypto, or it rejects the cipher.
        TagError: the data is damaged or was encrypted with another key.
        ValueError: the key, the initialisation vector or the tag has the wrong length.
    """
    if len(tag) != TAG_BYTES:
        raise ValueError("a tag of the wrong length")
    return _run(key, vector, sealed, associated, tag)[0]


def _run(key: bytes, vector: bytes, data: bytes, associated: bytes, tag: bytes | None) -> tuple[bytes, bytes]:
    if len(key) != KEY_BYTES or len(vector) != VECTOR_BYTES:
        raise ValueError("a key or initialisation vector of the wrong length for AES-256-GCM")
    library = _library()
    context = library.EVP_CIPHER_CTX_new()
    if not context:
        raise PasswordStoreError(
            "There is not enough memory for a cipher; nothing was changed. Free memory and run again."
        )
    try:
        function = library.EVP_aes_256_gcm()
        if library.EVP_CipherInit_ex(context, function, None, key, vector, int(tag is None)) != 1:
            raise PasswordStoreError(
                "This machine's OpenSSL refuses AES-256-GCM, which Thunderbird's password store uses; nothing was "
                "changed. Allow it in the machine's crypto policy, or leave the password out."
            )
        result = ctypes.create_string_buffer(len(data) + 16)
        length, rest = ctypes.c_int(0), ctypes.c_int(0)
        done = [
            library.EVP_CipherUpdate(context, None, ctypes.byref(length), associated, len(associated)),
            library.EVP_CipherUpdate(context, result, ctypes.byref(length), data, len(data)),
        ]
        if tag is not None:
            done.append(library.EVP_CIPHER_CTX_ctrl(context, _SET_TAG, TAG_BYTES, tag))
        done.append(library.EVP_CipherFinal_ex(context, ctypes.byref(result, length.value), ctypes.byref(rest)))
        made = ctypes.create_string_buffer(TAG_BYTES)
        if tag is None:
            done.append(library.EVP_CIPHER_CTX_ctrl(context, _GET_TAG, TAG_BYTES, made))
        if any(each != 1 for each in done):
            raise TagError("not AES-256-GCM of this key")
        return result.raw[: length.value + rest.value], made.raw
    finally:
        library.EVP_CIPHER_CTX_free(context)
        library.ERR_clear_error()  # Python's ssl module may share this thread's error queue


def _library() -> ctypes.CDLL:
    return _with_types(libcrypto.load())


@functools.lru_cache(maxsize=None)
def _with_types(library: ctypes.CDLL) -> ctypes.CDLL:
    library.EVP_aes_256_gcm.restype = ctypes.c_void_p
    library.EVP_CIPHER_CTX_ctrl.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_char_p)
    return library
