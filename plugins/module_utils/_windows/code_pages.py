# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows code pages by name (``cp`` and the number); text that a code page cannot encode is refused.

A PC's ANSI code page may be any of Microsoft's "Code Page Identifiers" that is compatible with ASCII: usually 874, 932,
936, 949, 950, 1250 to 1258, 1361, or 65001, which is UTF-8.
"""

from __future__ import annotations

import codecs
import re

from .._model.errors import OptionError

_NAME = re.compile(r"cp([0-9]{3,5})")
# Those that Python does not know by number.
_OTHER_NAMES = {
    "10000": "mac_roman",
    "10006": "mac_greek",
    "10007": "mac_cyrillic",
    "10029": "mac_latin2",
    "10079": "mac_iceland",
    "10081": "mac_turkish",
    "20127": "ascii",
    "20866": "koi8_r",
    "20932": "euc_jp",
    "20936": "gb2312",
    "20949": "euc_kr",
    "21866": "koi8_u",
    **{str(28590 + part): f"iso8859_{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 15)},
    "51932": "euc_jp",
    "51936": "gb2312",
    "51949": "euc_kr",
    "54936": "gb18030",
    "65001": "utf_8",
}
_SAMPLE = "".join(map(chr, range(32, 127))) + "\r\n"


def codec(name: str) -> str | None:
    """Python's codec for a code page such as ``cp1252``; None if it is unknown or incompatible with ASCII."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        found = codecs.lookup(_OTHER_NAMES.get(match.group(1), name)).name
        return found if _SAMPLE.encode(found) == _SAMPLE.encode("ascii") else None
    except (LookupError, UnicodeError):
        return None


def require_codec(code_page: str) -> str:
    """Python's codec for a code page.

    Raises:
        OptionError: there is no such code page.
    """
    found = codec(code_page)
    if found is None:
        raise OptionError(
            "code_page",
            f"{code_page!r} is not a known Windows code page",
            "write cp and its number, such as cp1252, cp936 or cp65001",
        )
    return found


def require_encodable(option: str, value: str, code_page: str) -> None:
    """Refuse a text that a PC's code page cannot encode.

    Args:
        option: the option with the text.
        value: the text.
        code_page: the PC's code page.

    Raises:
        OptionError: the code page lacks a character, or there is no such code page.
    """
    try:
        value.encode(require_codec(code_page))
    except UnicodeEncodeError as error:
        raise OptionError(
            option,
            f"{value!r} contains {value[error.start]!r}, which the PC's code page {code_page} does not have",
            "write it with letters of that code page, or use the method autodiscover alone",
        ) from None
