# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry keys of Windows itself."""

from __future__ import annotations

USERS = "HKEY_USERS"
CURRENT_USER = "HKEY_CURRENT_USER"
MACHINE = "HKEY_LOCAL_MACHINE"

# Which Windows accounts have a profile folder here, by SID.
PROFILE_LIST = MACHINE + r"\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"
# The PC's code pages: the value ACP is that of programs without Unicode, hence of a PRF.
CODE_PAGES = MACHINE + r"\SYSTEM\CurrentControlSet\Control\Nls\CodePage"

# The PC's own name. There are two keys below: the name now, and the one after the next start.
COMPUTER_NAME = MACHINE + r"\SYSTEM\CurrentControlSet\Control\ComputerName"
# The hive of the system account LocalService: always there, and nobody but administrators can open it.
LOCAL_SERVICE = USERS + r"\S-1-5-19"


def hive(sid: str) -> str:
    """A user's part of the registry, which is there while the user is logged on."""
    return f"{USERS}\\{sid}"
