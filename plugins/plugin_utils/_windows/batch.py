# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batch files for cmd.exe that read a part of a Windows PC's registry and some files, or change them.

Whatever varies in them is made of letters, digits and a few characters that mean nothing to cmd.exe, which is checked
here. All free text goes into files beside them. The answer is one file: parts after marks, each mark a line that begins
with a random word. The commands are those that Windows has had since 7; Wine has them, too.
"""

from __future__ import annotations

import re
import typing as t

from ...module_utils._model.errors import HostError

ANSWER = "answer.bin"

_PLAIN = re.compile(r"[A-Za-z0-9 ._\\:-]+")
_SYSTEM = "*S-1-5-18"
_ADMINISTRATORS = "*S-1-5-32-544"
_USERS = "*S-1-5-32-545"


class Batch:
    """A batch file that is being written.

    Args:
        word: the random word that begins each mark.
    """

    def __init__(self, word: str) -> None:
        self.word = _plain(word)
        self._lines = ["@echo off", "setlocal", 'cd /d "%~dp0"', f">{ANSWER} echo {word} begin"]

    def text(self) -> bytes:
        """The whole file. Its last part shows that it ran to its end."""
        return "".join(
            f"{line}\r\n" for line in [*self._lines, f">>{ANSWER} echo {self.word} end", "exit /b 0"]
        ).encode("ascii")

    def answer_key(self, part: str, key: str) -> None:
        """Answer with a key of the registry and all below it; without the part where there is no such key.

        Only ``reg export`` gives values as they are: ``reg query`` shows them in the console's code page.
        """
        self._lines += [
            "if exist part.reg del part.reg",
            f'reg.exe export "{_plain(key)}" part.reg /y >nul 2>&1',
            *self._add(part, "part.reg"),
        ]

    def answer_whether_key(self, part: str, key: str) -> None:
        """Answer with an empty part if there is the key."""
        self._lines += [
            f'reg.exe query "{_plain(key)}" >nul 2>&1',
            f"if not errorlevel 1 >>{ANSWER} echo {self.word} {_plain(part)}",
        ]

    def answer_program_data(self, part: str) -> None:
        """Answer with the path of the folder for programs' data."""
        self._lines += [f">>{ANSWER} echo {self.word} {_plain(part)}", f">>{ANSWER} echo %ProgramData%"]

    def answer_files(self, part: str, folder: str) -> None:
        """Answer with each file of a folder, its name after that of the part."""
        self._lines += [
            f"for %%f in ({_without_space(folder)}\\*) do (",
            f">mark.txt echo {self.word} {_plain(part)} %%~nxf",
            f'copy /b {ANSWER}+mark.txt+"%%f" next.bin >nul',
            f"move /y next.bin {ANSWER} >nul",
            ")",
        ]

    def answer_rights(self, part: str, folder: str) -> None:
        """Answer with the access rights of a folder, and with its attributes.

        ``%~a`` shows attributes as ``d--------l`` for a junction or symbolic link.
        """
        path = _plain(folder)
        self._lines += [
            "if exist rights.txt del rights.txt",
            f'if exist "{path}\\" icacls.exe "{path}" /save rights.txt >nul 2>&1',
            *self._add(part, "rights.txt"),
            f'for %%d in ("{path}") do >>{ANSWER} echo {self.word} {_plain(part)} attributes %%~ad',
        ]

    def make_private(self, folder: str, reader: str | None) -> None:
        """Create a folder, or take it over, so that only administrators can change it.

        Args:
            folder: the folder; its parent exists.
            reader: the SID of the user who may read it and all that is in it; None for all users, and the folder only.
        """
        path = _plain(folder)
        reading = f"{_USERS}:RX" if reader is None else f"*{_plain(reader)}:(OI)(CI)RX"
        everything = " ".join(f"{who}:(OI)(CI)F" for who in (_SYSTEM, _ADMINISTRATORS))
        self._lines += [
            f'if not exist "{path}\\" mkdir "{path}" >nul 2>&1',
            # An owner could give himself any right, and /grant:r leaves the rights of those whom it does not name.
            f'icacls.exe "{path}" /setowner {_ADMINISTRATORS} >nul 2>&1',
            f'icacls.exe "{path}" /reset >nul 2>&1',
            f'icacls.exe "{path}" /inheritance:r /grant:r {everything} {reading} >nul 2>&1',
        ]

    def run_curl(self, config: str, output: str, bodies: t.Sequence[str]) -> None:
        """Run the curl.exe that Windows ships, with a config file beside the batch file, which is then deleted.

        Args:
            config: the file; the answer has a part ``kept`` if it could not be deleted.
            output: the part with what curl prints; missing without a curl.exe. So is the part ``version``.
            bodies: the files that curl writes, also parts; those that it does not write are missing.
        """
        self._lines += [
            'set "CURL=%SystemRoot%\\System32\\curl.exe"',
            f'if exist "%CURL%" "%CURL%" -q -K {_plain(config)} >output.txt 2>nul',
            f"if exist {config} del /f /q {config} >nul 2>&1",
            f"if exist {config} >>{ANSWER} echo {self.word} kept",
            'if exist "%CURL%" "%CURL%" -q --version >version.txt 2>nul',
            *self._add(output, "output.txt"),
            *self._add("version", "version.txt"),
        ]
        for name in bodies:
            self._lines += self._add(name, _plain(name))

    def put_file(self, source: str, path: str) -> None:
        """Copy a file that lies beside the batch file."""
        self._lines.append(f'copy /y /b "{_plain(source)}" "{_plain(path)}" >nul 2>&1')

    def import_registry(self, source: str) -> None:
        """Import a .reg file that lies beside the batch file."""
        self._lines.append(f'reg.exe import "{_plain(source)}" >nul 2>&1')

    def delete_file(self, path: str) -> None:
        """Delete a file."""
        self._lines.append(f'if exist "{_plain(path)}" del /f /q "{_plain(path)}" >nul 2>&1')

    def delete_empty_folder(self, folder: str) -> None:
        """Delete a folder if there is nothing in it."""
        self._lines.append(f'rmdir "{_plain(folder)}" >nul 2>&1')

    def _add(self, part: str, file: str) -> list[str]:
        return [
            f">mark.txt echo {self.word} {_plain(part)}",
            f"if exist {file} copy /b {ANSWER}+mark.txt+{file} next.bin >nul",
            f"if exist next.bin move /y next.bin {ANSWER} >nul",
        ]


def parse(content: bytes, word: str) -> t.Mapping[str, bytes] | None:
    """The parts of an answer by their names; None if the batch file did not run to its end."""
    parts: dict[str, bytes] = {}
    begin, *marked = content.split(word.encode("ascii") + b" ")
    for piece in marked:
        name, _line_end, body = piece.partition(b"\r\n")
        parts[name.decode("ascii", "replace").strip()] = body
    return parts if not begin and "end" in parts else None


def _plain(text: str) -> str:
    if not _PLAIN.fullmatch(text):
        raise HostError(
            repr(text),
            "it has characters that mean something to cmd.exe and cannot be used in a command",
            "report this if the name is nothing unusual",
        )
    return text


def _without_space(path: str) -> str:
    if " " in path:
        raise HostError(path, "it has a space", "report where this PC keeps programs' data")
    return _plain(path)
