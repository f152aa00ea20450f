# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of .reg files: nothing is lost, real exports are read, and nothing broken is taken for whole."""

from __future__ import annotations

import contextlib
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError, OptionError
from ansible_collections.charter.mail.plugins.module_utils._windows import reg_file
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import (
    KeyWrite,
    Registry,
    RegValue,
)

FIXTURES = pathlib.Path(__file__).with_name("fixtures")
KEY = r"HKEY_CURRENT_USER\Software\x"
HEADER = "Windows Registry Editor Version 5.00\r\n\r\n"

# Names may hold anything that can be seen, such as quotes, backslashes (not in keys), brackets, = and emoji.
seen = st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"], blacklist_characters="\ufeff")
hostile = st.one_of(seen, st.sampled_from('"]=[;-@#\\ é😀'))
value_names = st.text(hostile, max_size=12)
paths = st.lists(st.text(hostile.filter(lambda c: c != "\\"), min_size=1, max_size=12), max_size=4).map(
    lambda names: "\\".join(["HKEY_USERS", *names])
)
values = st.one_of(
    st.builds(RegValue.sz, st.text(max_size=90)),
    st.builds(RegValue.sz, value_names),
    st.builds(RegValue.expand_sz, st.text(max_size=20)),
    st.builds(RegValue.multi_sz, st.lists(st.text(max_size=5), max_size=3)),
    st.builds(RegValue.dword, st.integers(0, 2**32 - 1)),
    st.builds(RegValue.qword, st.integers(0, 2**64 - 1)),
    st.builds(RegValue.binary, st.binary(max_size=90)),
    st.builds(RegValue, st.integers(0, 2**32 - 1), st.binary(max_size=5)),
    st.builds(RegValue, st.integers(0, 11), st.binary(max_size=9)),
)
writes = st.lists(
    st.one_of(
        st.builds(KeyWrite, paths, st.dictionaries(value_names, st.one_of(st.none(), values), max_size=4)),
        st.builds(KeyWrite, paths, delete=st.just(True)),
    ),
    max_size=4,
)


def version_5(text: str) -> bytes:
    return ("\ufeff" + HEADER + text).encode("utf-16-le", "surrogatepass")


def value_of(text: str) -> RegValue | None:
    return reg_file.parse(version_5(f"[{KEY}]\r\n{text}\r\n")).value(KEY, "x")


@pytest.mark.alike(4, "generated settings")
@given(writes)
def test_what_is_rendered_is_parsed_again(wanted: list[KeyWrite]) -> None:
    assert list(reg_file.parse_writes(reg_file.render(wanted))) == wanted
    assert reg_file.render(reg_file.parse_writes(reg_file.render(wanted))) == reg_file.render(wanted)


@pytest.mark.alike(4, "generated settings")
@given(writes, writes)
def test_files_one_after_the_other_are_one(first: list[KeyWrite], second: list[KeyWrite]) -> None:
    both = reg_file.render(first) + reg_file.render(second)
    assert list(reg_file.parse_writes(both)) == [*first, *second]
    assert reg_file.parse(both) == Registry().written([*first, *second])


@pytest.mark.alike(4, "generated settings")
@given(writes)
def test_other_line_breaks_and_a_missing_last_one_mean_the_same(wanted: list[KeyWrite]) -> None:
    text = reg_file.render(wanted).decode("utf-16-le", "surrogatepass")
    assert (
        list(reg_file.parse_writes(text.replace("\r\n", "\n").rstrip("\n").encode("utf-16-le", "surrogatepass")))
        == wanted
    )


@given(st.binary(max_size=60))
def test_garbage_is_refused_in_one_way_only(content: bytes) -> None:
    for damaged in (content, b"\xff\xfe" + content, b"REGEDIT4\r\n" + content, version_5("") + content * 2):
        with contextlib.suppress(DamagedFileError):
            reg_file.parse(damaged)


def test_a_file_as_windows_lays_it_out() -> None:
    content = (FIXTURES / "stage-one-user.reg").read_bytes()
    parsed = reg_file.parse_writes(content)
    user = r"HKEY_USERS\S-1-5-21-1111111111-2222222222-3333333333-1001\Software\Microsoft\Office\16.0\Outlook"
    assert reg_file.render(parsed) == content
    assert parsed[0].path == user + r"\Setup"
    assert dict(parsed[0].values) == {
        "ImportPRF": RegValue.sz(r"C:\ProgramData\charter.mail\Outlook\<SID>\<id>-<hash>.prf"),
        "First-Run": None,
        "FirstRun": None,
    }
    assert reg_file.parse(content).value(user.lower() + r"\autodiscover", "preferlocalxml") == RegValue.dword(1)


