# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings for text that does not match the settings' kind of connection."""

from __future__ import annotations

from ..._model.redaction import Redactor
from ..findings.encryption import text_before_tls
from ..findings.endpoint import Endpoint
from ..findings.failure import Failure
from ..findings.wrong_service import needs_starttls, wrong_protocol
from .connection import PlainAnswer
from .protocol_guess import detect_protocol


def other_greeting(endpoint: Endpoint, first: bytes, redact: Redactor) -> Failure:
    """The greeting does not belong to the expected protocol."""
    return wrong_protocol(endpoint, detect_protocol(first), redact(first))


def plain_answer(endpoint: Endpoint, first: bytes, redact: Redactor) -> Failure:
    """Plain text was received instead of implicit TLS."""
    detected = detect_protocol(first)
    if detected is None or detected.value != endpoint.service.title:
        return wrong_protocol(endpoint, detected, redact(first))
    return needs_starttls(endpoint, redact(first))


def injected(answer: PlainAnswer, redact: Redactor) -> Failure:
    """Plain text was received after STARTTLS, before TLS began."""
    return text_before_tls(redact(answer.first))
