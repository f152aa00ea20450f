# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the certificates in this folder anew: ``.venv/bin/python tests/unit/certificates/make.py``.

They are kept in the repository because the tests also run where nothing can make certificates.
"""

from __future__ import annotations

import dataclasses
import datetime
import ipaddress
import pathlib
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FOLDER = pathlib.Path(__file__).resolve().parent
NAMES = ("imap.lab.test", "pop.lab.test", "smtp.lab.test")


def _moment(year: int) -> datetime.datetime:
    return datetime.datetime(year, 1, 1, tzinfo=datetime.UTC)


@dataclasses.dataclass(frozen=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        """Both as text, as servers read them."""
        return self.certificate.public_bytes(serialization.Encoding.PEM) + self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def _name(common_name: str, organisation: str = "") -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organisation:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(attributes)


def _issue(
    subject: x509.Name,
    issuer: Issued | None,
    extensions: t.Sequence[tuple[x509.ExtensionType, bool]],
    years: tuple[int, int],
) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    signing_key = key if issuer is None else issuer.key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_moment(years[0]))
        .not_valid_after(_moment(years[1]))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return Issued(builder.sign(signing_key, hashes.SHA256()), key)


def authority(common_name: str, organisation: str = "") -> Issued:
    """A CA, valid from 2020 to 2126."""
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return _issue(
        _name(common_name, organisation), None, [(x509.BasicConstraints(True, 0), True), (usage, True)], (2020, 2126)
    )


def server(issuer: Issued | None, names: t.Sequence[str], years: tuple[int, int] = (2020, 2126)) -> Issued:
    """A server's certificate for some names and 127.0.0.1; without issuer it signs itself."""
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    return _issue(_name(names[0]), issuer, [(x509.SubjectAlternativeName(alternatives), False)], years)


def main() -> None:
    """Write them all."""
    lab = authority("Lab CA")
    certificates = {
        "good": server(lab, NAMES),
        "other-name": server(lab, ["elsewhere.lab.test", "www.lab.test"]),
        "expired": server(lab, NAMES, (2020, 2021)),
        "not-yet-valid": server(lab, NAMES, (2125, 2126)),
        "unknown-issuer": server(authority("Root R1", "Stranger & Sons"), NAMES),
        "self-signed": server(None, NAMES),
        "provider": server(lab, ["imap.charter.net", "mobile.charter.net"]),
        "intercepted": server(authority("Avast Web/Mail Shield Root", "Avast Web/Mail Shield"), NAMES),
    }
    (FOLDER / "ca.pem").write_bytes(lab.certificate.public_bytes(serialization.Encoding.PEM))
    for name, issued in certificates.items():
        (FOLDER / f"{name}.pem").write_bytes(issued.pem())


if __name__ == "__main__":
    main()
