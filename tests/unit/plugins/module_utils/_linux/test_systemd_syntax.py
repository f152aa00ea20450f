# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The syntax of systemd's files. Every expected value was measured with systemd 252."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._linux.systemd_syntax import settings, variables, words


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("""A=1 "B=x y" 'C=q' D="in ner" E=a\\x20b F=$HOME""", ["A=1", "B=x y", "C=q", "D=in ner", "E=a b", "F=$HOME"]),
        ("""H=a"b"c "I=a\\"b" 'J=a\\tb'""", ["H=abc", 'I=a"b', "J=a\tb"]),
        ("AE=a;b AF=#x AG='a", ["AE=a;b", "AF=#x"]),
        ('AN=a "AO=b', ["AN=a"]),
        ("A=1 O=a\\ b P=c", ["A=1"]),
        ("AC=a\\$b AD=c", []),
        ("A=\\u00e9 B=\\101 C=\\U0001f600", ["A=\u00e9", "B=A", "C=\U0001f600"]),
        ("A=\\x00", []),
        ("A=\\", []),
        ("", []),
    ],
)
def test_the_words_of_a_value(value: str, expected: list[str]) -> None:
    assert list(words(value)) == expected


def test_the_settings_of_a_section() -> None:
    text = """Environment=before any section
[Service]
Environment=A=1 \\
# a comment in between
  B=2
 Environment = C=3
;Environment=D
ENVIRONMENT=E
Environment F
[Other]
Environment=G
[Service]
Environment=
Environment=H \\"""
    found = [("Environment", "A=1    B=2"), ("Environment", "C=3"), ("ENVIRONMENT", "E")]
    assert list(settings(text, "Service")) == [*found, ("Environment", ""), ("Environment", "H")]
    assert list(settings(text, "Manager")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\nB = 2 \n  M=3\nL=\nno equals sign\n", {"A": "1", "B": "2", "M": "3", "L": ""}),
        ("export C=3", {"export C": "3"}),
        ("#D=1\n;E=2\n#c \\\nO=1\nP=2", {"P": "2"}),
        ("F=\"a b\" c\nG='x'y\nH=a'b'\nI=a 'b'", {"F": "a bc", "G": "xy", "H": "a'b'", "I": "a 'b'"}),
        ("I=a\\\nb\nK=\\x\nQ=a\\ \nR=\\\\ ", {"I": "ab", "K": "x", "Q": "a ", "R": "\\"}),
        ('J="a\\$b\\n\\\nc"\nN="multi\nline"', {"J": "a$b\\nc", "N": "multi\nline"}),
        ("N='multi\nline\\'", {"N": "multi\nline\\"}),
        ('Q="un\nR=1\\', {"Q": "un\nR=1"}),
        ('A=1\rB=2\r\nC="$HOME"', {"A": "1", "B": "2", "C": "$HOME"}),
        ("A=b\\", {"A": "b"}),
    ],
)
def test_the_variables_of_a_file(text: str, expected: dict[str, str]) -> None:
    assert dict(variables(text)) == expected


@given(st.text(alphabet="A= \t\n\r#;\\'\"$x[]%") | st.text())
def test_any_text_is_read_to_its_end(text: str) -> None:
    for key, _value in variables(text):
        assert "\n" not in key
    for key, value in settings(f"[S]\n{text}", "S"):
        assert "=" not in key
        assert all(words(value)) or "''" in value or '""' in value
