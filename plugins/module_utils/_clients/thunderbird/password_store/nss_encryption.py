# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""NSS's protection of private data in key4.db: encryption and check values, keyed by the primary password.

``EncryptedData ::= SEQUENCE { algorithm, OCTET STRING }`` with one of

* PBES2 (RFC 8018, A.4) with PBKDF2, HMAC-SHA-256 and AES-256-CBC: written here, and by NSS since 3.49 (2019);
* pbeWithSha1AndTripleDES-CBC in NSS's own form: in older profiles whose primary password was never changed;
* PBMAC1 (RFC 8018, A.5) with PBKDF2 and HMAC-SHA-256: the check value used with PBES2.

Sources: NSS lib/softoken/sftkpwd.c (when each form is used) and lowpbe.c (key derivation).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from ...._formats import der
from ...._model.errors import PasswordStoreError
from . import libcrypto

PBES2 = "1.2.840.113549.1.5.13"
PBMAC1 = "1.2.840.113549.1.5.14"
PBKDF2 = "1.2.840.113549.1.5.12"
HMAC_SHA256 = "1.2.840.113549.2.9"
AES_256_CBC = "2.16.840.1.101.3.4.1.42"
SHA1_DES3_CBC = "1.2.840.113549.1.12.5.1.3"

KEY_BYTES = 32
SALT_BYTES = 32
ROUNDS = 1  # NSS's value without a primary password
MAX_ROUNDS = 1_000_000  # NSS uses 10,000 with a primary password; a damaged number must not keep a host busy for hours


class UnknownFormError(ValueError):
    """The data is well-formed, but has an unsupported form."""


def password_key(salt: bytes, password: bytes) -> bytes:
    """The key from which all keys of a database are derived (sftkdb_passwordToKey).

    Args:
        salt: the database's salt; a new primary password has one of 48 bytes, which implies SHA-384.
        password: the primary password, empty if there is none.
    """
    return hashlib.new("sha384" if len(salt) == 48 else "sha1", salt + password).digest()


def encrypt(key: bytes, plain: bytes) -> bytes:
    """Encrypt with PBES2."""
    salt = secrets.token_bytes(SALT_BYTES)
    vector = der.encode_octets(secrets.token_bytes(14))  # 16 bytes in DER, as NSS requires (nsspkcs5_SetIVParam)
    sealed = libcrypto.encrypt(libcrypto.AES_256_CBC, _pbkdf2(key, salt, ROUNDS), vector, plain)
    cipher = der.encode_sequence(der.encode_identifier(AES_256_CBC), vector)
    return _encode(PBES2, salt, cipher, sealed)


def decrypt(key: bytes, sealed: bytes) -> bytes:
    """Decrypt data encrypted by NSS.

    Raises:
        PaddingError: the data is damaged, or another password was used.
        UnknownFormError: the data has an unsupported form.
        ValueError: the data is damaged.
        PasswordStoreError: the host's OpenSSL refuses.
    """
    algorithm, parameters, content = _decode(sealed)
    if algorithm == SHA1_DES3_CBC:
        return _decrypt_old(key, parameters, content)
    if algorithm != PBES2:
        raise UnknownFormError(f"encryption {algorithm}")
    derived = _read_pbkdf2(key, parameters.sequence())
    cipher = parameters.sequence()
    _expect(cipher.identifier(), AES_256_CBC)
    return libcrypto.decrypt(libcrypto.AES_256_CBC, derived, cipher.whole(), content)


def sign(key: bytes, attribute: int, plain: bytes) -> bytes:
    """The check value of an attribute encrypted with PBES2, for NSS's metadata table."""
    salt = secrets.token_bytes(SALT_BYTES)
    mac = _mac(_pbkdf2(key, salt, ROUNDS), attribute, plain)
    return _encode(PBMAC1, salt, der.encode_sequence(der.encode_identifier(HMAC_SHA256)), mac)


def wants_signature(sealed: bytes) -> bool:
    """Whether NSS requires a matching check value for an attribute: with PBES2, not with the older form."""
    return _decode(sealed)[0] == PBES2


