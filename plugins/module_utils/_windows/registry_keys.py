# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry keys of Windows itself."""

from __future__ import annotations

USERS = "HKEY_USERS"
CURRENT_USER = "HKEY_CURRENT_USER"
MACHINE = "HKEY_LOCAL_MACHINE"

# The Windows accounts with a profile folder, by SID.
PROFILE_LIST = MACHINE + r"\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"
# The PC's code pages; the value ACP is the one for programs without Unicode, and so for a PRF.
CODE_PAGES = MACHINE + r"\SYSTEM\CurrentControlSet\Control\Nls\CodePage"

# The PC's own name. Two keys below hold the present name and the one after the next restart.
COMPUTER_NAME = MACHINE + r"\SYSTEM\CurrentControlSet\Control\ComputerName"
# The hive of the system account LocalService: always loaded, and only administrators can open it.
LOCAL_SERVICE = USERS + r"\S-1-5-19"


def hive(sid: str) -> str:
    """A user's hive, which is loaded while the user is logged on."""
    return f"{USERS}\\{sid}"
