# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that a folder is protected from other users, by its rights in SDDL, the text form of ``icacls /save``.

The grammar and the codes are those of "Security Descriptor String Format" and "ACE Strings" in Microsoft's reference.
"""

from __future__ import annotations

import re

_ACE = re.compile(r"\(([^;()]*);([^;()]*);([^;()]*);([^;()]*);([^;()]*);([^;()]*)\)")
# Up to the end of the line or the audit rules: entries with conditions do not match any of those above.
_DACL = re.compile(r"D:([A-Z]*)((?:\([^()]*\))+)(?=S:|\s|\Z)")
# The system and administrators have full access.
_TRUSTED = {"SY", "BA", "S-1-5-18", "S-1-5-32-544"}
# Read and execute, in the forms that Windows writes: for files, generic, and as a number.
_READING = {"FR", "FX", "GR", "GX", "RC"}
_READ_AND_EXECUTE = 0x001200A9


def is_protected(sddl: str) -> bool:
    """Whether only the system and administrators can change the folder, and it inherits no rights."""
    found = _DACL.search(sddl)
    if found is None or "P" not in found.group(1):
        return False
    entries = _ACE.findall(found.group(2))
    return len(entries) == found.group(2).count("(") and all(_is_harmless(*entry) for entry in entries)


def saved(content: bytes) -> str:
    """The text of a file that ``icacls /save`` wrote: UTF-16 without a byte order mark, names and rights in turn."""
    return content.decode("utf-16-le", "replace")


def _is_harmless(kind: str, _flags: str, rights: str, _object: str, _inherited: str, trustee: str) -> bool:
    if kind == "D" or trustee in _TRUSTED:
        return True
    if kind != "A":
        return False
    if rights.lower().startswith("0x"):
        return int(rights, 16) & ~_READ_AND_EXECUTE == 0
    codes = re.findall("..", rights)
    return "".join(codes) == rights and set(codes) <= _READING
