# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that no recipient would see are found wherever HTML has images, and no others."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.signature_images import UnreadableHtml, images_of

GIF = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
UNSEEN = (
    "cid:logo@rossi.example",
    "CID:logo",
    "mid:1@x/2",
    "file:///home/mario/logo.png",
    "logo.png",
    "../files/logo.png",
    "/logo.png",
    r"C:\logo.png",
    r"\\server\share\logo.png",
    "//www.rossi.example/logo.png",  # in a message there is no page that it could have the scheme of
    "https:///logo.png",
    "blob:x",
    "{{ images.logo }}",
    "",
    "data:",
    "data:image/png;base64,",
    "data:image/png;base64",
    "data:image/png;base64,%%%",
    "data:image/png;base64,iVBO Rw0KGgo=x",
    "data:image/png;base64,iVBOR",
    "data:text/plain,logo",
    "data:,logo",
)
SEEN = (
    GIF,
    GIF.rstrip("="),
    GIF.upper().replace("R0LGODLHAQABAAAAACW=", "R0lGODlhAQABAAAAACw="),
    GIF.replace("=", "%3D"),
    GIF[:40] + "\n  " + GIF[40:],
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E",
    "data:image/svg+xml;charset=utf-8,%3Csvg/%3E",
    "#gradient",
)
ON_THE_WEB = ("https://www.rossi.example/logo.png", "HTTP://rossi.example/logo.png?cid:1", " https://x.example/a ")
PLACES = (
    '<img src="{}" alt="logo">',
    "<p><IMG\nalt='a > b' SRC='{}'></p>",
    '<img src="' + GIF + '" srcset="' + GIF + ' 1x, {} 2x">',
    '<picture><source srcset="{}"></picture>',
    '<input type="image" src="{}">',
    '<table background="{}"><tr><td>x</td></tr></table>',
    "<div style=\"color: red; background: url('{}') no-repeat\">x</div>",
    "<style>p {{ background: url(  {} ) }}</style>",
    '<svg><image xlink:href="{}"/></svg>',
    '<!--[if gte vml 1]><v:imagedata src="{}" o:title="logo"/><![endif]-->',
)


def unseen(html: str) -> str:
    return images_of(html).unseen


@pytest.mark.parametrize("address", UNSEEN)
def test_what_nobody_would_see(address: str) -> None:
    assert unseen(f'<p>Mario</p><img src="{address}">')
    assert unseen(f'<img src="{GIF}"><img src="{address}">')


@pytest.mark.parametrize("address", [*SEEN, *ON_THE_WEB])
@pytest.mark.parametrize("place", PLACES)
def test_what_can_be_seen(place: str, address: str) -> None:
    if " " in address.strip() and ("srcset" in place or "url(" in place):
        return  # there, a blank ends an address
    html = place.format(address.strip())
    assert unseen(html) == ""
    assert bool(images_of(html).on_the_web) == (address in ON_THE_WEB)


@pytest.mark.parametrize("place", PLACES)
def test_wherever_an_image_can_be(place: str) -> None:
    for address in ("cid:logo", "logo.png", "file:///logo.png"):
        assert address in unseen(place.format(address))


@pytest.mark.parametrize(
    "html",
    [
        "Mario &amp; Söhne",
        '<a href="mailto:mario@rossi.example">write</a> <a href="page.html">read</a>',
        "<!-- <img src='cid:x'> -->",
        "&lt;img src=cid:x&gt;",
        '<img alt="img src=cid:x">',
        '<input src="x">',
        '<p title="url(logo.png)">url(logo.png)</p><code>a{background:url(logo.png)}</code>',
        '<style>@font-face {src: url("data:font/woff2;base64,d09GMgABAAAAA")}</style>',
        "<!DOCTYPE html><p>a<br>b",
        "<![if !vml]><p>Mario</p><![endif]>",
    ],
)
def test_what_is_no_image(html: str) -> None:
    assert images_of(html) == ("", "")


def test_several_candidates() -> None:
    assert images_of('<img srcset="https://a.example/1.png, https://b.example/2.png 2x">') == (
        "",
        "https://a.example/1.png",
    )
    assert "b.png" in unseen('<img srcset="https://a.example/1.png 100w , b.png, c.png 2x">')


def test_a_long_address_is_shortened() -> None:
    assert len(unseen(f"<img src='{'x' * 10_000}'>")) < 200
    assert len(images_of(f"<img src='https://x.example/{'x' * 10_000}'>").on_the_web) < 100


def test_html_that_no_parser_takes() -> None:
    with pytest.raises(UnreadableHtml):
        images_of("<p>x</p><![foo]><p>y</p>")
