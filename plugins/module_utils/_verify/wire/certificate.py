# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the fields of a certificate (RFC 5280), trusted or not.

The standard library shows a certificate's fields only after verification. This module reads the few that explain a
refusal. Only the TLS library decides whether a certificate is valid.
"""

from __future__ import annotations

import calendar
import dataclasses
import functools
import ipaddress
import time
import typing as t

from ..._formats.der import OBJECT_IDENTIFIER, DerReader, Element

_COMMON_NAME = b"\x55\x04\x03"  # 2.5.4.3
_ORGANISATION = b"\x55\x04\x0a"  # 2.5.4.10
_SUBJECT_ALT_NAME = b"\x55\x1d\x11"  # 2.5.29.17

_VERSION, _EXTENSIONS = 0xA0, 0xA3
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87
_TIMES = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}
_ENCODINGS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be"}


@dataclasses.dataclass(frozen=True)
class Certificate:
    """The part of a certificate that explains a refusal.

    Attributes:
        names: host names and addresses it is valid for.
        subject: its subject, such as ``imap.charter.net``; may be empty.
        issuer: its issuer, such as ``R3 (Let's Encrypt)``; may be empty.
        not_before: seconds since 1970.
        not_after: seconds since 1970.
    """

    names: tuple[str, ...]
    subject: str
    issuer: str
    not_before: float
    not_after: float


@functools.lru_cache(maxsize=64)  # many accounts have the same few servers
def read_certificate(der: bytes) -> Certificate:
    """Read a certificate.

    Raises:
        ValueError: it does not have the form that RFC 5280 requires.
    """
    body = DerReader(der).sequence().sequence().elements()
    if body and body[0].tag == _VERSION:
        body = body[1:]
    if len(body) < 6:
        raise ValueError("a certificate with fields missing")
    _serial, _signature, issuer, validity, subject, _key, *rest = body
    times = _elements(validity.content)
    if len(times) != 2:
        raise ValueError("a validity that is not two times")
    return Certificate(
        names=tuple(
            name for element in rest if element.tag == _EXTENSIONS for name in _alternative_names(element.content)
        ),
        subject=_name(subject.content),
        issuer=_name(issuer.content),
        not_before=_time(times[0]),
        not_after=_time(times[1]),
    )


def _elements(data: bytes) -> list[Element]:
    return DerReader(data).elements()


def _name(content: bytes) -> str:
    """The common name with the organisation in brackets, or whichever of the two is present."""
    parts: dict[bytes, str] = {}
    for group in _elements(content):
        for attribute in _elements(group.content):
            pair = _elements(attribute.content)
            if len(pair) == 2 and pair[0].tag == OBJECT_IDENTIFIER:
                parts.setdefault(pair[0].content, _text(pair[1]))
    common, organisation = parts.get(_COMMON_NAME, ""), parts.get(_ORGANISATION, "")
    if common and organisation and organisation not in common:
        return f"{common} ({organisation})"
    return common or organisation


def _text(element: Element) -> str:
    return element.content.decode(_ENCODINGS.get(element.tag, "latin-1"), "replace")


def _time(element: Element) -> float:
    if element.tag not in _TIMES:
        raise ValueError("a time of an unknown form")
    return float(calendar.timegm(time.strptime(element.content.decode("ascii"), _TIMES[element.tag])))


def _alternative_names(content: bytes) -> t.Iterator[str]:
    for extension in DerReader(content).sequence().elements():
        fields = _elements(extension.content)  # the identifier, perhaps the critical flag, and the value
        if fields and fields[0].content == _SUBJECT_ALT_NAME:
            for name in DerReader(fields[-1].content).sequence().elements():
                if name.tag == _DNS_NAME:
                    yield name.content.decode("ascii", "replace")
                elif name.tag == _IP_ADDRESS:
                    yield str(ipaddress.ip_address(name.content))
