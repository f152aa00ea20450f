# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of a run's page in docs/report.md: a browser's screenshot of a fleet that never was.

Browsers draw no two pictures equal to the byte. So the picture names the page that it shows, by its digest, and a test
compares that.
"""

from __future__ import annotations

import hashlib
import pathlib
import struct
import tempfile
import zlib

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.page.page import page
from ansible_collections.charter.mail.tests.page.browser import browser
from ansible_collections.charter.mail.tests.unit import sample_report

FILE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "images" / "report.png"
_SIZE = (1200, 1010)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"Source"


def shown() -> str:
    """The page that the picture shows."""
    return page(sample_report.fleet(214))


def digest(text: str) -> str:
    """What the picture names its page by."""
    return hashlib.sha256(text.encode()).hexdigest()


def picture() -> bytes:
    """The page as PNG, with its digest. Needs the browser that tests/setup/packages.sh installs."""
    with browser() as running, tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "report.html"
        path.write_text(shown(), "utf-8")
        tab = running.tab()
        tab.colours("light")
        tab.size(*_SIZE)
        tab.open(path)
        drawn = tab.picture()
    head, rest = drawn[: len(_SIGNATURE) + 25], drawn[len(_SIGNATURE) + 25 :]  # the first chunk, IHDR, is 25 bytes
    text = b"tEXt" + _KEYWORD + b"\0" + digest(shown()).encode()
    return head + struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text)) + rest


def named(png: bytes) -> str:
    """The digest that a picture names; empty if it names none."""
    position = len(_SIGNATURE)
    while position < len(png):
        length, kind = struct.unpack(">I4s", png[position : position + 8])
        content = png[position + 8 : position + 8 + length]
        if kind == b"tEXt" and content.startswith(_KEYWORD + b"\0"):
            return content[len(_KEYWORD) + 1 :].decode()
        position += length + 12
    return ""