def test_every_form() -> None:
    data = bytes(range(40))
    wanted = [
        KeyWrite(KEY + r"\gone", delete=True),
        KeyWrite(KEY, {"": RegValue.sz('a "b" c:\\d'), 'n"\\]=': RegValue.dword(255), "gone": None}),
        KeyWrite(KEY + "\\b]c", {"bin": RegValue.binary(data), "q": RegValue.qword(1), "line": RegValue.sz("a\nb")}),
        KeyWrite(KEY + "\\empty"),
    ]
    assert reg_file.render(wanted).decode("utf-16") == (
        HEADER + "[-HKEY_CURRENT_USER\\Software\\x\\gone]\r\n"
        "\r\n"
        "[HKEY_CURRENT_USER\\Software\\x]\r\n"
        '@="a \\"b\\" c:\\\\d"\r\n'
        '"n\\"\\\\]="=dword:000000ff\r\n'
        '"gone"=-\r\n'
        "\r\n"
        "[HKEY_CURRENT_USER\\Software\\x\\b]c]\r\n"
        '"bin"=hex:00,01,02,03,04,05,06,07,08,09,0a,0b,0c,0d,0e,0f,10,11,12,13,14,15,16,\\\r\n'
        "  17,18,19,1a,1b,1c,1d,1e,1f,20,21,22,23,24,25,26,27\r\n"
        '"q"=hex(b):01,00,00,00,00,00,00,00\r\n'
        '"line"=hex(1):61,00,0a,00,62,00,00,00\r\n'
        "\r\n"
        "[HKEY_CURRENT_USER\\Software\\x\\empty]\r\n"
        "\r\n"
    )


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('"x"="two\r\nlines, and [a]\r\n\\"b\\"=1"', RegValue.sz('two\r\nlines, and [a]\r\n"b"=1')),  # Windows
        (r'"x"="two\r\nlines"', RegValue.sz("two\r\nlines")),  # Wine
        ('"X" = "a" ; why', RegValue.sz("a")),
        ('"x"=""', RegValue.sz("")),
        ('"x"=hex(1):61,00', RegValue(1, b"a\0")),  # a text without its zero
        ('"x"=hex(1):61,00,0a,00,00,00', RegValue.sz("a\n")),
        ('"x"=hex(2):25,00,41,00,25,00,00,00', RegValue.expand_sz("%A%")),
        ('"x"=hex(7):61,00,\\\r\n  00,00,62,\\\r\n  00,00,00,00,00', RegValue.multi_sz(["a", "b"])),
        ('"x"=hex(7):', RegValue(7, b"")),
        ('"x"=hex:', RegValue.binary(b"")),
        ('"x"=hex:4A,\\\n\t0,\\\n  6f', RegValue.binary(b"J\0o")),
        ('"x"=hex:01,02,', RegValue.binary(b"\1\2")),
        ('"x"=hex(0):', RegValue(0, b"")),
        ('"x"=hex(ffff0011):01', RegValue(0xFFFF0011, b"\1")),
        ('"x"=hex(4):01,00,00,00', RegValue.dword(1)),
        ('"x"=hex(b):ff,00,00,00,00,00,00,00', RegValue.qword(255)),
        ('"x"=dword:FF', RegValue.dword(255)),
        ('"x"=dword:ffffffff', RegValue.dword(2**32 - 1)),
        ('"other"=dword:1', None),
        ('; "x"=dword:1', None),
        ('"x"=dword:1\r\n"X"=-', None),
    ],
)
def test_values_as_real_exports_have_them(line: str, value: RegValue | None) -> None:
    assert value_of(line) == value


def test_names_with_line_breaks_are_read() -> None:
    assert reg_file.parse(version_5(f'[{KEY}]\r\n"a\r\n\\"b"=dword:1\r\n')).value(KEY, 'a\r\n"b') == RegValue.dword(1)


def test_the_same_key_twice_is_one_key() -> None:
    parsed = reg_file.parse(version_5(f'[{KEY}]\r\n"a"=dword:1\r\n\r\n[{KEY.upper()}]\r\n"b"=dword:2\r\n'))
    assert list(parsed) == [KEY]
    assert dict(parsed[KEY]) == {"a": RegValue.dword(1), "b": RegValue.dword(2)}


