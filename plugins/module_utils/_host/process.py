# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running program of a user."""

from __future__ import annotations

import typing as t


class Process(t.NamedTuple):
    """A running program of the user.

    Attributes:
        pid: the process id.
        environment: its variables at its start; empty if unreadable.
        sandboxed: whether its root directory is not that of the host, as in a Flatpak or a container.
    """

    pid: int
    environment: t.Mapping[str, str]
    sandboxed: bool = False

    def __repr__(self) -> str:
        return f"Process({self.pid})"  # an environment may hold a password
