# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads numbers from outside: digits in users' files and in answers of servers and registries.

Python raises ValueError for more than 4,300 digits, and accepts digits of all scripts, underscores and blanks. Here a
number is ASCII digits and no larger than its protocol allows.
"""

from __future__ import annotations

# RFC 3501 and 9051 section 9, "number" and "nz-number". POP3 (RFC 1939) sets no limit; its servers also use 32 bits.
MAIL_NUMBER = 2**32 - 1
# Thunderbird's preferences, and integers as GLib reads them.
INT32 = 2**31 - 1


def number_in(digits: str | bytes, highest: int) -> int | None:
    """The number that digits stand for.

    Args:
        digits: the text; leading zeros are ignored.
        highest: the largest number that the protocol or the file allows.

    Returns:
        The number; None if it is not a number, or too large.
    """
    text = digits.decode("latin-1") if isinstance(digits, bytes) else digits
    if not text or not text.isascii() or not text.isdigit():
        return None
    significant = text.lstrip("0") or "0"
    if len(significant) > len(str(highest)):
        return None
    number = int(significant)
    return number if number <= highest else None
