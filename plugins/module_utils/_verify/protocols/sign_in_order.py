# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of the ways to sign in. ``sasl`` has those that do not send the password, which come last."""

from __future__ import annotations

import typing as t

AUTH_PLAIN = "AUTH PLAIN"


def ways_with_password(offered: t.Collection[str], own: str) -> tuple[str, ...]:
    """The ways to sign in that send the password itself, the preferred one first.

    If there is none, use ``sasl.choose``. ``sign_in_rules`` has already decided whether a password may be sent.

    Args:
        offered: the mechanisms that the server lists.
        own: the protocol's own way, such as ``LOGIN``, if the server permits it; empty otherwise.
    """
    return tuple(way for way in (AUTH_PLAIN if "PLAIN" in offered else "", own) if way)
