# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Evolution can be installed on a host, and what shows that it is."""

from __future__ import annotations

AUTO = "auto"
NATIVE = "native"
FLATPAK = "flatpak"
CHOICES = (AUTO, NATIVE, FLATPAK)
FLATPAK_ID = "org.gnome.Evolution"

NATIVE_PROGRAM = "/usr/bin/evolution"
