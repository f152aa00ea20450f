# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way to sign in is tried first. Those that do not send the password come last (``sasl``)."""

from __future__ import annotations

import hmac
import typing as t

from ..._model.secret import Secret
from .sasl import CramMd5, Mechanism, Scram

AUTH_PLAIN = "AUTH PLAIN"
_SCRAM = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1"}


def ways_with_password(offered: t.Collection[str], own: str) -> tuple[str, ...]:
    """The ways to sign in that send the password itself, the preferred one first.

    If there is none, use ``choose``. ``sign_in_rules`` has already decided whether a password may be sent.

    Args:
        offered: the mechanisms that the server lists.
        own: the protocol's own way, such as ``LOGIN``, if the server permits it; empty otherwise.
    """
    return tuple(way for way in (AUTH_PLAIN if "PLAIN" in offered else "", own) if way)


def choose(offered: t.Collection[str], username: str, password: Secret) -> Mechanism | None:
    """The best offered mechanism that does not send the password; None if there is none."""
    for name, algorithm in _SCRAM.items():
        if name in offered:
            return Scram(name, algorithm, username, password)
    if "CRAM-MD5" in offered and _has_md5():
        return CramMd5(username, password)
    return None


def _has_md5() -> bool:
    """Whether MD5 is available; hosts in FIPS mode refuse it."""
    try:
        hmac.new(b"key", b"message", "md5")
    except ValueError:
        return False
    return True
