# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of prefs.js: nothing is lost, nothing else is touched, and nothing broken is taken for whole."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import prefs
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.prefs import HEADER, PrefsFile
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError

FIXTURES = pathlib.Path(__file__).with_name("fixtures")

names = st.from_regex(r"[a-z][a-zA-Z0-9_.-]{0,20}", fullmatch=True)
texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=30)
values: st.SearchStrategy[str | int | bool] = st.one_of(texts, st.booleans(), st.integers(-(2**31), 2**31 - 1))
settings = st.dictionaries(names, values, max_size=12)
blanks = st.sampled_from(["", " ", "\n", "\r\n", "\t", "// note\n", "# note\n", "/* a * b */", "/**/"])

# What a file as Thunderbird writes it has, and what is only nearly that.
pieces = st.sampled_from(
    [
        *(HEADER, b"\n", b'// user_pref("a", 1);\n', b'user_pref("a", 1);\n', b'user_pref("b", -2147483648);\n'),
        *(b'user_pref("c", "");\n', b'user_pref("c", "x\\"y\\n\xff");\n', b'user_pref("a", true);\n'),
        *(b'user_pref("d", "\nuser_pref(1);\n");\n', b'user_pref("e", 4294967296);\n', b'user_pref("f", "\\x41");\n'),
        *(b'user_pref("g", 1);', b" ", b"\r\n", b'/* user_pref("h", 1);\n */', b"#", b'pref("i", 1);\n', b"\0", b"x"),
    ]
)


def parse(content: bytes) -> PrefsFile:
    return PrefsFile.parse(content, "prefs.js")


@pytest.mark.parametrize("name", ["prefs-imap.js", "prefs-pop3.js", "thunderbird-157/prefs.js"])
def test_a_file_that_thunderbird_wrote_is_reproduced(name: str) -> None:
    content = (FIXTURES / name).read_bytes()
    parsed = parse(content)
    assert len(parsed.values) > 30
    assert parsed.with_values(parsed.values) == content
    assert parse(b"").with_values(parsed.values) == content


def test_an_empty_file_is_a_file_without_preferences() -> None:
    assert parse(b"").values == {}
    assert parse(b"").with_values({"a": 1}) == HEADER + b'user_pref("a", 1);\n'


@pytest.mark.alike(4, "generated settings")
@given(settings)
def test_what_is_rendered_is_parsed_again(wanted: dict[str, t.Any]) -> None:
    content = parse(b"").with_values(wanted)
    again = parse(content).values
    assert again == wanted
    assert {key: type(value) for key, value in again.items()} == {key: type(value) for key, value in wanted.items()}


@pytest.mark.alike(4, "generated settings")
@given(settings, st.lists(blanks, min_size=8, max_size=8), st.booleans())
def test_any_layout_is_kept(wanted: dict[str, t.Any], gaps: list[str], windows: bool) -> None:
    def dressed(line: str) -> str:
        name, rest = line[len("user_pref(") : -2].split(", ", 1)
        return f"{gaps[0]}user_pref{gaps[1]}({gaps[2]}{name}{gaps[3]},{gaps[4]}{rest}{gaps[5]}){gaps[6]};{gaps[7]}"

    plain = [f'user_pref("{name}", 1);' for name in wanted]
    content = ("\r\n" if windows else "\n").join(map(dressed, plain)).encode()
    parsed = parse(content)
    assert parsed.values == dict.fromkeys(wanted, 1)
    assert parsed.with_values(parsed.values) == (content or HEADER)


@pytest.mark.alike(4, "generated settings")
@given(settings, settings)
def test_an_edit_changes_the_edited_keys_only(before: dict[str, t.Any], edits: dict[str, t.Any]) -> None:
    original = parse(b"").with_values(before)
    content = b"// mine\n" + original.replace(b"\n\n", b"\n\n/* kept */\n", 1)
    after = {**before, **edits}
    edited = parse(content).with_values(after)
    assert parse(edited).values == after
    touched = [
        key for key, value in edits.items() if before.get(key) != value or type(before.get(key)) is not type(value)
    ]
    lines_before = [line for line in content.split(b"\n") if not _sets(line, touched)]
    lines_after = [line for line in edited.split(b"\n") if not _sets(line, touched)]
    assert lines_after == lines_before


@pytest.mark.alike(4, "generated settings")
@given(settings, st.data())
def test_a_removal_removes_that_line_only(before: dict[str, t.Any], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.sampled_from(sorted(before)))) if before else set()
    content = parse(b"").with_values(before)
    kept = {key: value for key, value in before.items() if key not in gone}
    expected = b"\n".join(line for line in content.split(b"\n") if not _sets(line, gone))
    assert parse(content).with_values(kept) == expected


