# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images in an HTML signature, and which of them no recipient would see. Pure.

A signature becomes part of messages that do not exist yet. It can refer to no other part (``cid:``, RFC 2392), has no
base for relative paths, and files of the host are not sent with it. So an image is either inside it, as a ``data:`` URL
(RFC 2397), or on the web, where recipients see it only if they let their clients load it.
"""

from __future__ import annotations

import base64
import binascii
import html.parser
import re
import typing as t
import urllib.parse

_Attributes = t.List[t.Tuple[str, t.Optional[str]]]

_SHOWN = 60  # characters of an image in a message
_ANY = ""
# The attributes that hold an image's address, by element.
_SOURCES: t.Mapping[str, frozenset[str]] = {
    **{tag: frozenset({"src"}) for tag in ("img", "input", "v:imagedata", "v:fill")},
    **{tag: frozenset({"href", "xlink:href"}) for tag in ("image", "feimage")},  # of SVG
    "video": frozenset({"poster"}),
    _ANY: frozenset({"background"}),
}
_STYLE_URL = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"']*))\s*\)""", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_IMAGE_DATA = re.compile(r"data:image/[^,]*,(.+)", re.IGNORECASE)
_FONT_DATA = re.compile(r"data:(?:font|application)/", re.IGNORECASE)


class UnreadableHtml(Exception):
    """The HTML has a declaration that the parser rejects."""


class Images(t.NamedTuple):
    """A signature's images that are outside it.

    Attributes:
        unseen: why no recipient would see the first such image, a clause that names it; empty if there is none.
        on_the_web: the address of the first image that is on the web, shortened; empty if there is none.
    """

    unseen: str
    on_the_web: str


def images_of(content: str) -> Images:
    """The images of an HTML signature.

    Raises:
        UnreadableHtml: the parser rejects it.
    """
    found = _references(content)
    unseen = (reason for reason in map(_unseen, found) if reason)
    on_the_web = (shown(one) for one in found if _is_on_the_web(one))
    return Images(next(unseen, ""), next(on_the_web, ""))


def shown(reference: str) -> str:
    """An image's address, shortened for a message."""
    return reference if len(reference) <= _SHOWN else f"{reference[:_SHOWN]}..."


def _references(content: str) -> list[str]:
    parser = _Parser()
    try:
        parser.feed(content)
        parser.close()
    except (AssertionError, NotImplementedError) as error:  # which one depends on the version of Python
        raise UnreadableHtml from error
    # Browsers remove line breaks from addresses (WHATWG URL, "basic URL parser").
    return [re.sub(r"[\t\r\n]", "", one).strip() for one in parser.found]


def _unseen(reference: str) -> str:
    if not reference:
        return "an image has no address"
    if reference.startswith("#") or _is_on_the_web(reference):  # the former points into the signature itself
        return ""
    scheme = _SCHEME.match(reference)
    name = "" if scheme is None else scheme.group(1).lower()
    if name == "data":
        return "" if _is_image_data(reference) or _FONT_DATA.match(reference) else _of_data(reference)
    if name == "cid":
        return f"its image {shown(reference)} names a part that no message has"
    return f"its image {shown(reference)} is a file that is not in the message"


def _of_data(reference: str) -> str:
    return f"its image {shown(reference)} is not an image in a data: URL, or is incomplete"


def _is_image_data(reference: str) -> bool:
    match = _IMAGE_DATA.match(reference)
    if match is None:
        return False
    if not reference[: match.start(1) - 1].lower().endswith(";base64"):
        return True
    encoded = re.sub(rb"\s", b"", urllib.parse.unquote_to_bytes(match.group(1))).rstrip(b"=")
    try:
        return bool(base64.b64decode(encoded + b"=" * (-len(encoded) % 4), validate=True))
    except binascii.Error:
        return False


def _is_on_the_web(reference: str) -> bool:
    return re.match(r"https?://[^/]", reference, re.IGNORECASE) is not None


class _Parser(html.parser.HTMLParser):
    """Collects the addresses of images, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._is_in_style = False

    def handle_starttag(self, tag: str, attrs: _Attributes) -> None:
        self._is_in_style = tag == "style"
        sources = _SOURCES.get(tag, frozenset()) | _SOURCES[_ANY]
        for name, value in attrs:
            if name in sources and not (tag == "input" and ("type", "image") not in attrs):
                self.found.append(value or "")
            elif name == "srcset":
                self.found += _candidates(value or "")
            elif name == "style":
                self.found += _in_style(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._is_in_style = False

    def handle_data(self, data: str) -> None:
        if self._is_in_style:
            self.found += _in_style(data)

    def handle_comment(self, data: str) -> None:
        if data.lstrip().lower().startswith("[if"):  # Outlook reads this
            self.found += _references(data.partition(">")[2])


def _in_style(text: str) -> list[str]:
    return [next(filter(None, match.groups()), "") for match in _STYLE_URL.finditer(text)]


def _candidates(text: str) -> list[str]:
    """The addresses in a ``srcset`` (WHATWG HTML, "srcset attributes"): a comma or a blank and a size follow each."""
    found = []
    rest = text.lstrip(" \t\r\n\f,")
    while rest:
        address, *after = rest.split(None, 1)
        rest = after[0] if after else ""
        if not address.endswith(","):
            rest = rest.partition(",")[2]
        found.append(address.rstrip(","))
        rest = rest.lstrip(" \t\r\n\f,")
    return found
