# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which protocol a server speaks, recognised by its first bytes."""

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
    """The protocol that begins like this; None if it is none of those known."""
    return next((protocol for protocol, signature in _SIGNATURES if signature.match(first)), None)
