# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of profiles.ini, installs.ini, compatibility.ini and application.ini, as lenient as Thunderbird's.

Rules from xpcom/ds/nsINIParser.cpp: lines that are neither section nor key=value are skipped, sections with the same
name are merged, the last value wins. Thunderbird also reads UTF-16 with a byte order mark, and names that are not
UTF-8.
"""

from __future__ import annotations

import codecs
import posixpath
import re
import typing as t

Sections = t.Mapping[str, t.Mapping[str, str]]

_UTF8_MARK, _UTF16_MARK = b"\xef\xbb\xbf", b"\xff\xfe"
_LINE_END = re.compile("[\r\n]+")  # as in nsINIParser: str.splitlines() has more separators


class ListedProfile(t.NamedTuple):
    """A profile in profiles.ini.

    Attributes:
        name: its name in the profile manager.
        path: its folder.
        default: marked as the default.
    """

    name: str
    path: str
    default: bool


def text(content: bytes) -> str:
    """The text of such a file; bytes that are not UTF-8 become surrogates (``errors="surrogateescape"``).

    Thunderbird stops reading at a zero byte.
    """
    if content.startswith(_UTF16_MARK):
        # By name, this codec (like "utf-8-sig") may be readable only by root.
        found, _length = codecs.utf_16_le_decode(content[2:], "replace", True)
    else:
        found = content[3 if content.startswith(_UTF8_MARK) else 0 :].decode("utf-8", "surrogateescape")
    return found.partition("\0")[0]


def parse(content: bytes) -> Sections:
    """All sections by name, in the order of the file."""
    sections: dict[str, dict[str, str]] = {}
    current: str | None = None
    for line in _LINE_END.split(text(content)):
        if line[:1] in {"#", ";"}:
            continue
        stripped = line.lstrip(" \t")
        if stripped.startswith("["):
            name, bracket, rest = stripped[1:].partition("]")
            current = name if name and bracket and not rest.strip(" \t") else None
            continue
        key, equals, value = stripped.partition("=")
        if current is not None and key and equals:
            sections.setdefault(current, {})[key] = value
    return sections


def with_installs(profiles_ini: Sections, installs_ini: t.Callable[[], Sections]) -> Sections:
    """Both files as Thunderbird combines them: installs.ini applies if profiles.ini has no ``Version`` in ``General``.

    Thunderbird up to 60 does not write ``Version``; what it drops from profiles.ini is restored this way.
    """
    if "Version" in profiles_ini.get("General", {}):
        return profiles_ini
    restored = {f"Install{name}": entries for name, entries in installs_ini().items()}
    both = {name: {**profiles_ini.get(name, {}), **entries} for name, entries in restored.items()}
    return {**profiles_ini, **both}


def listed(sections: Sections, root: str) -> list[ListedProfile]:
    """The profiles below a root that Thunderbird sees: those before the first missing number."""
    found = []
    for number in range(next_number(sections)):
        entries = sections[f"Profile{number}"]
        name, path = entries.get("Name"), entries.get("Path")
        if name is None or not path or (entries["IsRelative"] != "1" and not path.startswith("/")):
            continue
        folder = posixpath.normpath(posixpath.join(root, path))
        found.append(ListedProfile(name, folder, entries.get("Default") == "1"))
    return found


def next_number(sections: Sections) -> int:
    """The first unused profile number."""
    number = 0
    while "IsRelative" in sections.get(f"Profile{number}", {}):
        number += 1
    return number
