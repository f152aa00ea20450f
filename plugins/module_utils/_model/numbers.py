# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place for numbers from outside: digits in users' files and in what servers and registries answer.

Python refuses to convert more than 4,300 digits with a ValueError, and takes digits of all scripts, underscores and
blanks. Here a number is ASCII digits, and no larger than its protocol allows.
"""

from __future__ import annotations

# RFC 3501 and 9051 section 9, "number" and "nz-number". POP3 (RFC 1939) sets no limit; servers count in 32 bits, too.
MAIL_NUMBER = 2**32 - 1
# Preferences of Thunderbird, and what GLib reads as an integer.
INT32 = 2**31 - 1


def number_in(digits: str | bytes, highest: int) -> int | None:
    """The number that digits stand for.

    Args:
        digits: the text; zeros in front count as nothing.
        highest: the largest number that the protocol or the file allows.

    Returns:
        None if it is not a number, or larger.
    """
    text = digits.decode("latin-1") if isinstance(digits, bytes) else digits
    if not text or not text.isascii() or not text.isdigit():
        return None
    significant = text.lstrip("0") or "0"
    if len(significant) > len(str(highest)):
        return None
    number = int(significant)
    return number if number <= highest else None
