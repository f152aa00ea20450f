# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modified UTF-7, the encoding of folder names on IMAP servers (RFC 3501, section 5.1.3)."""

from __future__ import annotations

import base64
import re
import typing as t

_OUTSIDE_ASCII = re.compile("[^ -~]+")
_ENCODED = re.compile("&([^-]*)-")


def encoded(name: str) -> str:
    """A name as the server spells it; characters that UTF-16 cannot encode become question marks."""
    return _OUTSIDE_ASCII.sub(_encoded, name.replace("&", "&-"))


def decoded(name: str) -> str:
    """The decoded name; text that is not in this encoding is returned unchanged."""
    return _ENCODED.sub(_decoded, name)


def _encoded(match: t.Match[str]) -> str:
    coded = base64.b64encode(match.group().encode("utf-16-be", "replace")).decode("ascii")
    return "&" + coded.rstrip("=").replace("/", ",") + "-"


def _decoded(match: t.Match[str]) -> str:
    coded = match.group(1)
    if not coded:
        return "&"
    try:
        return base64.b64decode(coded.replace(",", "/") + "=" * (-len(coded) % 4)).decode("utf-16-be")
    except ValueError:
        return match.group()
