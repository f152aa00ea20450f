# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chooses which mail clients of a host get the accounts of a task."""

from __future__ import annotations

import typing as t

from .._clients.client_entry import System
from .._clients.thunderbird.client_entry import THUNDERBIRD
from .client_registry import CLIENTS, chosen, names

# A Linux host without a mail client gets the accounts for this one, ready for when it is installed.
FALLBACK = THUNDERBIRD.name
NONE_INSTALLED = (
    "No supported mail client is installed on this host. The accounts are written for Thunderbird, ready for when it is"
    " installed. To choose other clients, set the option clients, or the variable mail_clients of the playbooks."
)
# Options that choose the clients; see ``choose``.
CHOICE_OPTIONS: t.Mapping[str, t.Any] = {
    "clients": {"type": "list", "elements": "str", "choices": list(CLIENTS)},
    "installed": {"type": "bool", "default": True},
}


def choose(
    options: t.Mapping[str, t.Any], system: System, installed: t.Callable[[], t.Sequence[str]]
) -> tuple[list[str], bool]:
    """Choose the clients that get the accounts.

    Args:
        options: values for ``CHOICE_OPTIONS``.
        system: the host's system.
        installed: finds the clients of a Linux host; called only if the options do not decide.

    Returns:
        The clients' names in registry order, and whether this is the fallback because none is installed.
    """
    possible = names(system)
    wanted = chosen(system, options["clients"] or ())
    if wanted:
        return wanted, False
    if system is System.WINDOWS or not options["installed"]:
        return possible, False
    found = list(installed())
    return found or [FALLBACK], not found
