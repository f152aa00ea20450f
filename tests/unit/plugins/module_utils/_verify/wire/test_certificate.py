# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of certificates: right on real ones, and never at a loss."""

from __future__ import annotations

import calendar
import contextlib
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._verify.wire.certificate import (
    Certificate,
    read_certificate,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import CERTIFICATES

NAMES = ("imap.lab.test", "pop.lab.test", "smtp.lab.test", "127.0.0.1")


def der(name: str) -> bytes:
    """The certificate in one of the files."""
    begin = "-----BEGIN CERTIFICATE-----"
    end = "-----END CERTIFICATE-----"
    text = (CERTIFICATES / f"{name}.pem").read_text()
    return ssl.PEM_cert_to_DER_cert(text[text.index(begin) : text.index(end) + len(end)])


def year(number: int) -> float:
    """Its first second."""
    return float(calendar.timegm((number, 1, 1, 0, 0, 0)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("good", Certificate(NAMES, "imap.lab.test", "Lab CA", year(2020), year(2126))),
        ("expired", Certificate(NAMES, "imap.lab.test", "Lab CA", year(2020), year(2021))),
        ("self-signed", Certificate(NAMES, "imap.lab.test", "imap.lab.test", year(2020), year(2126))),
        ("unknown-issuer", Certificate(NAMES, "imap.lab.test", "Root R1 (Stranger & Sons)", year(2020), year(2126))),
        ("ca", Certificate((), "Lab CA", "Lab CA", year(2020), year(2126))),
    ],
)
def test_real_certificates(name: str, expected: Certificate) -> None:
    assert read_certificate(der(name)) == expected


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        read_certificate(data)


@given(st.data())
def test_a_damaged_certificate_is_read_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(der("good"))
    for _damage in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        read_certificate(bytes(damaged))


@given(st.integers(0, 500))
def test_a_certificate_cut_short_is_refused(length: int) -> None:
    whole = der("good")
    with pytest.raises(ValueError, match=r"cut off|missing|expected|shortest form"):
        read_certificate(whole[: min(length, len(whole) - 1)])
