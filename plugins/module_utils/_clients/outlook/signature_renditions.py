# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a signature for Outlook: one per message format, of which Outlook reads only the matching one. Pure.

Encodings: HTML is ASCII with character references, so that it needs no code page. Plain text is UTF-16 with a byte
order mark, as Outlook writes it. RTF is ASCII with ``\\u`` escapes (Rich Text Format Specification 1.9.1, "Unicode
RTF").
"""

from __future__ import annotations

import codecs
import hashlib
import html
import html.parser
import re
import typing as t

from ..._model.account import Account, Protocol
from ..._model.signature import Signature
from .locations import SIGNATURE_PREFIX

_PLAIN = re.compile(r"[a-z0-9.@_-]{1,100}")
_HEAD = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>'
_HIDDEN = {"script", "style", "head", "title"}
_BLOCKS = {"p", "div", "table", "tr", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}


def name(account: Account) -> str:
    """The signature's name in Outlook's list: the file names without extension."""
    address = account.email.lower()
    if not _PLAIN.fullmatch(address):
        digest = hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        address = re.sub(r"[^a-z0-9.@_-]", "_", address)[:60] + f" {digest}"
    return f"{SIGNATURE_PREFIX}{address}" + (" POP3" if account.protocol is Protocol.POP3 else "")


def renditions(signature: Signature, named: str) -> dict[str, bytes]:
    """The files by their names.

    Args:
        signature: not empty.
        named: see ``name``.
    """
    content = signature.content
    text = as_text(content) if signature.html else content
    inside = content if signature.html else html.escape(content, quote=False).replace("\n", "<br>\n")
    body = f"{_HEAD}\n{inside}\n</body></html>\n"
    return {
        f"{named}.htm": _with_line_ends(body).encode("ascii", "xmlcharrefreplace"),
        f"{named}.rtf": _rtf(text),
        f"{named}.txt": codecs.BOM_UTF16_LE + _with_line_ends(text + "\n").encode("utf-16-le", "replace"),
    }


def text_of(content: bytes) -> str:
    """The text of such a file."""
    if content.startswith(codecs.BOM_UTF16_LE):
        return content[2:].decode("utf-16-le", "replace")
    return content.decode("utf-8", "replace")


def as_text(content: str) -> str:
    """HTML as plain text: one line per block, and nothing for what is not shown."""
    parser = _Text()
    parser.feed(content)
    parser.close()
    lines = [" ".join(line.split()) for line in "".join(parser.found).split("\n")]
    return re.sub(r"\n{2,}", "\n\n", "\n".join(lines)).strip("\n")


class _Text(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "br":
            self.found.append("\n")
        elif tag in _BLOCKS:
            self._begin_line()
        elif tag == "img":
            self.found.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self._begin_line()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(re.sub(r"\s+", " ", data))

    def _begin_line(self) -> None:
        if "".join(self.found[-1:]).strip(" ")[-1:] not in {"", "\n"}:
            self.found.append("\n")


def _rtf(text: str) -> bytes:
    body = text.translate(_RtfCharacters())
    return (r"{\rtf1\ansi\deff0{\fonttbl{\f0 Calibri;}}\f0\fs22 " + body + "}").encode("ascii")


class _RtfCharacters(t.Dict[int, str]):
    """The RTF for each character, created on first use."""

    def __missing__(self, code_point: int) -> str:
        self[code_point] = _rtf_character(chr(code_point))
        return self[code_point]


def _rtf_character(character: str) -> str:
    if character == "\n":
        return "\\par\r\n"
    if character == "\t":
        return r"\tab "
    if character in "\\{}":
        return "\\" + character
    if character.isascii():
        return character
    return "".join(rf"\u{unit}?" for unit in _units(character))


def _units(character: str) -> t.Iterator[int]:
    """The UTF-16 code units, as the signed numbers that RTF uses."""
    encoded = character.encode("utf-16-le", "replace")
    for start in range(0, len(encoded), 2):
        yield int.from_bytes(encoded[start : start + 2], "little", signed=True)


def _with_line_ends(text: str) -> str:
    return text.replace("\n", "\r\n")
