# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of .reg files, which ``reg export`` writes and ``reg import`` reads.

The grammar is that of Microsoft's article 310516 ("How to add, modify, or delete registry subkeys and values by using a
.reg file"); where it is silent, this follows what Windows and Wine (programs/reg/export.c, import.c) write and read:

    file  = header { key { value } }      header = Windows Registry Editor Version 5.00 | REGEDIT4
    key   = "[" ["-"] path "]"            the last "]" of the line ends it; "-" deletes the key and all below it
    value = name "=" data                 name = "@" (the default value) | string
    data  = string | "dword:" 1-8 digits | "hex" ["(" type ")"] ":" bytes | "-"      (deletes the value)
    bytes = two digits each, with commas; a backslash at the end of a line continues it
    string = "..." with \\\\ and \\"; Windows leaves line breaks in it as they are, Wine writes \\r and \\n
    ; ... is a comment

Digits are hexadecimal. Version 5 is UTF-16LE with a byte order mark; REGEDIT4 is in the PC's code page, as are the
texts in its hex data. A file may contain several exports, joined by ``copy /b``. ``reg import`` skips a line that it
cannot read and still exits with 0; here such a line is an error.
"""

from __future__ import annotations

import re
import typing as t
import unicodedata

from .._model.errors import DamagedFileError, OptionError
from .registry import KeyWrite, Registry, RegValue, ValueType, encode_text

_VERSION_5 = "Windows Registry Editor Version 5.00"
_VERSION_4 = "REGEDIT4"
_MARK = "\ufeff"
_BREAK = "\r\n"
_ROOTS = frozenset(
    {"HKEY_CLASSES_ROOT", "HKEY_CURRENT_CONFIG", "HKEY_CURRENT_USER", "HKEY_LOCAL_MACHINE", "HKEY_USERS"}
)
_LONGEST_KEY = 255  # characters of a key's or a value's name: "Registry element size limits"
_LONGEST_VALUE_NAME = 16383
_LINE_LENGTH = 76  # at which Windows continues hex data in the next line
_INDENT = "  "  # of that line

_BLANK = re.compile(r"(?:[ \t\r\n]|;[^\r\n]*)*")
_HEADER = re.compile(rf"{_MARK}?({re.escape(_VERSION_5)}|{_VERSION_4})[ \t]*(?=[\r\n]|\Z)")
_KEY = re.compile(r"\[(-?)([^\r\n]*)\][ \t]*(?=[\r\n]|\Z)")
_NAME = re.compile(r'(?:@|"([^"\\]*(?:\\.[^"\\]*)*)")[ \t]*=[ \t]*', re.DOTALL)
_STRING = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_DWORD = re.compile(r"dword:[ \t]*([0-9a-fA-F]{1,8})(?![0-9a-fA-F])", re.IGNORECASE)
_HEX = re.compile(r"hex(?:\(([0-9a-fA-F]{1,8})\))?:((?:[0-9a-fA-F, \t]|\\[ \t]*\r?\n)*)", re.IGNORECASE)
_GAP = re.compile(r"[\\\s]+")
_BYTES = re.compile(r"(?:[0-9a-fA-F]{1,2}(?:,[0-9a-fA-F]{1,2})*)?,?")
_END = re.compile(r"[ \t]*(?:;[^\r\n]*)?(?=[\r\n]|\Z)")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_NO_DATA = "a text in quotes, dword:, hex: or - was expected"
_ESCAPED = {"\\": "\\", '"': '"', "r": "\r", "n": "\n", "0": "\0"}


# Whether to read a value, by the key's path and the value's name.
Wanted = t.Callable[[str, str], bool]


class _RegSyntaxError(Exception):
    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position


def parse(
    content: bytes,
    source: str = "registry export",
    *,
    code_page: str = "cp1252",
    wanted: Wanted | None = None,
) -> Registry:
    """The keys and values of an export.

    Args:
        content: the whole file.
        source: the file's description, for errors.
        code_page: Python's name of the PC's code page, for REGEDIT4.
        wanted: which values to read; None for all. The data of other values are skipped, not decoded.

    Raises:
        DamagedFileError: it does not follow the grammar; the error names the line.
    """
    return Registry().written(parse_writes(content, source, code_page=code_page, wanted=wanted))


def parse_writes(
    content: bytes,
    source: str = ".reg file",
    *,
    code_page: str = "cp1252",
    wanted: Wanted | None = None,
) -> tuple[KeyWrite, ...]:
    """The writes that importing a file would make, in order. Arguments and errors as for ``parse``."""
    text = _decode(content, source, code_page)
    try:
        return tuple(_statements(text, code_page, wanted))
    except _RegSyntaxError as error:
        raise DamagedFileError(
            source,
            text.count("\n", 0, error.position) + 1,
            str(error),
            "check whether the file was cut off or edited, and export it again",
        ) from None


def render(writes: t.Iterable[KeyWrite]) -> bytes:
    """The file that makes these writes when imported, in version 5, formatted as by Windows.

    A text with control characters is written as hex data, which arrive unchanged.

    Raises:
        OptionError: a name is impossible in such a file, or in a registry.
    """
    parts = [_VERSION_5, _BREAK]
    for write in writes:
        _refuse_path(write.path)
        if write.delete:
            parts += [_BREAK, f"[-{write.path}]", _BREAK]
        if write.values or not write.delete:
            parts += [_BREAK, f"[{write.path}]", _BREAK]
            for name, value in write.values.items():
                parts += [_assignment(write.path, name, value), _BREAK]
    return (_MARK + "".join([*parts, _BREAK])).encode("utf-16-le", "surrogatepass")


def _decode(content: bytes, source: str, code_page: str) -> str:
    again = "export it with reg.exe, and copy it as it is"
    if content.startswith(b"\xff\xfe"):
        if len(content) % 2:
            raise DamagedFileError(source, None, "it ends in the middle of a character", again)
        return content.decode("utf-16-le", "surrogatepass")
    if content.startswith((b"\xfe\xff", b"\xef\xbb\xbf")):
        raise DamagedFileError(source, None, "it is not in UTF-16LE, the only encoding that Windows reads", again)
    if b"\0" in content[:4]:
        raise DamagedFileError(source, None, "it is in UTF-16 without its byte order mark (FF FE)", again)
    try:
        return content.decode(code_page)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DamagedFileError(source, line, f"this is not text in the code page {code_page}", again) from None


def _statements(text: str, code_page: str, wanted: Wanted | None) -> t.Iterator[KeyWrite]:
    header = _HEADER.match(text)
    if header is None:
        raise _RegSyntaxError(0, f"{_VERSION_5!r} was expected")
    old = header.group(1) == _VERSION_4
    position = _skip_blank(text, header.end())
    path: str | None = None
    values: dict[str, RegValue | None] = {}
    while position < len(text):
        key = _KEY.match(text, position)
        header = None if key else _HEADER.match(text, position)
        if key is None and header is None:
            if path is None:
                raise _RegSyntaxError(position, "a [key] was expected")
            name, start = _name(text, position)
            found, end = _value(text, position, start, code_page if old else None, _is_wanted(path, name, wanted))
            values.update((name, value) for value in found)
        else:
            if path is not None:
                yield KeyWrite(path, values)
            path, values = None, {}
            if header is not None:
                old, end = header.group(1) == _VERSION_4, header.end()
            elif key is not None:
                path, end = key.group(2), key.end()
                if key.group(1):
                    yield KeyWrite(path, delete=True)
                    path = None
        position = _skip_blank(text, end)
    if path is not None:
        yield KeyWrite(path, values)


def _name(text: str, start: int) -> tuple[str, int]:
    """The name in ``name=data``, and where the data begin."""
    name = _NAME.match(text, start)
    if name is None:
        raise _RegSyntaxError(start, 'a [key] or "name"=value was expected')
    return _unescape(name.group(1) or "", start), name.end()


def _value(
    text: str, line: int, start: int, code_page: str | None, is_wanted: bool
) -> tuple[tuple[RegValue | None, ...], int]:
    """The value (None to delete it) or, if not wanted, nothing; and where it ends."""
    found: tuple[RegValue | None, ...] = ()
    if is_wanted:
        value, position = _data(text, start, code_page)
        found = (value,)
    else:
        position = _end_of_data(text, start)
    end = _END.match(text, position)
    if end is None:
        raise _RegSyntaxError(line, "something else follows the value")
    return found, end.end()


def _is_wanted(path: str, name: str, wanted: Wanted | None) -> bool:
    return wanted is None or wanted(path, name)


def _end_of_data(text: str, start: int) -> int:
    """Where a value's data end, without decoding them."""
    if text.startswith("-", start):
        return start + 1
    for form in (_STRING, _DWORD, _HEX):
        found = form.match(text, start)
        if found is not None:
            return found.end()
    raise _RegSyntaxError(start, _NO_DATA)


