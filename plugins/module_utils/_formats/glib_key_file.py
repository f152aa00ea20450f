# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of GLib's key files. Editing changes only the bytes that must change.

The grammar is that of GLib's own parser (glib/gkeyfile.c):

    line  = [blanks] ( "#" comment | "[" group "]" [blanks] | key [blanks] "=" [blanks] value | nothing )
    value = everything up to the end of the line; in it \\s \\t \\n \\r \\\\ stand for characters

If a key has several values, the last one counts. A group may appear several times. Python's configparser has another
grammar: it loses letter case, comments, repeated groups and trailing blanks of values.
"""

from __future__ import annotations

import functools
import re
import typing as t

from .._model.errors import DamagedFileError

_MARK = "\ufeff"
_BLANKS = " \t\f\r\n"  # g_ascii_isspace
_HEADER = r"\[([^\[\]\x00-\x1f\x7f]+)\]"
_GROUP = re.compile(rf"{_HEADER}[ \t]*")
_KEY = re.compile(r"[^=\[\] ](?:[^=\[\]]*[^=\[\] ])?(?:\[[A-Za-z0-9_.@-]*\])?")
# The layout that GLib writes, and that nearly every file has: groups, and keys with values, without blanks around "=".
_WRITTEN = re.compile(rf"\n*(?:{_HEADER}\n(?:(?:[A-Za-z0-9-]+=(?![ \t\f])[^\x00\r\n]*)?\n)*)*")
_WRITTEN_LINE = re.compile(rf"^(?:{_HEADER}|([^=\n]+)=(.*))$", re.MULTILINE)
_USUAL_LENGTH = 65536  # characters; each line takes memory until the match ends
_ENCODING = "Encoding"
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_MEANINGS = {"s": " ", "t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
_REMEDY = "correct that line, or remove the file if it is not needed; nothing was changed"


class _KeyFileLine(t.NamedTuple):
    """One line as written, with its line break.

    Attributes:
        raw: the whole line.
        group: its group; empty before the first group.
        key: the entry's key; empty for other lines. A translation includes its language, as in ``DisplayName[it]``.
        value: the entry's value, with escapes as written.
        header: whether it starts a group.
    """

    raw: str
    group: str
    key: str = ""
    value: str = ""
    header: bool = False


class GlibKeyFile:
    """A parsed key file; immutable. Bytes that are not UTF-8 are kept as lone surrogates.

    Args:
        lines: all lines; None while only ``text`` is known.
        text: the whole file as GLib writes it.
    """

    def __init__(self, lines: t.Sequence[_KeyFileLine] | None = (), text: str = "") -> None:
        self._text = text
        if lines is not None:
            self.__dict__["_lines"] = lines

    @classmethod
    def parse(cls, content: bytes, path: str) -> GlibKeyFile:
        """Read a file.

        Args:
            content: the whole file; empty for a file without groups.
            path: for errors.

        Raises:
            DamagedFileError: GLib does not accept the file; the error names the line.
        """
        text = content.decode("utf-8", "surrogateescape")
        if len(text) < _USUAL_LENGTH and _WRITTEN.fullmatch(text) is not None and _ENCODING not in text:
            return cls(None, text)
        return cls(_parsed(text, path))

    @functools.cached_property
    def _lines(self) -> t.Sequence[_KeyFileLine]:
        return _parsed(self._text, "")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GlibKeyFile) and self._lines == other._lines

    def __hash__(self) -> int:
        return hash(tuple(self._lines))

    @property
    def groups(self) -> t.Collection[str]:
        """The names of all groups, in order."""
        return self._content[0]

    @property
    def values(self) -> t.Mapping[tuple[str, str], str]:
        """A mapping from (group, key) to the value as written, escapes included."""
        return self._content[1]

    @functools.cached_property
    def _content(self) -> tuple[t.Mapping[str, None], t.Mapping[tuple[str, str], str]]:
        """The groups and the values."""
        if "_lines" in self.__dict__:
            groups = dict.fromkeys(line.group for line in self._lines if line.header)
            return groups, {(line.group, line.key): line.value for line in self._lines if line.key}
        groups, values, group = {}, {}, ""
        for header, key, value in _WRITTEN_LINE.findall(self._text):
            if key:
                values[group, key] = value
            else:
                group = header
                groups[group] = None
        return groups, values

    def text(self, group: str, key: str) -> str | None:
        """A value without escapes; None if there is none, or none that GLib can read."""
        value = self._content[1].get((group, key))
        if value is None or not (value.isascii() or _is_utf8(value)):
            return None
        return value if "\\" not in value else _unescaped(value)

    def with_text(self, group: str, key: str, text: str) -> GlibKeyFile:
        """The file with this value; a new key is added at the end of its group, a new group at the end of the file."""
        lines = list(self._lines)
        entry = f"{key}={escaped(text)}"
        places = [place for place, line in enumerate(lines) if line.group == group and (line.key or line.header)]
        same_key = [place for place in places if lines[place].key == key]
        if same_key:
            lines[same_key[-1]] = _with_value(lines[same_key[-1]], text)
        else:
            if places:
                place = places[-1] + 1
                new = [entry]
            else:
                place = len(lines)
                new = [f"[{group}]", entry] if not lines or not lines[-1].raw.strip() else ["", f"[{group}]", entry]
            if place and not lines[place - 1].raw.endswith("\n"):
                last = lines[place - 1]
                lines[place - 1] = _line(last.raw + self._line_break, last.group)
            around = lines[place - 1].group if place else ""
            for offset, line in enumerate(new):
                made = _line(line + self._line_break, around)
                around = made.group
                lines.insert(place + offset, made)
        return GlibKeyFile(lines)

    def with_texts(self, texts: t.Mapping[tuple[str, str], str]) -> GlibKeyFile:
        """The file with these values, (group, key) to text; existing ones are replaced in one pass."""
        last = {(line.group, line.key): place for place, line in enumerate(self._lines) if line.key}
        lines = list(self._lines)
        for (group, key), text in texts.items():
            place = last.get((group, key))
            if place is not None:
                lines[place] = _with_value(lines[place], text)
        after = GlibKeyFile(lines)
        for (group, key), text in texts.items():
            if (group, key) not in last:
                after = after.with_text(group, key, text)
        return after

    def without(self, group: str, *keys: str) -> GlibKeyFile:
        """The file without any value of these keys; itself if there is none."""
        return self._keeping(lambda line: line.group != group or line.key not in keys or not line.key)

    def without_group(self, *groups: str) -> GlibKeyFile:
        """The file without these groups and their content; itself if there is none."""
        gone = frozenset(groups)
        return self._keeping(lambda line: line.group not in gone or not line.group)

    def render(self) -> bytes:
        """The whole file."""
        return "".join(line.raw for line in self._lines).encode("utf-8", "surrogateescape")

    def _keeping(self, kept: t.Callable[[_KeyFileLine], bool]) -> GlibKeyFile:
        lines = [line for line in self._lines if kept(line)]
        return self if len(lines) == len(self._lines) else GlibKeyFile(lines)

    @property
    def _line_break(self) -> str:
        return _line_break(self._lines[0].raw) or "\n" if self._lines else "\n"


def _parsed(text: str, path: str) -> list[_KeyFileLine]:
    """The lines; see ``GlibKeyFile.parse``."""
    lines: list[_KeyFileLine] = []
    group = first_group = ""
    for number, raw in enumerate(_split(text), start=1):
        try:
            line = _line(raw, group)
            group = line.group
            first_group = first_group or group
            if line.key == _ENCODING and group == first_group and line.value.upper() != "UTF-8":
                raise ValueError("the file declares an encoding other than UTF-8")
        except ValueError as error:
            raise DamagedFileError(path, number, str(error), _REMEDY) from None
        lines.append(line)
    return lines


def _with_value(line: _KeyFileLine, text: str) -> _KeyFileLine:
    """The line with another value."""
    return _line(f"{_indent(line.raw)}{line.key}={escaped(text)}{_line_break(line.raw)}", line.group)


def escaped(text: str) -> str:
    """A text as GLib writes it: on one line, with the blanks at its start escaped."""
    pieces: list[str] = []
    leading = True
    for character in text:
        if character in " \t":
            pieces.append({" ": "\\s", "\t": "\\t"}[character] if leading else character)
            continue
        leading = character in "\n\r"
        pieces.append({"\n": "\\n", "\r": "\\r", "\\": "\\\\"}.get(character, character))
    return "".join(pieces)


def _is_utf8(value: str) -> bool:
    return not any("\udc80" <= character <= "\udcff" for character in value)


def _unescaped(value: str) -> str | None:
    try:
        return _ESCAPE.sub(lambda match: _MEANINGS[match.group(1)], value)
    except KeyError:
        return None


def _split(text: str) -> list[str]:
    """The lines, each with its line break; only a line feed ends a line."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _line(raw: str, group: str) -> _KeyFileLine:
    """One parsed line. Raises ValueError with a clause that says what is wrong."""
    if "\0" in raw:
        raise ValueError("this is not text")
    stripped = raw[: len(raw) - len(_line_break(raw))].lstrip(_BLANKS)
    if not stripped or stripped[0] == "#":
        return _KeyFileLine(raw, group)
    if stripped[0] == "[":
        header = _GROUP.fullmatch(stripped)
        if header is not None:
            return _KeyFileLine(raw, header.group(1), header=True)
    if stripped[0] == _MARK and not group:  # later ones belong to a key
        raise ValueError("there is a byte order mark before the text, which GLib does not accept")
    key, equals, value = stripped.partition("=")
    key = key.rstrip(_BLANKS)
    if not equals or not _KEY.fullmatch(key):
        raise ValueError("a comment, a [group] or key=value was expected")
    if not group:
        raise ValueError("there is a value before the first [group]")
    return _KeyFileLine(raw, group, key, value.lstrip(_BLANKS))


def _line_break(raw: str) -> str:
    if raw.endswith("\r\n"):
        return "\r\n"
    return "\n" if raw.endswith("\n") else ""


def _indent(raw: str) -> str:
    return raw[: len(raw) - len(raw.lstrip(_BLANKS))]
