# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The codec of .reg files against a real reg.exe, Wine's: what goes in comes out."""

from __future__ import annotations

import codecs
import random
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._windows import reg_file
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import (
    KeyWrite,
    Registry,
    RegValue,
    ValueType,
)
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC
from ansible_collections.charter.mail.tests.wine.prefix import Prefix

KEY = r"HKEY_CURRENT_USER\Software\Round trip"
HEADER = "Windows Registry Editor Version 5.00\r\n\r\n"
# What is special to the grammar, to cmd.exe, to code pages, or takes two characters in UTF-16.
LETTERS = "aZ09 .,;:=@-_'\"\\[](){}%!^&|<>$`~+*?#/äßñŻółwЖ中あ\u0301\u200b\U0001f40c"
BREAKS = "\r\n\t\x01\x1f\x7f"


@pytest.fixture
def pc(windows: Prefix) -> OfficePC:
    """Nothing but Windows."""
    return OfficePC(windows)


@pytest.fixture
def key(pc: OfficePC) -> t.Iterator[str]:
    """An empty key of the admin's."""
    yield KEY
    pc.write(KeyWrite(KEY, delete=True))


def imported(windows: Prefix, content: bytes) -> int:
    """What reg.exe says about the import of a file."""
    file = windows.drive / "windows/temp/x.reg"
    file.write_bytes(content)
    try:
        return windows.run(["reg.exe", "import", r"C:\windows\temp\x.reg"]).returncode
    finally:
        file.unlink()


def utf_16(text: str) -> bytes:
    return codecs.BOM_UTF16_LE + text.encode("utf-16-le")


class Dice:
    """Random names and values, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def text(self, letters: str, most: int) -> str:
        return "".join(self._random.choices(letters, k=self._random.randint(0, most)))

    def name(self, most: int) -> str:
        """No key's name has a backslash, and none ends or begins with what a program may cut off."""
        return f"k{self.text(LETTERS, most)}k".replace("\\", "/")

    def data(self, most: int) -> bytes:
        return self._random.randbytes(self._random.randint(0, most))

    def value(self) -> RegValue:
        kinds: list[t.Callable[[], RegValue]] = [
            lambda: RegValue.sz(self.text(LETTERS, 60)),
            lambda: RegValue.sz(self.text(LETTERS + BREAKS, 30)),
            lambda: RegValue.expand_sz(self.text(LETTERS, 60)),
            lambda: RegValue.multi_sz(f"x{self.text(LETTERS, 20)}" for _ in range(3)),
            lambda: RegValue.dword(self._random.getrandbits(32)),
            lambda: RegValue.qword(self._random.getrandbits(64)),
            lambda: RegValue.binary(self.data(100)),
            lambda: RegValue(ValueType.NONE, self.data(9)),
            lambda: RegValue(self._random.randint(8, 10), self.data(20)),
        ]
        return self._random.choice(kinds)()

    def writes(self, below: str, keys: int, values: int) -> list[KeyWrite]:
        return [
            KeyWrite(f"{below}\\{self.name(20)}", {self.text(LETTERS, 20): self.value() for _ in range(values)})
            for _ in range(keys)
        ]


@pytest.mark.parametrize("seed", range(4))
def test_random_values_come_back(pc: OfficePC, key: str, seed: int) -> None:
    writes = [KeyWrite(key), *Dice(seed).writes(key, keys=40, values=10)]
    pc.write(*writes)
    assert plain(pc.registry(key)) == plain(Registry().written(writes))


def plain(registry: Registry) -> dict[str, dict[str, tuple[int, bytes]]]:
    """A registry as pytest shows differences best."""
    return {
        path: {name: (int(value.kind), value.data) for name, value in sorted(values.items())}
        for path, values in sorted(registry.items())
    }


def test_deletions(pc: OfficePC, key: str) -> None:
    pc.write(KeyWrite(key, {"a": RegValue.sz("1"), "b": RegValue.sz("2")}), KeyWrite(key + r"\c\d"))
    pc.write(KeyWrite(key, {"a": None, "never there": None}), KeyWrite(key + r"\c", delete=True))
    assert plain(pc.registry(key)) == {key: {"b": (1, b"2\0\0\0")}}


def test_a_key_of_another_user(office_pc: OfficePC) -> None:
    before = office_pc.export(office_pc.anna.hive)
    office_pc.write(KeyWrite(office_pc.mario.setup, {"ImportPRF": RegValue.sz(r"C:\x y\1.prf")}))
    value = office_pc.registry(office_pc.mario.hive).value(office_pc.mario.setup, "importprf")
    assert value is not None
    assert value.text == r"C:\x y\1.prf"
    assert office_pc.export(office_pc.anna.hive) == before


def test_lines_that_cannot_be_read_are_passed_over_without_a_word(windows: Prefix, pc: OfficePC, key: str) -> None:
    """Hence everything is read back after an import."""
    lines = [f"[{key}]", '"a"="1"', '"b"=dword:nonsense', '"c" is 2', '"d="3"', '"e"="4"']
    assert imported(windows, utf_16(HEADER + "\r\n".join(lines) + "\r\n")) == 0
    assert set(pc.registry(key)[key]) == {"a", "e"}


@pytest.mark.parametrize("text", ["Windows Registry Editor\r\n", "REG 5\r\n", "[HKEY_CURRENT_USER\\x]\r\n", ""])
def test_a_file_without_its_header_is_refused(windows: Prefix, text: str) -> None:
    assert imported(windows, utf_16(text)) == 1


def test_utf_8_is_no_encoding_of_such_files(windows: Prefix, pc: OfficePC, key: str) -> None:
    content = f'{HEADER}[{key}]\r\n"a"="Żółw"\r\n'.encode()
    assert imported(windows, codecs.BOM_UTF8 + content) == 1
    assert imported(windows, content) == 0
    value = pc.registry(key).value(key, "a")
    assert value is not None
    assert value.text != "Żółw"


def test_an_export_looks_like_ours(pc: OfficePC, key: str) -> None:
    """But for the order of values, which is the writer's choice."""
    values = {
        "": RegValue.sz('a "b" c\\d'),
        "binary": RegValue.binary(bytes(9)),
        "list": RegValue.multi_sz(["x"]),
        "n": RegValue.dword(7),
    }
    writes = [KeyWrite(key, values)]
    pc.write(*writes)
    ours, theirs = (content.decode("utf-16").splitlines() for content in (reg_file.render(writes), pc.export(key)))
    assert theirs == ours