def test_regedit4_is_in_the_code_page_of_the_pc() -> None:
    content = (
        b"REGEDIT4\r\n\r\n[HKEY_CURRENT_USER\\Software\\x]\r\n"
        b'"\xa3"="\xbf\xf3\xb3w"\r\n"e"=hex(2):25,a3,25,00\r\n"m"=hex(7):a3,00,62,00,00\r\n"b"=hex:a3\r\n'
    )
    assert dict(reg_file.parse(content, code_page="cp1250")[KEY]) == {
        "Ł": RegValue.sz("żółw"),
        "e": RegValue.expand_sz("%Ł%"),
        "m": RegValue.multi_sz(["Ł", "b"]),
        "b": RegValue.binary(b"\xa3"),
    }


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "'Windows Registry Editor Version 5.00' was expected"),
        (version_5("")[2:], "UTF-16 without its byte order mark"),
        (b"\xef\xbb\xbf" + HEADER.encode(), "not in UTF-16LE"),
        (HEADER.encode("utf-16-be").join([b"\xfe\xff", b""]), "not in UTF-16LE"),
        (version_5("")[:-1], "middle of a character"),
        (b"REGEDIT4\r\n\x81", "line 2: this is not text in the code page cp1252"),
        (b"REGEDIT5\r\n", "was expected"),
        ("\ufeffWindows Registry Editor Version 6.00\r\n".encode("utf-16-le"), "line 1: .*was expected"),
    ],
)
def test_a_file_that_is_none_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(DamagedFileError, match=reason):
        reg_file.parse(content)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('"x"=dword:1', 3, r"a \[key\] was expected"),
        (f'[-{KEY}]\r\n"x"=dword:1', 4, r"a \[key\] was expected"),
        (f"[{KEY}\r\n", 3, r"a \[key\] was expected"),
        (f"[{KEY}]\r\nnonsense", 4, 'name"=value was expected'),
        (f'[{KEY}]\r\n"a"=dword:1\r\n"x"=dword:', 5, "a text in quotes, dword:"),
        (f'[{KEY}]\r\n"x"=dword:123456789', 4, "a text in quotes, dword:"),
        (f'[{KEY}]\r\n"x"="a', 4, "a text in quotes"),
        (f'[{KEY}]\r\n"x"="a" b', 4, "something else"),
        (f'[{KEY}]\r\n"x"=-1', 4, "something else"),
        (f'[{KEY}]\r\n"x"="C:\\Users"', 4, r"\\U is not an escape sequence"),
        (f'[{KEY}]\r\n"x"=hex:1,,2', 4, "hex data is malformed"),
        (f'[{KEY}]\r\n"x"=hex:123', 4, "hex data is malformed"),
        (f'[{KEY}]\r\n"x"=hex:zz', 4, "something else"),
    ],
)
def test_a_broken_line_is_named(text: str, line: int, reason: str) -> None:
    with pytest.raises(DamagedFileError, match=reason) as raised:
        reg_file.parse(version_5(text), "state.reg")
    assert str(raised.value).startswith(f"state.reg, line {line}: ")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "does not begin with a root"),
        (r"HKCU\Software", "does not begin with a root"),
        (r"Software\x", "does not begin with a root"),
        (KEY + "\\", "1 to 255 characters"),
        (KEY + "\\\\y", "1 to 255 characters"),
        (KEY + "\\" + "y" * 256, "1 to 255 characters"),
        (KEY + "\n[-HKEY_USERS]", r"U\+000A"),
        (KEY + "\0", r"U\+0000"),
        (KEY + "\u2028", r"U\+2028"),
        (KEY + "\ud800", r"U\+D800"),
    ],
)
def test_a_key_that_cannot_be_written_is_refused(path: str, reason: str) -> None:
    with pytest.raises(OptionError, match=reason) as raised:
        reg_file.render([KeyWrite(path)])
    assert repr(path) in str(raised.value)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("a\r\nb", r"U\+000D"), ("\x7f", r"U\+007F"), ("\ud83d", "D83D"), ("x" * 16384, "at most 16383")],
)
def test_a_value_whose_name_cannot_be_written_is_refused(name: str, reason: str) -> None:
    with pytest.raises(OptionError, match=reason) as raised:
        reg_file.render([KeyWrite(KEY, {name: None})])
    assert repr(name) in str(raised.value)
    assert repr(KEY) in str(raised.value)


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "\t", "\0", "\x7f", "\u2028", "\ud800", "\ufeff"])
def test_control_characters_travel_as_hex_data(text: str) -> None:
    rendered = reg_file.render([KeyWrite(KEY, {"x": RegValue.sz(text)})])
    assert '"x"=hex(1):' in rendered.decode("utf-16")
    assert reg_file.parse(rendered).value(KEY, "x") == RegValue.sz(text)


@pytest.mark.alike(4, "generated settings")
@given(writes, st.sets(value_names))
def test_values_that_are_not_wanted_are_passed_over(wanted: list[KeyWrite], skipped: set[str]) -> None:
    content = reg_file.render(wanted)
    everything = reg_file.parse(content)
    found = reg_file.parse(content, wanted=lambda _key, name: name not in skipped)
    assert set(found) == set(everything)
    for key, kept in found.items():
        assert set(kept) <= {name for name in everything[key] if name not in skipped}
        assert all(kept[name] == everything[key][name] for name in kept)


def test_data_that_are_not_wanted_are_not_even_decoded() -> None:
    content = version_5(f'[{KEY}]\r\n"POP3 Password"=hex:zz,\\\r\n  01\r\n"x"=dword:1\r\n'.replace("zz", "f,,"))
    with pytest.raises(DamagedFileError, match="malformed"):
        reg_file.parse(content)
    found = reg_file.parse(content, wanted=lambda _key, name: name != "POP3 Password")
    assert dict(found[KEY]) == {"x": RegValue.dword(1)}
    with pytest.raises(DamagedFileError, match="follows the value"):
        reg_file.parse(version_5(f'[{KEY}]\r\n"x"=dword:1 y\r\n'), wanted=lambda _key, _name: False)