def _data(text: str, start: int, code_page: str | None) -> tuple[RegValue | None, int]:
    if text.startswith("-", start):
        return None, start + 1
    string = _STRING.match(text, start)
    if string is not None:
        return RegValue.sz(_unescape(string.group(1), start)), string.end()
    dword = _DWORD.match(text, start)
    if dword is not None:
        return RegValue.dword(int(dword.group(1), 16)), dword.end()
    numbers = _HEX.match(text, start)
    if numbers is not None:
        kind = ValueType.BINARY if numbers.group(1) is None else int(numbers.group(1), 16)
        data = _bytes(numbers.group(2), start)
        if code_page is not None and kind in {ValueType.SZ, ValueType.EXPAND_SZ, ValueType.MULTI_SZ}:
            data = _wide(data, code_page, start)
        return RegValue(kind, data), numbers.end()
    raise _RegSyntaxError(start, _NO_DATA)


def _bytes(digits: str, position: int) -> bytes:
    packed = _GAP.sub("", digits)
    if _BYTES.fullmatch(packed) is None:
        raise _RegSyntaxError(position, "the hex data is malformed")
    return bytes.fromhex("".join(byte.zfill(2) for byte in packed.split(",") if byte))


def _wide(data: bytes, code_page: str, position: int) -> bytes:
    try:
        return data.decode(code_page).encode("utf-16-le")
    except UnicodeDecodeError:
        raise _RegSyntaxError(position, f"the hex data is not text in the code page {code_page}") from None


