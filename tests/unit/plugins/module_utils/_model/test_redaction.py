# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server text is printable, bounded and without the password."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._model.redaction import LENGTH_LIMIT, Redactor
from ansible_collections.charter.mail.plugins.module_utils._model.secret import HIDDEN, Secret

PASSWORDS = st.text(
    st.characters(whitelist_categories=["L", "N"], whitelist_characters='"\\$.+'), min_size=8, max_size=40
)
AROUND = st.text("-* ", max_size=100)


@given(st.binary(max_size=1000))
def test_always_printable_and_bounded(raw: bytes) -> None:
    text = Redactor()(raw)
    assert text.isprintable()
    assert len(text) <= LENGTH_LIMIT + len(" ...")


@given(PASSWORDS, AROUND, AROUND)
def test_the_password_is_hidden_wherever_it_stands(password: str, before: str, after: str) -> None:
    quoted = Redactor.hiding("me@lab.test", Secret(password))(f"{before}{password}{after}")
    assert set(quoted) <= set("-* .")
    assert HIDDEN in quoted


@given(PASSWORDS, st.binary(max_size=60), st.binary(max_size=60))
def test_the_password_is_hidden_inside_base64(password: str, before: bytes, after: bytes) -> None:
    encoded = base64.b64encode(before + password.encode() + after).decode()
    assert Redactor.hiding("me@lab.test", Secret(password))(f"<{encoded}>") == "<********>"


def test_what_a_person_reads() -> None:
    shown = Redactor()(b"220 hello\r\n\tworld \x1b[31mred\x07 \xff \xe2\x80\xae")
    assert shown == "220 hello world \\x1b[31mred\\x07 \ufffd \\u202e"


def test_a_quoter_does_not_show_what_it_hides() -> None:
    quote = Redactor.hiding("me@lab.test", Secret("geheim-123"))
    assert "geheim" not in repr(quote)
    assert quote("Geheim-123") == "********"


def test_nothing_to_hide() -> None:
    assert Redactor.hiding("me@lab.test", None)("text") == "text"
    assert Redactor.hiding("me@lab.test", Secret(""))("text") == "text"