@given(st.binary(max_size=200))
def test_garbage_is_an_error_or_is_kept(content: bytes) -> None:
    try:
        parsed = parse(content)
    except DamagedFileError:
        return
    assert parsed.with_values(parsed.values) == (content or HEADER)


@given(st.lists(pieces, max_size=8))
def test_a_file_as_thunderbird_writes_it_has_what_its_entries_have(parts: list[bytes]) -> None:
    content = b"".join(parts)

    def found() -> object:
        try:
            values = parse(content).values
        except DamagedFileError as error:
            return str(error)
        return [(name, type(value), value) for name, value in values.items()]

    quick = found()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_WRITTEN", "_WRITTEN_LINES"):
            patch.setattr(prefs, name, re.compile(b"(?!)"))
        assert found() == quick


def test_a_usual_file_is_not_read_entry_by_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    content = (FIXTURES / "prefs-imap.js").read_bytes()
    single: list[int] = []
    entry = prefs._entry

    def counted(whole: bytes, start: int, as_root: prefs.AsRoot) -> t.Any:
        single.append(start)
        return entry(whole, start, as_root)

    monkeypatch.setattr(prefs, "_entry", counted)
    assert len(parse(content).values) > 30
    assert len(single) < 5  # numbers of ten digits


def test_the_last_of_several_values_counts_and_is_the_one_edited() -> None:
    content = b'user_pref("a", 1);\nuser_pref("a", "x");\n'
    assert parse(content).values == {"a": "x"}
    assert parse(content).with_values({"a": "y"}) == b'user_pref("a", 1);\nuser_pref("a", "y");\n'
    assert parse(content).with_values({}) == b""


def test_true_is_not_one() -> None:
    content = b'user_pref("a", true);\n'
    assert parse(content).with_values({"a": 1}) == b'user_pref("a", 1);\n'


def test_defaults_are_kept_and_are_no_values() -> None:
    content = b'pref("a", 1);\nsticky_pref("b", 2);\nuser_pref("c", 3);\n'
    assert parse(content).values == {"c": 3}
    assert parse(content).with_values({"c": 3}) == content


def test_new_lines_stand_where_thunderbird_would_sort_them() -> None:
    content = b'user_pref("a.b", 1);\nuser_pref("c", 1);\n'
    edited = parse(content).with_values({"a.b": 1, "c": 1, "a.b.c": 2, "z": 3})
    assert edited == b'user_pref("a.b", 1);\nuser_pref("a.b.c", 2);\nuser_pref("c", 1);\nuser_pref("z", 3);\n'


def test_a_last_line_without_a_break_gets_one() -> None:
    assert parse(b'user_pref("a", 1);').with_values({"a": 1, "b": 2}) == b'user_pref("a", 1);\nuser_pref("b", 2);\n'


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (rb'"a\"b\\c\nd\re"', 'a"b\\c\nd\re'),
        (rb"'it\'s'", "it's"),
        (rb'"\x41\u00e9\ud83d\ude00"', "Aé😀"),
        (b'"two\nlines"', "two\nlines"),
        (b'"\xff"', "\udcff"),
        (b"+7", 7),
        (b"-2147483648", -2147483648),
        (b"false", False),
    ],
)
def test_values(literal: bytes, value: str | int | bool) -> None:
    parsed = parse(b'user_pref("a", ' + literal + b");\n")
    assert parsed.values == {"a": value}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'user_pref("a", 2147483648);', "32 bits"),
        (b'user_pref("a", -2147483649);', "32 bits"),
        (b'user_pref("a", ' + b"7" * 6000 + b");", "32 bits"),
        (b'pref( "a", - ' + b"0" * 6000 + b"9" * 6000 + b");", "32 bits"),
        (b'user_pref("a", nonsense);', "value was expected"),
        (b'user_pref("a", 1)', "';' was expected"),
        (b'user_pref("a" 1);', "',' was expected"),
        (b'user_pref("a", "b);', "no closing quote"),
        (rb'user_pref("a", "\t");', "escape"),
        (rb'user_pref("a", "\ud800");', "surrogate"),
        (rb'user_pref("a", "\x00");', "zero"),
        (b"lockPref('a', 1);", "was expected"),
        (b"/* never ends", "comment"),
        (b"\0\0\0\0", "zero byte"),
    ],
)
def test_a_broken_line_is_named(line: bytes, reason: str) -> None:
    with pytest.raises(DamagedFileError, match=reason) as raised:
        parse(b'user_pref("good", 1);\n\n' + line + b"\n")
    assert raised.value.line == 3
    assert "prefs.js, line 3" in str(raised.value)


def _sets(line: bytes, keys: t.Iterable[str]) -> bool:
    return any(line.startswith(f'user_pref("{key}", '.encode()) for key in keys)
