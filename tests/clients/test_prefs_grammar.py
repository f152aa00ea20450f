# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our parser of prefs.js compared with Thunderbird's own, on thousands of mutated files."""

from __future__ import annotations

import pathlib
import random
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.prefs import PrefsFile
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError
from ansible_collections.charter.mail.tests.clients.mutations import mutated

from .thunderbird import Thunderbird, require
from .thunderbird_data import ParsedPrefs

SEED = 20261122
INPUTS = 6000

SEEDS = (
    b'user_pref("fuzz.a", "text");\n',
    b'user_pref("fuzz.b", 42);\nuser_pref("fuzz.b", true);\n',
    b"# note\n// note\n/* note */ user_pref ( 'fuzz.c' , 'it\\'s' ) ;\r\n",
    b'user_pref("fuzz.d", "\\x41\\u00e9\\ud83d\\ude00 \\"q\\" \\\\ \\n\\r");\n',
    b'pref("fuzz.e", 1);\nsticky_pref("fuzz.f", "x");\nuser_pref("fuzz.g", -2147483648);\n',
    b'user_pref("fuzz.h", "two\nlines");user_pref("fuzz.i", +7);\n',
    'user_pref("fuzz.j", "Ünï 😀");\nuser_pref("fuzz.k", false);\n'.encode(),
)
PIECES = (
    *(b'"', b"'", b"\\", b"(", b")", b",", b";", b"/", b"*", b"#", b"\n", b"\r", b" ", b"\t", b"\x0b", b"\x0c", b"\0"),
    *(b"\xff", b"\xc3", b"\xef\xbb\xbf", b"/*", b"*/", b"//", b"\\x", b"\\x0", b"\\x00", b"\\u", b"\\u00e", b"\\u0000"),
    *(b"\\ud800", b"\\udc00", b"\\ud83d\\ude00", b"\\t", b"\\0", b"true", b"false", b"tru", b"truex", b"null", b"0x1"),
    *(b"1", b"-", b"+", b"-1", b"2147483647", b"2147483648", b"-2147483649", b"1.5", b"1e3", b"007", b"- 1"),
    *(b"user_pref", b"user_prefs", b"pref", b"sticky_pref", b"lockPref", b'"a" + "b"', b", locked", b", sticky"),
)


def ours(content: bytes) -> dict[bytes, bytes | int | bool] | None:
    """The preferences that our parser reads, in Thunderbird's form; None for an error."""
    try:
        values = PrefsFile.parse(content, "prefs.js").values
    except DamagedFileError:
        return None
    return {raw(name): raw(value) if isinstance(value, str) else t.cast(int, value) for name, value in values.items()}


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def agree(mine: dict[bytes, bytes | int | bool] | None, theirs: ParsedPrefs) -> bool:
    if mine is None:
        return not theirs.sound
    # A name that also has a default may end as either, by rules outside the parser.
    only_user = {name: pref.user for name, pref in theirs.prefs.items() if pref.default is None}
    with_default = {name for name, pref in theirs.prefs.items() if pref.default is not None}
    kept = {name: value for name, value in mine.items() if name not in with_default}
    same_types = all(type(value) is type(only_user.get(name)) for name, value in kept.items())
    return theirs.sound and kept == only_user and same_types


def test_our_parser_agrees_with_thunderbird(tmp_path: pathlib.Path) -> None:
    require()
    chance = random.Random(SEED)
    # Thunderbird treats a zero byte as the end of the file; our parser reports it as damage.
    inputs = [content for content in (mutated(chance, SEEDS, PIECES) for _ in range(INPUTS)) if b"\0" not in content]
    (tmp_path / "home").mkdir()
    with Thunderbird(
        tmp_path / "home", command_prefix=["unshare", "--net", "--", "sh", "-c", LOOPBACK, "sh"]
    ) as client:
        answers = client.parse_prefs(inputs)
    differences = [
        (content, mine, theirs)
        for content, theirs in zip(inputs, answers, strict=True)
        if not agree(mine := ours(content), theirs)
    ]
    assert not differences, "\n".join(map(str, differences[:5]))
    sound = sum(answer.sound for answer in answers)
    assert sound > len(inputs) // 10
    assert len(inputs) - sound > len(inputs) // 10


LOOPBACK = 'ip link set lo up && exec "$@"'


@pytest.mark.parametrize("content", [b"\0", b'user_pref("fuzz.a", 1);\n\0\0\0'])
def test_a_zero_byte_is_damage(content: bytes) -> None:
    assert ours(content) is None
