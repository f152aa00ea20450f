# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way to sign in comes first. ``sasl`` has those that do not show the password to the server, and come last."""

from __future__ import annotations

import typing as t

AUTH_PLAIN = "AUTH PLAIN"


def ways_with_password(offered: t.Collection[str], own: str) -> tuple[str, ...]:
    """The ways to sign in that send the password itself, the first choice first; without one, see ``sasl.choose``.

    Whether a password may be sent at all was decided before, see ``sign_in_rules``.

    Args:
        offered: the mechanisms that the server lists.
        own: the protocol's own way, such as ``LOGIN``, if the server permits it; empty otherwise.
    """
    return tuple(way for way in (AUTH_PLAIN if "PLAIN" in offered else "", own) if way)
