# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of key files: nothing is lost, nothing else is touched, and nothing broken is taken for whole."""

from __future__ import annotations

import re
import typing as t

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._formats import glib_key_file
from ansible_collections.charter.mail.plugins.module_utils._formats.glib_key_file import GlibKeyFile
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError

names = st.from_regex(r"[A-Za-z][A-Za-z0-9 -]{0,10}[A-Za-z0-9]", fullmatch=True)
keys = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,10}(\[[a-z]{2}\])?", fullmatch=True)
# A form feed at the start of a value is lost with GLib, too.
texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\f"), max_size=20)
places = st.tuples(names, keys)
contents = st.dictionaries(places, texts, max_size=12)
fillings = st.lists(st.sampled_from(["", " ", "# note", "#[x]=1", "\t# indented"]), max_size=3)
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines differ


# What a file as GLib writes it has, and what is only nearly that.
pieces = st.sampled_from(
    [
        *("[G]\n", "[H=1]\n", "[a b]\n", "k=v\n", "k=\n", "key-2=a=b [c]\n", "k=\\sx\\n\n", "\n"),
        *("k=\u00e0\u2028\x0b\x85\n", "k=\udcff\n", "[G] \n", "[]\n", "k =v\n", "k= v\n", "k=\tv\n", "k=\fv\n"),
        *(" k=v\n", "k[it]=v\n", "#k=v\n", "k=v\r\n", "k=\rv\n", "Encoding=UTF-8\n", "Encoding=latin1\n"),
        *("k=\0\n", "nonsense\n", "\ufeff", "k=v", "[G]", "=v\n", "\udcff=v\n"),
    ]
)


def parse(content: bytes) -> GlibKeyFile:
    return GlibKeyFile.parse(content, "x.source")


def made(wanted: t.Mapping[tuple[str, str], str]) -> GlibKeyFile:
    source = GlibKeyFile()
    for (group, key), text in wanted.items():
        source = source.with_text(group, key, text)
    return source


def texts_of(source: GlibKeyFile) -> dict[tuple[str, str], str | None]:
    return {place: source.text(*place) for place in source.values}


def dressed(source: GlibKeyFile, filling: list[str], line_break: str) -> bytes:
    """The same settings with comments and blank lines between them."""
    lines = []
    for line in source.render().decode().split("\n")[:-1]:
        lines += [line, *filling]
    return "".join(line + line_break for line in lines).encode()


@pytest.mark.alike(4, "generated settings")
@FUZZ
@given(contents)
def test_what_is_written_is_read_again(wanted: dict[tuple[str, str], str]) -> None:
    source = made(wanted)
    assert texts_of(source) == wanted
    assert texts_of(parse(source.render())) == wanted
    assert parse(source.render()).groups == source.groups


@pytest.mark.alike(4, "generated settings")
@FUZZ
@given(contents, fillings, st.sampled_from(["\n", "\r\n"]), places, texts)
def test_an_edit_changes_one_line_only(
    before: dict[tuple[str, str], str], filling: list[str], line_break: str, place: tuple[str, str], text: str
) -> None:
    content = dressed(made(before), filling, line_break)
    source = parse(content)
    assert source.render() == content
    edited = source.with_text(*place, text)
    assert texts_of(parse(edited.render())) == {**before, place: text}
    lines, old = edited.render().split(b"\n"), content.split(b"\n")
    if place in before:
        assert len([one for one, other in zip(lines, old) if one != other]) <= 1
        assert len(lines) == len(old)
    else:
        new = len(lines) - len(old)
        assert new in ((1,) if place[0] in source.groups else (2, 3))
        assert any(lines[:at] + lines[at + new :] == old for at in range(len(lines)))
    ends = {line[-1:] for line in edited.render().split(b"\n")[:-1]}
    assert (b"\r" in ends) == (line_break == "\r\n" and bool(before))


@pytest.mark.alike(4, "generated settings")
@FUZZ
@given(contents, fillings, st.data())
def test_a_removal_removes_that_line_only(
    before: dict[tuple[str, str], str], filling: list[str], data: st.DataObject
) -> None:
    source = parse(dressed(made(before), filling, "\n"))
    place = data.draw(st.sampled_from(sorted(before)) if before else places)
    after = source.without(*place)
    assert texts_of(after) == {other: text for other, text in before.items() if other != place}
    assert (after is source) == (place not in before)
    assert after.render().count(b"\n") == source.render().count(b"\n") - (place in before)


