# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secret Decoder Ring, which encrypts each user name and password in logins.json.

``SEQUENCE { OCTET STRING key-id, SEQUENCE { cipher, OCTET STRING iv }, OCTET STRING sealed }``, in base64.
Source: NSS lib/pk11wrap/pk11sdr.c.
"""

from __future__ import annotations

import base64
import dataclasses
import enum
import secrets

from ...._formats import der
from . import libcrypto

KEY_ID = bytes.fromhex("F8000000000000000000000000000001")


class Cipher(enum.Enum):
    """The ciphers used by SDR, the preferred one first.

    Attributes:
        block: the cipher itself.
        identifier: its object identifier in the encrypted text.
        key_type: the PKCS #11 type of its keys (CKK_AES, CKK_DES3).
    """

    AES = (libcrypto.AES_256_CBC, "2.16.840.1.101.3.4.1.42", 0x1F)
    DES3 = (libcrypto.DES3_CBC, "1.2.840.113549.3.7", 0x15)

    def __init__(self, block: libcrypto.BlockCipher, identifier: str, key_type: int) -> None:
        self.block = block
        self.identifier = identifier
        self.key_type = key_type


@dataclasses.dataclass(frozen=True)
class SdrKey:
    """A key of a profile.

    Attributes:
        cipher: the key's cipher.
        value: the key's bytes.
    """

    cipher: Cipher
    value: bytes = dataclasses.field(repr=False)

    @classmethod
    def generate(cls, cipher: Cipher) -> SdrKey:
        """A new random key."""
        value = secrets.token_bytes(cipher.block.key_bytes)
        return cls(cipher, _odd(value) if cipher is Cipher.DES3 else value)


@dataclasses.dataclass(frozen=True)
class SdrKeys:
    """All keys of a profile: none, one, or one per cipher (in a profile older than Thunderbird 144).

    Attributes:
        keys: at most one per cipher, the preferred one first.
    """

    keys: tuple[SdrKey, ...]

    def encrypt(self, text: str) -> str:
        """Encrypt with the preferred key, which must exist.

        Raises:
            ValueError: the text is not Unicode, or there is no key.
            PasswordStoreError: there is no libcrypto, or it rejects the cipher.
        """
        try:
            plain = text.encode("utf-8")
        except UnicodeEncodeError:
            raise ValueError("a text with half a character (a lone surrogate)") from None
        if not self.keys:
            raise ValueError("no key")
        return _encrypt(self.keys[0], plain)

    def decrypt(self, sealed: str) -> str:
        """Decrypt with the key of the cipher that the text names; like NSS, ignore the key's id.

        Raises:
            ValueError: the text is damaged, or its key is missing.
            PasswordStoreError: there is no libcrypto, or it rejects the cipher.
        """
        identifier, vector, content = _read(sealed)
        for key in self.keys:
            if key.cipher.identifier == identifier:
                plain = libcrypto.decrypt(key.cipher.block, key.value, vector, content)
                try:
                    return plain.decode("utf-8")
                except UnicodeDecodeError:
                    raise ValueError("decrypted, but not a text") from None
        raise ValueError("no key for it")


def _read(sealed: str) -> tuple[str, bytes, bytes]:
    """The cipher's identifier, the initialisation vector and the content."""
    outer = der.DerReader(base64.b64decode(sealed, validate=True))
    parts = outer.sequence()
    outer.end()
    parts.octets()  # the key's id
    algorithm = parts.sequence()
    content = parts.octets()
    parts.end()
    identifier, vector = algorithm.identifier(), algorithm.octets()
    algorithm.end()
    return identifier, vector, content


def _encrypt(key: SdrKey, plain: bytes) -> str:
    vector = secrets.token_bytes(key.cipher.block.block_bytes)
    sealed = libcrypto.encrypt(key.cipher.block, key.value, vector, plain)
    algorithm = der.encode_sequence(der.encode_identifier(key.cipher.identifier), der.encode_octets(vector))
    blob = der.encode_sequence(der.encode_octets(KEY_ID), algorithm, der.encode_octets(sealed))
    return base64.b64encode(blob).decode("ascii")


def _odd(value: bytes) -> bytes:
    """Set the odd parity of the bytes of DES keys (FIPS 46-3)."""
    return bytes(octet & 0xFE | (bin(octet >> 1).count("1") + 1) % 2 for octet in value)
