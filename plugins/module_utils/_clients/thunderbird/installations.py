# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Thunderbird can be installed on a host, and what shows that it is."""

from __future__ import annotations

import typing as t

AUTO = "auto"
NATIVE = "native"
SNAP = "snap"
FLATPAK = "flatpak"
CHOICES = (AUTO, NATIVE, SNAP, FLATPAK)

# The name on Flathub changed in 2026 (flathub issues, 2025-2026); net.thunderbird.Thunderbird is Fedora's.
FLATPAK_IDS = (
    "org.mozilla.thunderbird",
    "org.mozilla.thunderbird_esr",
    "org.mozilla.Thunderbird",
    "net.thunderbird.Thunderbird",
)
FLATPAK_PROGRAM = "/app/lib/thunderbird"  # as programs in the sandbox see it (flathub issue 130)
SNAP_PROGRAM = "/snap/thunderbird/current"
NATIVE_PROGRAMS = ("/usr/lib/thunderbird", "/usr/lib64/thunderbird", "/opt/thunderbird")
LAUNCHERS = ("/usr/bin/thunderbird", "/usr/local/bin/thunderbird")
# Of Icedove, and of the Thunderbird of Debian 4.
LEGACY_HOMES = (".icedove", ".mozilla-thunderbird")
# Debian's launcher makes ~/.thunderbird a link to ~/.icedove, and starts nothing where both are folders.
DEBIAN_LAUNCHER = "/usr/lib/thunderbird/thunderbird-wrapper-helper.sh"


ROOTS = (
    ".thunderbird",
    "snap/thunderbird/common/.thunderbird",
    *(f".var/app/{identifier}/.thunderbird" for identifier in FLATPAK_IDS),
    ".icedove",
    ".config/thunderbird",
    "snap/thunderbird/common/.config/thunderbird",
    "snap/thunderbird/current/.config/thunderbird",
    *(f".var/app/{identifier}/config/thunderbird" for identifier in FLATPAK_IDS),
)
"""Where profiles can be in a home directory, unless a variable leads elsewhere."""


class Sandbox(t.NamedTuple):
    """A Thunderbird that sees other files than the host has: where the host has what it sees.

    Attributes:
        program: its installation folder.
        policies: the policies of the site.
        system: what it has as /etc/thunderbird; empty where it has nothing of it but the policies.
    """

    program: str
    policies: str
    system: str
