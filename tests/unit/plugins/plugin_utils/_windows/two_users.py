# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PC in memory with two Windows accounts, of which one is logged on."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import locations
from ansible_collections.charter.mail.plugins.module_utils._model.errors import MailError
from ansible_collections.charter.mail.plugins.module_utils._windows import registry_keys
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import (
    KeyWrite,
    Registry,
    RegValue,
)
from ansible_collections.charter.mail.plugins.plugin_utils._windows.pc import WindowsPc

from .windows import Windows

SID = "S-1-5-21-1-2-3-1001"
OTHER = "S-1-5-21-1-2-3-1002"
FOLDER = locations.folder("C:\\ProgramData", SID)
PARENTS = ["C:\\ProgramData\\charter.mail", "C:\\ProgramData\\charter.mail\\Outlook"]
SETUP = locations.setup(SID)
WRITE = KeyWrite(SETUP, {"ImportPRF": RegValue.sz("Zażółć \U0001f600")})
RECORD = KeyWrite(locations.record(SID), {locations.RECORD: RegValue.sz("{}")})


def windows(*writes: KeyWrite) -> Windows:
    """The PC, with more in its registry."""
    listed = [
        KeyWrite(f"{registry_keys.PROFILE_LIST}\\{sid}", {"ProfileImagePath": RegValue.expand_sz(f"C:\\Users\\{name}")})
        for sid, name in ((SID, "mario"), (OTHER, "anna"))
    ]
    hive = KeyWrite(locations.outlook(SID), {"DefaultProfile": RegValue.sz("Outlook")})
    return Windows(Registry().written([*listed, hive, *writes]))


def unreadable_alone(pc: Windows, error: type[MailError], match: str) -> WindowsPc:
    """Look at both users, of whom the first cannot be read, with this error. The other one is not affected."""
    asked = WindowsPc(pc)
    asked.look_at([SID, OTHER])
    assert asked.snapshot(OTHER).loaded
    with pytest.raises(error, match=match):
        asked.snapshot(SID)
    return asked
