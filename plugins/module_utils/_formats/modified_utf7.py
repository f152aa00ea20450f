# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modified UTF-7, in which IMAP servers have the names of folders (RFC 3501, section 5.1.3)."""

from __future__ import annotations

import base64
import re
import typing as t

_OUTSIDE_ASCII = re.compile("[^ -~]+")
_ENCODED = re.compile("&([^-]*)-")


def encoded(name: str) -> str:
    """A name as a server has it; what is no letter in UTF-16 becomes a question mark."""
    return _OUTSIDE_ASCII.sub(_encoded, name.replace("&", "&-"))


def decoded(name: str) -> str:
    """The name that a server's name stands for; what is not in this encoding stays as it is."""
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
