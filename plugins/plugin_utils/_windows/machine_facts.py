# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PC's facts about itself: the folder for program data, its code page, its name."""

from __future__ import annotations

import typing as t

from ...module_utils._windows import registry_keys
from ...module_utils._windows.registry import Registry


def program_data(answer: t.Mapping[str, bytes]) -> str:
    """The folder for program data."""
    path = answer["program data"].decode("ascii", "replace").strip()
    return path if path[1:3] == ":\\" else "C:\\ProgramData"


def code_page(registry: Registry) -> str:
    """The code page for programs without Unicode; empty if the PC has none."""
    value = registry.value(registry_keys.CODE_PAGES, "ACP")
    return f"cp{value.text.strip()}" if value is not None and value.text else ""


def computer_name(registry: Registry) -> str:
    """The PC's name in capitals; empty if unknown."""
    for key in ("ActiveComputerName", "ComputerName"):
        value = registry.value(f"{registry_keys.COMPUTER_NAME}\\{key}", "ComputerName")
        if value is not None and value.text:
            return value.text.upper()
    return ""
