# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""profiles.ini is read as Thunderbird reads it; each form was opened with Thunderbird 153, too."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import profiles_ini

PLAIN = "[Profile0]\nName=default\nIsRelative=1\nPath=p.default\nDefault=1\n\n[General]\nVersion=2\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        b"\xff\xfe" + PLAIN.encode("utf-16-le"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("Name=default", "Name=B\xfcro").encode("latin-1"),
        (PLAIN + "\nmoved here from the old laptop\n").encode(),
        ("moved from the old laptop\n" + PLAIN).encode(),
        ("Version=2\n" + PLAIN).encode(),
        PLAIN.replace("[General]", "[General] x").encode(),
        PLAIN.replace("[General]", "[General").encode(),
        ("# [Profile0]\n;x=y\n \t\n" + PLAIN).encode(),
        ("[Profile0]\nPath=elsewhere\n" + PLAIN).encode(),  # sections of one name are one, the last value wins
        PLAIN.encode() + b"\0[Profile0]\nPath=elsewhere\n",
    ],
)
def test_forms_that_thunderbird_reads(content: bytes) -> None:
    (profile,) = profiles_ini.listed(profiles_ini.parse(content), "/root")
    assert (profile.path, profile.default) == ("/root/p.default", True)


def test_text_after_a_sections_name_makes_it_none() -> None:
    sections = profiles_ini.parse(PLAIN.replace("[General]", "[General] x").encode())
    assert "General" not in sections
    assert sections["Profile0"] == {"Name": "default", "IsRelative": "1", "Path": "p.default", "Default": "1"}


def test_a_gap_ends_the_list_and_an_entry_that_is_not_whole_is_passed_over() -> None:
    sections = profiles_ini.parse(
        b"[Profile0]\nIsRelative=1\nPath=a\n[Profile1]\nName=b\nIsRelative=1\nPath=b\n"
        b"[Profile2]\nName=c\nIsRelative=0\nPath=c\n[Profile3]\nName=d\nIsRelative=0\nPath=/d\n"
        b"[Profile5]\nName=e\nIsRelative=1\nPath=e\n"
    )
    assert [profile.path for profile in profiles_ini.listed(sections, "/root")] == ["/root/b", "/d"]
    assert profiles_ini.next_number(sections) == 4


@pytest.mark.parametrize(("version", "expected"), [("", "/root/b"), ("Version=2\n", None)])
def test_installs_ini_counts_without_a_version(version: str, expected: str | None) -> None:
    plain = profiles_ini.parse(f"[General]\nStartWithLastProfile=1\n{version}".encode())
    sections = profiles_ini.with_installs(plain, lambda: profiles_ini.parse(b"[FD]\nDefault=/root/b\n"))
    assert sections.get("InstallFD", {}).get("Default") == expected
