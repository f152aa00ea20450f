# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detects which Outlook a PC has."""

from __future__ import annotations

import re

from ..._windows.registry import Registry, fold
from ..._windows.registry_keys import MACHINE

# Classic Outlook registers its program here ("App Paths" in Microsoft's reference, for every kind of installation).
CLASSIC = MACHINE + r"\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\OUTLOOK.EXE"
# Store apps that Windows installs for each user; the new Outlook is Microsoft.OutlookForWindows.
STORE_APPS = MACHINE + r"\SOFTWARE\Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore\Applications"

# The default value of its key is the program's path, which contains the version, even as a short path.
_CLASSIC_VERSION = re.compile(r"\\Office(1[0-9])\\OUTLOOK\.EXE\b", re.IGNORECASE)
_NEW_OUTLOOK = "Microsoft.OutlookForWindows_"


def classic_version(registry: Registry) -> int | None:
    """Which classic Outlook starts, 16 for 2016 to Microsoft 365; None if the PC does not show it."""
    for name in ("", "Path"):
        value = registry.value(CLASSIC, name)
        path = (value.text or "") if value is not None else ""
        found = _CLASSIC_VERSION.search(path if not name else path.rstrip("\\") + "\\OUTLOOK.EXE")
        if found is not None:
            return int(found.group(1))
    return None


def has_new_outlook(registry: Registry) -> bool:
    """Whether Windows installs the new Outlook for its users."""
    return any(fold(name).startswith(fold(_NEW_OUTLOOK)) for name in registry.children(STORE_APPS))
