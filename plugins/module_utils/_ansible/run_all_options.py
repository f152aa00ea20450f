# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a task that configures all clients of a host."""

from __future__ import annotations

import typing as t

from .client_choice import CHOICE_OPTIONS
from .client_registry import CLIENTS
from .run_client import CLIENT_OPTIONS

# Each client's own options, those of the client's own module, are in a dict with the client's name.
OPTIONS: t.Mapping[str, t.Any] = {
    **CHOICE_OPTIONS,
    **CLIENT_OPTIONS,
    "seal_key": {"type": "str", "no_log": True},
    **{
        name: {"type": "dict", "options": dict(entry.options), "apply_defaults": True}
        for name, entry in CLIENTS.items()
        if entry.options
    },
}