def _unescape(raw: str, position: int) -> str:
    def replacement(match: t.Match[str]) -> str:
        if match.group(1) not in _ESCAPED:
            raise _RegSyntaxError(
                position, f"\\{match.group(1)} is not an escape sequence; a backslash must be written twice"
            )
        return _ESCAPED[match.group(1)]

    return _ESCAPE.sub(replacement, raw) if "\\" in raw else raw


def _skip_blank(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return position if match is None else match.end()


def _refuse_path(path: str) -> None:
    option = f"the registry key {path!r}"
    root, *names = path.split("\\")
    if root.upper() not in _ROOTS:
        raise OptionError(option, "it does not begin with a root", "write the long name, such as HKEY_USERS")
    for name in names:
        if not name or len(name) > _LONGEST_KEY:
            raise OptionError(option, f"a key's name has 1 to {_LONGEST_KEY} characters", "check what it is made from")
    _refuse_invisible(path, option)


def _refuse_invisible(name: str, option: str) -> None:
    for character in name:
        if not _visible(character):
            raise OptionError(
                option,
                f"it contains U+{ord(character):04X}, which a name in a .reg file must not contain",
                "choose another name",
            )


def _visible(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"} and character != _MARK


def _assignment(path: str, name: str, value: RegValue | None) -> str:
    option = f"the value {name!r} of the registry key {path!r}"
    _refuse_invisible(name, option)
    if len(name) > _LONGEST_VALUE_NAME:
        raise OptionError(option, f"a name has at most {_LONGEST_VALUE_NAME} characters", "choose another name")
    left = f"{_quoted(name)}=" if name else "@="
    if value is None:
        return left + "-"
    if value.kind == ValueType.DWORD and value.number is not None:
        return f"{left}dword:{value.number:08x}"
    text = value.text if value.kind == ValueType.SZ else None
    if text is not None and encode_text(text) == value.data and all(map(_visible, text)):
        return left + _quoted(text)
    return _hex(left, value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _hex(left: str, value: RegValue) -> str:
    """Hex data, continued in the next line where Windows does so: when a line would become too long."""
    start = left + ("hex:" if value.kind == ValueType.BINARY else f"hex({value.kind:x}):")
    used = len(start) + sum(character > "\uffff" for character in start)  # stored as two units, so they count twice
    most = max(1, (_LINE_LENGTH - used) // 3 + 1)  # bytes per line, each two digits and a comma
    lines = [start + value.data[:most].hex(",")]
    further = (_LINE_LENGTH - len(_INDENT)) // 3 + 1
    for position in range(most, len(value.data), further):
        lines.append(_INDENT + value.data[position : position + further].hex(","))
    return f",\\{_BREAK}".join(lines)