@FUZZ
@given(st.binary(max_size=60))
def test_anything_else_is_refused_or_reproduced(noise: bytes) -> None:
    for content in (noise, b"[G]\n" + noise):
        try:
            source = parse(content)
        except DamagedFileError:
            continue
        assert source.render() == content


@FUZZ
@given(st.lists(pieces, max_size=8))
def test_a_file_as_glib_writes_it_has_what_its_lines_have(parts: list[str]) -> None:
    content = "".join(parts).encode("utf-8", "surrogateescape")

    def found() -> object:
        try:
            source = parse(content)
        except DamagedFileError as error:
            return str(error)
        return [*source.groups], [*source.values.items()], source.render(), texts_of(source)

    quick = found()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(glib_key_file, "_WRITTEN", re.compile("(?!)"))
        assert found() == quick


def test_a_usual_file_is_not_read_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    content = made({("G", "k"): "v", ("H", "key-2"): " a\nb"}).render()
    monkeypatch.setattr(glib_key_file, "_line", pytest.fail)
    assert texts_of(parse(content)) == {("G", "k"): "v", ("H", "key-2"): " a\nb"}


@pytest.mark.parametrize(
    ("content", "value", "text"),
    [
        (b"[G]\nk=v \t", "v \t", "v \t"),
        (b"[G]\n \tk \t= \tv=w", "v=w", "v=w"),
        (b"[G]\r\nk=v\r\n", "v", "v"),
        (b"[G]\nk=\\sa\\tb\\nc\\\\", "\\sa\\tb\\nc\\\\", " a\tb\nc\\"),
        (b"[G]\nk=\\x", "\\x", None),
        (b"[G]\nk=a\\", "a\\", None),
        (b"[G]\nk=1\nk=2\n", "2", "2"),
        (b"[G]\nk=1\n[H]\nk=3\n[G]\nk=2\n", "2", "2"),
        (b'[G]  \n\n# k=0\nk=%(x)s : "y" ; z\n', '%(x)s : "y" ; z', '%(x)s : "y" ; z'),
        (b"[G]\nk=citt\xc3\xa0\n", "citt\u00e0", "citt\u00e0"),
        (b"[G]\nK=1\nk[it]=2\n", None, None),
        (b"[DEFAULT]\nk=1\n[G]\nother=2\n", None, None),
    ],
)
def test_a_value_is_what_glib_reads(content: bytes, value: str | None, text: str | None) -> None:
    source = parse(content)
    assert source.values.get(("G", "k")) == value
    assert source.text("G", "k") == text
    assert source.render() == content


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"k=v\n", 1),
        (b"[G]\n\nnonsense\n", 3),
        (b"[G]\n=v\n", 2),
        (b"[G\nk=v\n", 1),
        (b"[G]x\n", 1),
        (b"[]\n", 1),
        (b"[G]\nk =v\nk[=v\n", 3),
        (b"[G]\nk=\0\n", 2),
        (b"[G]\nEncoding=latin1\n", 2),
    ],
)
def test_what_glib_refuses_is_refused_with_its_line(content: bytes, line: int) -> None:
    with pytest.raises(DamagedFileError) as caught:
        parse(content)
    assert (caught.value.path, caught.value.line) == ("x.source", line)


def test_new_keys_stand_before_the_blank_lines_behind_their_group() -> None:
    source = parse(b"# top\n[A]\nk=1\n\n\n[B]\nk=2")
    assert source.with_text("A", "n", "3").render() == b"# top\n[A]\nk=1\nn=3\n\n\n[B]\nk=2"
    assert source.with_text("B", "n", "3").render() == b"# top\n[A]\nk=1\n\n\n[B]\nk=2\nn=3\n"
    assert source.with_text("C", "n", "3").render() == b"# top\n[A]\nk=1\n\n\n[B]\nk=2\n\n[C]\nn=3\n"


def test_the_last_of_several_values_is_the_one_that_changes() -> None:
    source = parse(b"[G]\n  k=1\n  k = 2\n")
    assert source.with_text("G", "k", " 3").render() == b"[G]\n  k=1\n  k=\\s3\n"
    assert source.without("G", "k").render() == b"[G]\n"


def test_a_group_goes_in_all_its_pieces() -> None:
    source = parse(b"[G]\nk=1\n\n[H]\nk=2\n[G]\nn=3\n")
    assert source.without_group("G").render() == b"[H]\nk=2\n"
    assert source.without_group("X") is source


def test_a_byte_order_mark_is_named_since_no_editor_shows_it() -> None:
    with pytest.raises(DamagedFileError, match="line 1: there is a byte order mark before the text"):
        parse(b"\xef\xbb\xbf[G]\nk=v\n")
