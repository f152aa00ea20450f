# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a verification that say which client to inspect."""

from __future__ import annotations

import typing as t

from . import client_registry


def options() -> dict[str, t.Any]:
    """Their specification, with the clients that are registered now."""
    return {
        "from_client": {"type": "str", "choices": client_registry.names()},
        "location": {"type": "str", "choices": client_registry.locations(), "default": "auto"},
    }
