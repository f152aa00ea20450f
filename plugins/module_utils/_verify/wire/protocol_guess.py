# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who speaks on a port: told from the first bytes that come."""

from __future__ import annotations

import enum
import re


class DetectedProtocol(enum.Enum):
    """A protocol that a server gives away with its first bytes."""

    IMAP = "IMAP"
    POP3 = "POP3"
    SMTP = "SMTP"
    HTTP = "HTTP"
    SSH = "SSH"
    TLS = "TLS"


# RFC 3501 7.1, RFC 1939 4, RFC 5321 4.2, RFC 9112 4, RFC 4253 4.2, RFC 8446 5.1 (alert and handshake records).
_SIGNS = (
    (DetectedProtocol.IMAP, re.compile(rb"\* (OK|BYE|PREAUTH)\b", re.IGNORECASE)),
    (DetectedProtocol.POP3, re.compile(rb"(\+OK|-ERR)\b", re.IGNORECASE)),
    (DetectedProtocol.SMTP, re.compile(rb"[245][0-9]{2}(?=[ -]|$)")),
    (DetectedProtocol.HTTP, re.compile(rb"HTTP/|<!DOCTYPE|<html", re.IGNORECASE)),
    (DetectedProtocol.SSH, re.compile(rb"SSH-")),
    (DetectedProtocol.TLS, re.compile(rb"[\x15\x16]\x03")),
)


def detect_protocol(first: bytes) -> DetectedProtocol | None:
    """Who begins like that; None where it is none of those known."""
    return next((name for name, sign in _SIGNS if sign.match(first)), None)
