# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways Thunderbird is installed on a host, and how to recognise them."""

from __future__ import annotations

import typing as t

AUTO = "auto"
NATIVE = "native"
SNAP = "snap"
FLATPAK = "flatpak"
CHOICES = (AUTO, NATIVE, SNAP, FLATPAK)

# The id on Flathub changed in 2026 (flathub issues, 2025-2026); net.thunderbird.Thunderbird is Fedora's.
FLATPAK_IDS = (
    "org.mozilla.thunderbird",
    "org.mozilla.thunderbird_esr",
    "org.mozilla.Thunderbird",
    "net.thunderbird.Thunderbird",
)
FLATPAK_PROGRAM = "/app/lib/thunderbird"  # as seen inside the sandbox (flathub issue 130)
SNAP_PROGRAM = "/snap/thunderbird/current"
NATIVE_PROGRAMS = ("/usr/lib/thunderbird", "/usr/lib64/thunderbird", "/opt/thunderbird")
LAUNCHERS = ("/usr/bin/thunderbird", "/usr/local/bin/thunderbird")
# Those of Icedove and of the Thunderbird of Debian 4.
LEGACY_HOMES = (".icedove", ".mozilla-thunderbird")
# Debian's launcher makes ~/.thunderbird a link to ~/.icedove, and refuses to start if both are folders.
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
"""The possible profile folders in a home directory, unless an environment variable changes them."""


class Sandbox(t.NamedTuple):
    """A sandboxed Thunderbird, which sees other files than the host: the host's paths of these files.

    Attributes:
        program: its installation folder.
        policies: the site's policies.
        system: what it sees as /etc/thunderbird; empty if it sees only the policies.
    """

    program: str
    policies: str
    system: str
