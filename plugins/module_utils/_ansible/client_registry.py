# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of mail clients: which exist, on which systems, and how they are detected.

To add a client, add its package to ``_clients`` and its entry to ``CLIENTS``. CONTRIBUTING.md lists the rest.
"""

from __future__ import annotations

import typing as t

from .._clients.client_entry import ClientEntry, System
from .._clients.evolution.client_entry import EVOLUTION
from .._clients.outlook.client_entry import OUTLOOK
from .._clients.thunderbird.client_entry import THUNDERBIRD

CLIENTS: dict[str, ClientEntry] = {entry.name: entry for entry in (THUNDERBIRD, EVOLUTION, OUTLOOK)}


def names(system: System | None = None) -> list[str]:
    """The names of the clients of a system, or of all, in registry order."""
    return [name for name, entry in CLIENTS.items() if system in (None, entry.system)]


def chosen(system: System, wanted: t.Collection[str] | None) -> list[str]:
    """The clients of a system that the option ``clients`` names, in registry order; None names all."""
    return [name for name in names(system) if wanted is None or name in wanted]


def locations() -> list[str]:
    """The choices of the option ``location`` of all clients that have it."""
    choices = [entry.options["location"]["choices"] for entry in CLIENTS.values() if "location" in entry.options]
    return list(dict.fromkeys(choice for some in choices for choice in some))


def programs() -> dict[str, t.Sequence[str]]:
    """The paths of each client, by name; it is installed on a Linux host if at least one path exists."""
    return {name: entry.programs for name, entry in CLIENTS.items() if entry.system is System.LINUX}


def detection_command(paths: t.Mapping[str, t.Sequence[str]]) -> str:
    """A command for any POSIX shell that prints the name of each installed client, one per line.

    Args:
        paths: see ``programs``.
    """
    loops = [
        f'for path in {" ".join(some)}; do if [ -e "$path" ]; then echo {name}; break; fi; done'
        for name, some in paths.items()
    ]
    return "; ".join(loops)


def detected(output: str) -> list[str]:
    """The names printed by the command, in registry order. A login shell may print other lines."""
    lines = {line.strip() for line in output.splitlines()}
    return [name for name in names() if name in lines]
