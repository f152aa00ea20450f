# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user name and a password in logins.db of Thunderbird 157, encrypted together in the column ``secFields``.

JSON Web Encryption (RFC 7516) in compact form, with the key used directly ("dir") and AES-256-GCM: the header, no
encrypted key, the initialisation vector, the text ``{"u":USER,"p":PASSWORD}`` and the tag, each in base64url (RFC 4648,
section 5, without padding). The encoded header is authenticated too.
"""

from __future__ import annotations

import base64
import json
import secrets

from . import aes_gcm

HEADER = b'{"alg":"dir","enc":"A256GCM"}'


def encrypt(key: bytes, username: str, password: str) -> str:
    """Encrypt a login.

    Raises:
        PasswordStoreError: there is no libcrypto, or it rejects the cipher.
    """
    plain = json.dumps({"u": username, "p": password}, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    header, vector = _encode(HEADER), secrets.token_bytes(aes_gcm.VECTOR_BYTES)
    sealed, tag = aes_gcm.encrypt(key, vector, plain, header.encode("ascii"))
    return ".".join((header, "", _encode(vector), _encode(sealed), _encode(tag)))


def decrypt(key: bytes, text: str) -> tuple[str, str]:
    """Decrypt the user name and the password.

    Raises:
        ValueError: the text is damaged, was encrypted with another key, or has an unsupported form.
        PasswordStoreError: there is no libcrypto, or it rejects the cipher.
    """
    header, wrapped, vector, sealed, tag = text.split(".")
    if wrapped or json.loads(_decode(header)) != json.loads(HEADER):
        raise ValueError("encrypted in an unknown way")
    plain = aes_gcm.decrypt(key, _decode(vector), _decode(sealed), _decode(tag), header.encode("ascii"))
    fields = json.loads(plain.decode("utf-8"))
    if not isinstance(fields, dict) or not all(isinstance(fields.get(name), str) for name in ("u", "p")):
        raise ValueError("no user name and password in it")
    return fields["u"], fields["p"]


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
