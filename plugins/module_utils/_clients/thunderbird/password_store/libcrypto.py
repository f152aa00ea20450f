# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AES and Triple DES from the host's OpenSSL (libcrypto), called through ctypes.

The EVP calls are common to libcrypto 1.0.2, 1.1 and 3 (EVP_EncryptInit(3)). The padding is that of PKCS #7 (RFC 5652,
section 6.3), which NSS also uses.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import dataclasses
import functools
import sys

from ...._model.errors import PasswordStoreError

SONAMES = ("libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so.10")


@dataclasses.dataclass(frozen=True)
class BlockCipher:
    """A block cipher in CBC mode.

    Attributes:
        name: for messages.
        function: its name in libcrypto.
        key_bytes: the length of its keys.
        block_bytes: the length of its blocks and of its initialisation vectors.
    """

    name: str
    function: str
    key_bytes: int
    block_bytes: int


AES_256_CBC = BlockCipher("AES-256", "EVP_aes_256_cbc", 32, 16)
DES3_CBC = BlockCipher("Triple DES", "EVP_des_ede3_cbc", 24, 8)


class PaddingError(ValueError):
    """The decrypted data does not end in padding: it is damaged or was encrypted with another key."""


def encrypt(cipher: BlockCipher, key: bytes, vector: bytes, plain: bytes) -> bytes:
    """Pad and encrypt.

    Raises:
        PasswordStoreError: there is no libcrypto, or it rejects the cipher.
        ValueError: the key or the initialisation vector has the wrong length.
    """
    return _run(cipher, key, vector, plain, encrypting=True)


def decrypt(cipher: BlockCipher, key: bytes, vector: bytes, sealed: bytes) -> bytes:
    """Decrypt and remove the padding.

    Raises:
        PasswordStoreError: there is no libcrypto, or it rejects the cipher.
        PaddingError: the data is damaged or was encrypted with another key.
        ValueError: the key or the initialisation vector has the wrong length.
    """
    return _run(cipher, key, vector, sealed, encrypting=False)


def _run(cipher: BlockCipher, key: bytes, vector: bytes, data: bytes, *, encrypting: bool) -> bytes:
    if len(key) != cipher.key_bytes or len(vector) != cipher.block_bytes:
        raise ValueError(f"a key or initialisation vector of the wrong length for {cipher.name}")
    library = load()
    context = library.EVP_CIPHER_CTX_new()
    if not context:
        raise PasswordStoreError(
            "There is not enough memory for a cipher; nothing was changed. Free memory and run again."
        )
    try:
        function = getattr(library, cipher.function)()
        if library.EVP_CipherInit_ex(context, function, None, key, vector, int(encrypting)) != 1:
            raise PasswordStoreError(
                f"This machine's OpenSSL refuses {cipher.name}, which Thunderbird's password store uses; "
                "nothing was changed. Allow it in the machine's crypto policy (FIPS mode?), or leave the password out."
            )
        result = ctypes.create_string_buffer(len(data) + cipher.block_bytes)
        body, tail = ctypes.c_int(0), ctypes.c_int(0)
        updated = library.EVP_CipherUpdate(context, result, ctypes.byref(body), data, len(data))
        rest = ctypes.byref(result, body.value)
        if updated != 1 or library.EVP_CipherFinal_ex(context, rest, ctypes.byref(tail)) != 1:
            raise PaddingError(f"not {cipher.name} of this key")
        return result.raw[: body.value + tail.value]
    finally:
        library.EVP_CIPHER_CTX_free(context)
        library.ERR_clear_error()  # Python's ssl module may share this thread's error queue


def load() -> ctypes.CDLL:
    """The host's libcrypto.

    Raises:
        PasswordStoreError: there is none.
    """
    for name in SONAMES:
        try:
            return _library(name)
        except OSError:
            continue
    # On macOS, loading the unversioned libcrypto terminates the process.
    found = None if sys.platform == "darwin" else ctypes.util.find_library("crypto")
    if found is None:
        raise PasswordStoreError(
            "A password in Thunderbird's store is encrypted with OpenSSL's libcrypto, but this machine has none "
            f"(looked for {', '.join(SONAMES)}); nothing was changed. "
            "Install OpenSSL's shared libraries (package libssl3 or openssl-libs), or leave the password out."
        )
    return _library(found)


@functools.lru_cache(maxsize=None)
def _library(name: str) -> ctypes.CDLL:
    """A library with its function types set; once per process, since a profile may have thousands of texts."""
    library = ctypes.CDLL(name)
    library.EVP_CIPHER_CTX_new.restype = ctypes.c_void_p
    library.EVP_CIPHER_CTX_free.argtypes = (ctypes.c_void_p,)
    library.EVP_CIPHER_CTX_free.restype = None
    for cipher in (AES_256_CBC, DES3_CBC):
        getattr(library, cipher.function).restype = ctypes.c_void_p
    library.EVP_CipherInit_ex.argtypes = (
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_char_p,
        ctypes.c_int,
    )
    length = ctypes.POINTER(ctypes.c_int)
    library.EVP_CipherUpdate.argtypes = (ctypes.c_void_p, ctypes.c_void_p, length, ctypes.c_char_p, ctypes.c_int)
    library.EVP_CipherFinal_ex.argtypes = (ctypes.c_void_p, ctypes.c_void_p, length)
    library.ERR_clear_error.restype = None
    return library
