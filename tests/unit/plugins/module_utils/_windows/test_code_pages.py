# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every code page that Windows can have as its ANSI code page."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._windows.code_pages import codec

# A text that only this code page and Unicode have, and its bytes by the tables that Microsoft publishes.
ANSI = {
    "cp874": ("ก", b"\xa1"),
    "cp932": ("表", b"\x95\x5c"),
    "cp936": ("中", b"\xd6\xd0"),
    "cp949": ("한", b"\xc7\xd1"),
    "cp950": ("中", b"\xa4\xa4"),
    "cp1250": ("ż", b"\xbf"),
    "cp1251": ("ж", b"\xe6"),
    "cp1252": ("ß", b"\xdf"),
    "cp1253": ("λ", b"\xeb"),
    "cp1254": ("ğ", b"\xf0"),
    "cp1255": ("א", b"\xe0"),
    "cp1256": ("ب", b"\xc8"),
    "cp1257": ("ė", b"\xeb"),
    "cp1258": ("₫", b"\xfe"),
    "cp1361": ("한", b"\xd0\x65"),
    "cp54936": ("中", b"\xd6\xd0"),
    "cp65001": ("ż", b"\xc5\xbc"),
}


@pytest.mark.parametrize("page", ANSI)
def test_ansi_code_pages(page: str) -> None:
    text, content = ANSI[page]
    found = codec(page)
    assert found is not None
    assert text.encode(found) == content
    assert "[A]=1\r\n".encode(found) == b"[A]=1\r\n"


@pytest.mark.parametrize("page", ["cp29001", "cp0", "cp7", "cp", "", "1252", "utf-8", "utf_8", "latin1", "cp1252 "])
def test_what_is_no_code_page(page: str) -> None:
    assert codec(page) is None


@pytest.mark.parametrize("page", ["cp037", "cp500", "cp1200", "cp65000", "cp1140"])
def test_code_pages_without_ascii_are_none(page: str) -> None:
    assert codec(page) is None
