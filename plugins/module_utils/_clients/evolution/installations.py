# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Evolution can be installed on a host, and how it is detected."""

from __future__ import annotations

AUTO = "auto"
NATIVE = "native"
FLATPAK = "flatpak"
CHOICES = (AUTO, NATIVE, FLATPAK)
FLATPAK_ID = "org.gnome.Evolution"

NATIVE_PROGRAM = "/usr/bin/evolution"
