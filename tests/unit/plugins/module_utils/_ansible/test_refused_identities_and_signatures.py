# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities and signatures that no client can take, and what is taken with a warning."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.module_utils._model.signature import LIMIT

from .desk import EMAIL, Options
from .generated_identities import ABSENT

BAD: t.Sequence[tuple[Options, str]] = [
    ({"signature": {}}, "signature: it has no content"),
    ({"signature": {"text": "a", "html": "b"}}, "signature: it has text and html"),
    ({"signature": {"text": " \n"}}, "signature.text: it is empty"),
    ({"signature": {"text": "x", **ABSENT}}, "signature: its state is absent, but it has text"),
    ({"signature": {"text": "x\0"}}, "U+0000"),
    ({"signature": {"html": "\ud800"}}, "U+D800"),
    ({"signature": {"text": "x" * (LIMIT + 1)}}, f"{LIMIT + 1} characters"),
    ({"signature": {"text": "x", "vars": {"a": 1}}}, "signature.vars: it has no effect without src"),
    ({"signature": {"src": "x.j2"}}, "signature.src: the file was not read"),
    (
        {"signature": {"html": "<img src='cid:logo'>"}},
        "signature.html: its image cid:logo names a part that no message has",
    ),
    ({"signature": {"html": "<img src='file:///logo.png'>"}}, "Write the image as a data: URL, or let src and images"),
    ({"signature": {"html": "<img src='logo.png'>"}}, "signature.html: its image logo.png is a file"),
    ({"signature": {"html": "<![foo]>"}}, "signature.html: it has a declaration that is not HTML"),
    (
        {"identities": [{"address": "a@x.example", "signature": {"html": "<img src='cid:logo'>"}}]},
        "identities[0].signature.html: its image cid:logo names a part",
    ),
    ({"identities": [{"address": "x"}]}, "identities[0].address"),
    ({"identities": [{"address": "a@x.example\nBcc: b@x.example"}]}, "identities[0].address"),
    ({"identities": [{"address": "a@x.example"}, {"address": "A@x.example"}]}, "identities[1]: A@x.example is in"),
    ({"identities": [{"address": EMAIL}]}, "identities[0]: this is the address of the account itself"),
    ({"identities": [{"address": EMAIL, "full_name": "x", "default": True}]}, "full_name as options of the account"),
    ({"identities": [{"address": "a@x.example", "default": True, **ABSENT}]}, "identities[0].default"),
    (
        {"identities": [{"address": "a@x.example", "default": True}, {"address": EMAIL, "default": True}]},
        "identities[1].default: a@x.example is already the default",
    ),
    ({"identities": [{"address": "a@x.example", "reply_to": "x"}]}, "identities[0].reply_to"),
    ({"identities": [{"address": "a@x.example", "organization": "x" * 241}]}, "identities[0].organization"),
    ({"identities": [{"address": "a@x.example", "signature": {}}]}, "identities[0].signature: it has no content"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD)
def test_what_no_client_can_take_is_refused(bad: Options, reason: str) -> None:
    with pytest.raises(OptionError) as error:
        requests({"email": EMAIL, "accounts": None, **bad})
    assert reason in str(error.value)


def test_an_image_on_the_web_is_taken_with_a_warning() -> None:
    html = {"html": "<img src='https://rossi.example/logo.png'>"}
    text = {"text": "<img src='cid:logo'>"}  # is shown as it is
    identities = [{"address": "a@x.example", "signature": html}, {"address": "b@x.example", "signature": text}]
    (one,) = requests({"email": EMAIL, "accounts": None, "signature": html, "identities": identities})
    ours = [warning for warning in one.warnings if "on the web" in warning]
    assert ["identities (a@x.example).signature: its" in warning for warning in ours] == [False, True]
    assert "signature: its image https://rossi.example/logo.png is on the web" in ours[0]
