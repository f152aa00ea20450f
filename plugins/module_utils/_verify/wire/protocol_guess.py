# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detects which protocol a server speaks by its first bytes."""

from __future__ import annotations

import re

from ..findings.wrong_service import DetectedProtocol

# RFC 3501 7.1, RFC 1939 4, RFC 5321 4.2, RFC 9112 4, RFC 4253 4.2, RFC 8446 5.1 (alert and handshake records).
_SIGNATURES = (
    (DetectedProtocol.IMAP, re.compile(rb"\* (OK|BYE|PREAUTH)\b", re.IGNORECASE)),
    (DetectedProtocol.POP3, re.compile(rb"(\+OK|-ERR)\b", re.IGNORECASE)),
    (DetectedProtocol.SMTP, re.compile(rb"[245][0-9]{2}(?=[ -]|$)")),
    (DetectedProtocol.HTTP, re.compile(rb"HTTP/|<!DOCTYPE|<html", re.IGNORECASE)),
    (DetectedProtocol.SSH, re.compile(rb"SSH-")),
    (DetectedProtocol.TLS, re.compile(rb"[\x15\x16]\x03")),
)


def detect_protocol(first: bytes) -> DetectedProtocol | None:
    """The protocol with these first bytes; None if unknown."""
    return next((protocol for protocol, signature in _SIGNATURES if signature.match(first)), None)


def asks_for_certificate(handshake: bytes) -> bool:
    """Whether a server's part of a handshake up to TLS 1.2 asks for a client certificate (RFC 5246 7.4.4)."""
    messages = b""
    while len(handshake) > 5 and handshake[0] == 22:  # records of the type handshake: type, version, length
        end = 5 + int.from_bytes(handshake[3:5], "big")
        messages, handshake = messages + handshake[5:end], handshake[end:]
    while len(messages) >= 4:
        if messages[0] == 13:
            return True
        messages = messages[4 + int.from_bytes(messages[1:4], "big") :]
    return False