def agrees(key: bytes, attribute: int, plain: bytes, signature: bytes) -> bool:
    """Whether a check value matches the attribute.

    Raises:
        UnknownFormError: it has an unsupported form.
        ValueError: it is damaged.
        PasswordStoreError: the host's OpenSSL refuses.
    """
    algorithm, parameters, mac = _decode(signature)
    _expect(algorithm, PBMAC1)
    derived = _read_pbkdf2(key, parameters.sequence())
    _expect(parameters.sequence().identifier(), HMAC_SHA256)
    return hmac.compare_digest(mac, _mac(derived, attribute, plain))


def _mac(derived: bytes, attribute: int, plain: bytes) -> bytes:
    """The MAC over the object (NSS uses 0, whatever the object's number), the attribute's type and its value."""
    return hmac.new(derived, (0).to_bytes(4, "big") + attribute.to_bytes(4, "big") + plain, hashlib.sha256).digest()


def _encode(algorithm: str, salt: bytes, scheme: bytes, content: bytes) -> bytes:
    derivation = der.encode_sequence(
        der.encode_identifier(PBKDF2),
        der.encode_sequence(
            der.encode_octets(salt),
            der.encode_integer(ROUNDS),
            der.encode_integer(KEY_BYTES),
            der.encode_sequence(der.encode_identifier(HMAC_SHA256)),
        ),
    )
    parameters = der.encode_sequence(derivation, scheme)
    return der.encode_sequence(
        der.encode_sequence(der.encode_identifier(algorithm), parameters), der.encode_octets(content)
    )


def _decode(data: bytes) -> tuple[str, der.DerReader, bytes]:
    """The algorithm, its parameters and the content."""
    outer = der.DerReader(data)
    parts = outer.sequence()
    outer.end()
    algorithm = parts.sequence()
    content = parts.octets()
    parts.end()
    return algorithm.identifier(), algorithm.sequence(), content


def _read_pbkdf2(key: bytes, derivation: der.DerReader) -> bytes:
    _expect(derivation.identifier(), PBKDF2)
    parameters = derivation.sequence()
    salt, rounds = parameters.octets(), _rounds(parameters)
    _expect(parameters.integer(), KEY_BYTES)
    _expect(parameters.sequence().identifier(), HMAC_SHA256)
    return _pbkdf2(key, salt, rounds)


def _rounds(parameters: der.DerReader) -> int:
    rounds = parameters.integer()
    if not 1 <= rounds <= MAX_ROUNDS:
        raise UnknownFormError(f"{rounds} rounds of key derivation, which is not 1 to {MAX_ROUNDS}")
    return rounds


def _pbkdf2(key: bytes, salt: bytes, rounds: int) -> bytes:
    try:
        return hashlib.pbkdf2_hmac("sha256", key, salt, rounds, KEY_BYTES)
    except ValueError as error:  # OpenSSL's FIPS mode has lower bounds; all arguments are validated already
        raise PasswordStoreError(
            f"This machine's OpenSSL refuses PBKDF2 with {rounds} round(s), which Thunderbird's password store uses "
            f"({error}); nothing was changed. Leave the password out on this machine (FIPS mode?)."
        ) from None


def _decrypt_old(key: bytes, parameters: der.DerReader, content: bytes) -> bytes:
    """Decrypt with PBKDF1 and SHA-1, extended as in a draft of PKCS #12 (nsspkcs5_PBKDF1Extended)."""
    salt, rounds = parameters.octets(), _rounds(parameters)
    digest = key + salt
    for _round in range(rounds):
        digest = hashlib.sha1(digest).digest()
    state = salt.ljust(hashlib.sha1().digest_size, b"\0")
    first = _hmac_sha1(digest, state + salt)
    second = _hmac_sha1(digest, _hmac_sha1(digest, state) + salt)
    derived = first + second
    return libcrypto.decrypt(libcrypto.DES3_CBC, derived[:24], derived[-8:], content)


def _hmac_sha1(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha1).digest()


def _expect(found: object, wanted: object) -> None:
    if found != wanted:
        raise UnknownFormError(f"{found} where {wanted} was expected")
