# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batch files for cmd.exe that read or change parts of a Windows PC's registry and some files.

Variable text in them may contain only letters, digits and a few characters without meaning to cmd.exe, which is checked
here. Free text goes into separate files. The answer is one file of parts, each after a mark, a line that starts with a
random word. All commands exist in Windows since 7, and in Wine.
"""

from __future__ import annotations

import re
import typing as t

from ...module_utils._model.errors import HostError
from ...module_utils._windows.registry_keys import USERS

ANSWER = "answer.bin"

_PLAIN = re.compile(r"[A-Za-z0-9 ._\\:-]+")
_FILE_NAME = re.compile(r"[A-Za-z0-9 ._@-]+")  # between quotation marks
# Needs no program that might not run: it compares the attributes with and without the letter l.
_IF_LINK = 'if not "%ATTRIBUTES:l=%"=="%ATTRIBUTES%"'
_SYSTEM = "*S-1-5-18"
_ADMINISTRATORS = "*S-1-5-32-544"
_USERS = "*S-1-5-32-545"
_MISSING, _LISTED, _KEPT = "missing ", "listed ", "kept "


class BatchResult(t.NamedTuple):
    """The answer of a batch file.

    Attributes:
        parts: by name. A missing part does not exist on the PC.
        lost: the names of parts that were lost.
        kept: paths of files that could not be replaced.
    """

    parts: t.Mapping[str, bytes]
    lost: t.Sequence[str]
    kept: t.Sequence[str]


class Batch:
    """Builds a batch file.

    Args:
        word: the random word that starts each mark.
    """

    def __init__(self, word: str) -> None:
        self.word = _plain(word)
        self._lines = [
            "@echo off",
            "setlocal enableextensions disabledelayedexpansion",
            'cd /d "%~dp0"',
            "if exist kept.txt del kept.txt",
            f">{ANSWER} echo {word} begin",
        ]
        self._parts: list[str] = []
        self._files = 0

    def text(self) -> bytes:
        """The whole file. The last part of its answer shows that it completed."""
        return "".join(
            f"{line}\r\n" for line in [*self._lines, f">>{ANSWER} echo {self.word} end", "exit /b 0"]
        ).encode("ascii")

    def answer(self, content: bytes) -> BatchResult | None:
        """The answer in the file that the batch file wrote; None if the batch file did not complete."""
        found = parse(content, self.word)
        if found is None:
            return None
        listed = [name[len(_LISTED) :] for name in found if name.startswith(_LISTED)]
        lost = [part for part in [*self._parts, *listed] if part not in found and _MISSING + part not in found]
        kept = [name[len(_KEPT) :] for name in found if name.startswith(_KEPT)]
        marks = (_MISSING, _LISTED, _KEPT)
        return BatchResult({name: body for name, body in found.items() if not name.startswith(marks)}, lost, kept)

    def answer_key(self, part: str, key: str) -> None:
        """Answer with a registry key and all below it, or without the part if there is no such key.

        Only ``reg export`` preserves values: ``reg query`` converts them to the console's code page.
        """
        self._parts.append(part)
        file = self._fresh("reg")
        self._lines += [
            f'reg.exe export "{_plain(key)}" {file} /y >nul 2>&1',
            f'if not exist {file} reg.exe query "{key}" >nul 2>&1',
            f"if not exist {file} if errorlevel 1 >>{ANSWER} echo {self.word} {_MISSING}{_plain(part)}",
            *self._add(part, file),
        ]

    def answer_whether_key(self, part: str, key: str) -> None:
        """Answer with an empty part if the key exists and can be opened."""
        self._parts.append(part)
        self._lines += [
            _retried(f'reg.exe query "{_plain(key)}" >nul 2>&1'),
            # Exactly 0: a program that does not start has a negative exit code, and then the part is lost.
            f"if errorlevel 0 if not errorlevel 1 >>{ANSWER} echo {self.word} {_plain(part)}",
            f"if errorlevel 1 >>{ANSWER} echo {self.word} {_MISSING}{_plain(part)}",
        ]

    def answer_hives(self, part: str) -> None:
        """Answer with the names of the loaded hives, which any account may list.

        They are plain ASCII. The part is empty if ``reg.exe`` does not run.
        """
        self._parts.append(part)
        file = self._fresh("txt")
        self._lines += [_retried(f'reg.exe query "{USERS}" >{file} 2>nul'), *self._add(part, file)]

    def answer_program_data(self, part: str) -> None:
        """Answer with the path of the folder for program data."""
        self._parts.append(part)
        self._lines += [f">>{ANSWER} echo {self.word} {_plain(part)}", f">>{ANSWER} echo %ProgramData%"]

    def answer_files(self, part: str, folder: str) -> None:
        """Answer with each file of a folder, its name after the part's name."""
        self._lines += [
            f"for %%f in ({_without_space(folder)}\\*) do (",
            f">>{ANSWER} echo {self.word} {_LISTED}{_plain(part)} %%~nxf",
            f">mark.txt echo {self.word} {_plain(part)} %%~nxf",
            "if exist next.bin del next.bin",
            f'copy /b {ANSWER}+mark.txt+"%%f" next.bin >nul',
            *_MOVE,
            ")",
        ]

    def answer_rights(self, part: str, folder: str) -> None:
        """Answer with the access rights and the attributes of a folder.

        ``%~a`` shows attributes as ``d--------l`` for a junction or symbolic link.
        """
        path, file = _plain(folder), self._fresh("txt")
        saving = f'icacls.exe "{path}" /save {file} >nul 2>&1'
        self._lines += [
            f'if exist "{path}\\" {saving}',
            f'if exist "{path}\\" if not exist {file} {saving}',  # as in _retried
            *self._add(part, file),
            f'for %%d in ("{path}") do >>{ANSWER} echo {self.word} {_plain(part)} attributes %%~ad',
        ]

    def answer_attributes(self, part: str, folder: str) -> None:
        """Answer with the attributes of a folder after the part's name; none if it does not exist."""
        self._lines.append(
            f'for %%d in ("{_plain(folder)}") do >>{ANSWER} echo {self.word} {_plain(part)} attributes %%~ad'
        )

    def answer_files_of_a_user(self, part: str, folder: str, prefix: str, largest: int) -> None:
        """Answer with a folder's files with this prefix, each with its attributes, which reveal a link.

        A file of more than ``largest`` bytes is answered with its attributes only, since the user can put anything
        there.

        Without such a folder, the pattern applies to the batch file's folder, where it matches nothing.
        """
        answer, mark, following = (f'"%HERE%\\{name}"' for name in (ANSWER, "mark.txt", "next.bin"))
        self._lines += [
            'set "HERE=%CD%"',
            f'pushd "{_plain(folder)}" 2>nul',
            # Wine does not expand patterns in quotation marks.
            f"for %%f in ({_without_space(prefix)}*) do (",
            f"if %%~zf LEQ {largest} >>{answer} echo {self.word} {_LISTED}{_plain(part)} %%~nxf",
            f">{mark} echo {self.word} {_plain(part)} %%~nxf",
            f"if exist {following} del {following}",
            f'if %%~zf LEQ {largest} copy /b {answer}+{mark}+"%%f" {following} >nul',
            *[f"if exist {following} move /y {following} {answer} >nul"] * 2,
            f">>{answer} echo {self.word} {_plain(part)} attributes %%~af %%~nxf",
            ")",
            "popd",
        ]

    def change_files_of_a_user(self, folders: t.Sequence[str], files: t.Mapping[str, str | None]) -> None:
        """Write or delete files in a folder that its user can change.

        Nothing is done if one of the folders is a link; the answer says so. While cmd.exe is in a folder, neither it
        nor its parents can be renamed, so the check remains valid. It misses only a link that existed when cmd.exe
        entered and that the user has removed since. The files inherit the folder's rights, which are the user's. The
        owner is not set, since that would follow a user's link.

        Args:
            folders: from the first that the user can change to the one for the files; the last may not exist.
            files: by name, the source file in the batch file's folder, or None to delete the file.
        """
        last = _plain(folders[-1])
        self._lines += [
            'set "HERE=%CD%"',
            f'if not exist "{last}\\" mkdir "{last}" >nul 2>&1',
            f'pushd "{last}" 2>nul',
        ]
        for folder in folders:
            self._lines += [
                f'for %%d in ("{_plain(folder)}") do set "ATTRIBUTES=x%%~ad"',
                f'{_IF_LINK} >>"%HERE%\\{ANSWER}" echo {self.word} {_KEPT}{last}',
                f'{_IF_LINK} >"%HERE%\\kept.txt" echo {last}',
            ]
        for name, source in sorted(files.items()):
            _file_name(name)
            put = f'if not exist "{name}" copy /y /b "%HERE%\\{source}" "{name}" >nul 2>&1'
            self._lines += [
                f'if not exist "%HERE%\\kept.txt" if not exist "{name}\\*" del /f /q "{name}" >nul 2>&1',
                *([] if source is None else [f'if not exist "%HERE%\\kept.txt" {put}']),
            ]
        self._lines.append("popd")

    def move_aside(self, folder: str, name: str) -> None:
        """Rename a folder, if it exists. The answer says if that fails.

        The creator of a folder may have it open, and could then change it whatever rights it gets.
        """
        path = _plain(folder)
        self._lines += [
            f'if exist "{path}\\" ren "{path}" "{_plain(name)}" >nul 2>&1',
            f'if exist "{path}\\" >>{ANSWER} echo {self.word} {_KEPT}{path}',
        ]

    def make_private(self, folder: str, reader: str | None) -> None:
        """Create or take over a folder so that only administrators can change it.

        Args:
            folder: the folder; its parent exists.
            reader: the SID of the user who may read it and its content; None lets all users read the folder only.
        """
        path = _plain(folder)
        reading = f"{_USERS}:RX" if reader is None else f"*{_plain(reader)}:(OI)(CI)RX"
        everything = " ".join(f"{who}:(OI)(CI)F" for who in (_SYSTEM, _ADMINISTRATORS))
        self._lines += [
            f'if not exist "{path}\\" mkdir "{path}" >nul 2>&1',
            # An owner can grant themselves any right, and /grant:r keeps the rights of users that it does not name.
            _retried(f'icacls.exe "{path}" /setowner {_ADMINISTRATORS} >nul 2>&1'),
            _retried(f'icacls.exe "{path}" /reset >nul 2>&1'),
            _retried(f'icacls.exe "{path}" /inheritance:r /grant:r {everything} {reading} >nul 2>&1'),
        ]

    def run_curl(self, config: str, output: str, bodies: t.Sequence[str]) -> None:
        """Run Windows' own curl.exe with a config file in the batch file's folder, which is then deleted.

        Args:
            config: the config file; the answer has a part ``kept`` if it could not be deleted.
            output: the part with curl's output. Without curl.exe, it and the part ``version`` are missing.
            bodies: the files that curl writes, each a part; those not written are missing.
        """
        self._lines += [
            'set "CURL=%SystemRoot%\\System32\\curl.exe"',
            f'if exist "%CURL%" "%CURL%" -q -K {_plain(config)} >output.txt 2>nul',
            f"if exist {config} del /f /q {config} >nul 2>&1",
            f"if exist {config} >>{ANSWER} echo {self.word} kept",
            'if exist "%CURL%" "%CURL%" -q --version >version.txt 2>nul',
        ]
        for part, file in ((output, "output.txt"), ("version", "version.txt"), *((name, name) for name in bodies)):
            self._parts.append(part)
            self._lines += [
                f"if not exist {_plain(file)} >>{ANSWER} echo {self.word} {_MISSING}{_plain(part)}",
                *self._add(part, file),
            ]

    def put_file(self, source: str, path: str) -> None:
        """Replace a file with a new one, which gets its owner and rights from the folder.

        Overwriting would keep the old owner. The source is in the batch file's folder. If the old file cannot be
        deleted, it is kept unchanged, and the answer says so.
        """
        self._lines += [
            *_delete(path),
            f'if exist "{path}" >>{ANSWER} echo {self.word} {_KEPT}{path}',
            f'if exist "{path}" >kept.txt echo {path}',
            f'if not exist "{path}" copy /y /b "{_plain(source)}" "{path}" >nul 2>&1',
        ]

    def import_registry(self, source: str) -> None:
        """Import a .reg file from the batch file's folder, unless an earlier file could not be replaced."""
        importing = _retried(f'reg.exe import "{_plain(source)}" >nul 2>&1')
        self._lines.append(f"if not exist kept.txt ({importing})")

    def delete_file(self, path: str) -> None:
        """Delete a file."""
        self._lines += _delete(path)

    def delete_empty_folder(self, folder: str) -> None:
        """Delete a folder if it is empty."""
        self._lines.append(f'rmdir "{_plain(folder)}" >nul 2>&1')

    def _fresh(self, ending: str) -> str:
        """A new file name, so that no program can hold an older file of that name."""
        self._files += 1
        return f"{self.word[:8]}{self._files}.{ending}"

    def _add(self, part: str, file: str) -> list[str]:
        return [
            "if exist next.bin del next.bin",
            f">mark.txt echo {self.word} {_plain(part)}",
            f"if exist {file} copy /b {ANSWER}+mark.txt+{file} next.bin >nul",
            *_MOVE,
        ]


def _retried(command: str) -> str:
    """Run a command, and once more if it fails: a busy PC sometimes does not start a program, without a message."""
    return f"{command} || {command}"


def _delete(path: str) -> list[str]:
    """Delete a file, but not a folder or link: ``del`` would delete a folder's content, or a link's target.

    Even in an empty folder, ``*`` matches; in Wine, a file's path with a trailing backslash exists.
    """
    return [f'if not exist "{_plain(path)}\\*" del /f /q "{path}" >nul 2>&1']


# Twice, since another program may briefly hold the file open.
_MOVE = [f"if exist next.bin move /y next.bin {ANSWER} >nul"] * 2


def parse(content: bytes, word: str) -> t.Mapping[str, bytes] | None:
    """The parts of an answer by name; None if the batch file did not complete."""
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
            "it has characters with a special meaning in cmd.exe, so it cannot be used in a command",
            "report this if the name looks ordinary",
        )
    return text


def _file_name(text: str) -> str:
    if not _FILE_NAME.fullmatch(text):
        raise HostError(repr(text), "it cannot be used as a file name in a command", "report this")
    return text


def _without_space(path: str) -> str:
    if " " in path:
        raise HostError(path, "it has a space", "report where this PC keeps programs' data")
    return _plain(path)
