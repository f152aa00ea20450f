# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's certificate authority and its server certificates: valid ones and three kinds of invalid ones."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = datetime.timedelta(days=1)
WRONG_NAME = "mail.wrong-name.test"


class Quality(enum.Enum):
    """Whether a server's certificate passes verification, and if not, why."""

    GOOD = "good"
    WRONG_NAME = "wrong-name"
    EXPIRED = "expired"
    UNTRUSTED = "untrusted"


@dataclasses.dataclass(frozen=True)
class Identity:
    """A server's certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes = dataclasses.field(repr=False)


class Authority:
    """A certificate authority. Its key exists only in memory."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        public_key = self._key.public_key()
        now = datetime.datetime.now(datetime.UTC)
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        self._certificate = (
            _builder(self._name, self._name, public_key, now - _DAY, now + 30 * _DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    @property
    def certificate(self) -> bytes:
        """The authority's certificate, which clients must trust, as PEM."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, names: t.Sequence[str], quality: Quality = Quality.GOOD) -> Identity:
        """Issue a certificate for host names with a new key (ECDSA P-256)."""
        if quality is Quality.UNTRUSTED:
            return Authority("Untrusted authority").issue(names)
        now = datetime.datetime.now(datetime.UTC)
        if quality is Quality.EXPIRED:
            return self._signed(names, now - 90 * _DAY, now - _DAY)
        if quality is Quality.WRONG_NAME:
            return self._signed([WRONG_NAME], now - _DAY, now + 30 * _DAY)
        return self._signed(names, now - _DAY, now + 30 * _DAY)

    def _signed(self, names: t.Sequence[str], start: datetime.datetime, end: datetime.datetime) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = (
            _builder(subject, self._name, key.public_key(), start, end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return Identity(
            certificate.public_bytes(serialization.Encoding.PEM),
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    start: datetime.datetime,
    end: datetime.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
