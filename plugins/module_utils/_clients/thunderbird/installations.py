# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Thunderbird can be installed on a host, and what shows that it is."""

from __future__ import annotations

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
# Debian's launcher makes ~/.thunderbird a link to ~/.icedove, and starts nothing where both are folders.
DEBIAN_LAUNCHER = "/usr/lib/thunderbird/thunderbird-wrapper-helper.sh"
