# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows in memory that runs the batch files of ``batch.py``: as much of cmd.exe as they need, and access rights."""

from __future__ import annotations

import re

from ansible_collections.charter.mail.plugins.module_utils._windows import reg_file
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import (
    KeyWrite,
    Registry,
    fold,
)

_TEMP = "C:\\temp\\"
_QUIET = re.compile(r" >nul(?: 2>&1)?$")
_ECHO = re.compile(r"(>>?)(\S+) echo (.*)")
_FOR = re.compile(r"for %%([fd]) in \((.*?)\) do (.*)")
_READER = re.compile(r" \*(S-1-5-21-[0-9-]+|S-1-5-32-545):((?:\(OI\)\(CI\))?)RX$")


class Windows:
    """Implements the protocol ``Connection`` of ``pc.py``.

    Attributes:
        registry: all of it.
        files: path to content.
        folders: path to access rights in SDDL.
        links: folders that lead elsewhere.
        icacls: what it does: ``works``, ``fails`` (nobody told it is an administrator) or ``stub`` (as Wine's).
        runs: whether batch files may run at all.
        ran: the names of those that did.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.files: dict[str, bytes] = {}
        self.folders: dict[str, str] = {}
        self.links: set[str] = set()
        self.icacls = "works"
        self.runs = True
        self.ran: list[str] = []
        self._failed = False

    def put(self, name: str, content: bytes) -> None:
        self.files[_TEMP + name] = content

    def fetch(self, name: str) -> bytes | None:
        return self.files.get(_TEMP + name)

    def run(self, name: str) -> str:
        if not self.runs:
            return "exit code 1, This program is blocked by group policy."
        self.ran.append(name)
        lines = self.files[_TEMP + name].decode("ascii").split("\r\n")
        assert lines.pop() == ""
        while lines:
            line = lines.pop(0)
            if line.endswith("do ("):
                body = lines[: lines.index(")")]
                del lines[: len(body) + 1]
                self._each(line[:-1] + "{}", body)
            elif line.startswith("for "):
                self._each(line, ["{}"])
            else:
                self._do(line)
        return "exit code 0"

    def _each(self, line: str, body: list[str]) -> None:
        match = _FOR.fullmatch(line)
        assert match is not None, line
        variable, what, command = match.groups()
        if variable == "f":
            folder = what[: -len("*")]
            found = [path for path in list(self.files) if path.startswith(folder)]
        else:
            found = [what.strip('"')]  # without a wildcard, cmd.exe does not look whether it is there
        for path in found:
            for one in body:
                full = one if command == "{}" else command
                full = full.replace("%%~nxf", path.rpartition("\\")[2]).replace("%%f", path)
                self._do(full.replace("%%~ad", self._attributes(path)))

    def _attributes(self, path: str) -> str:
        if path in self.links:
            return "d--------l"
        return "d---------" if path in self.folders else ""

    def _do(self, line: str) -> None:
        line = _QUIET.sub("", line)
        condition = re.fullmatch(r'if (not )?(exist "?(.*?)"?|errorlevel 1) ([>a-z].*)', line)
        if condition is not None:
            negated, what, path, then = condition.groups()
            holds = self._exists(path) if what.startswith("exist") else self._failed
            if holds != bool(negated):
                self._do(then)
            return
        echo = _ECHO.fullmatch(line)
        if echo is None:
            self._command(line)
            return
        how, name, text = echo.groups()
        text = text.replace("%ProgramData%", "C:\\ProgramData")
        old = self.files.get(_TEMP + name, b"") if how == ">>" else b""
        self.files[_TEMP + name] = old + text.encode("ascii") + b"\r\n"

    def _command(self, line: str) -> None:
        command, _blank, rest = line.partition(" ")
        quoted = re.findall(r'"([^"]*)"', rest)
        if command == "reg.exe":
            self._reg(rest.partition(" ")[0], quoted[0], rest)
        elif command == "icacls.exe":
            self._icacls(quoted[0], rest)
        elif command == "copy":
            self._copy(rest)
        elif command == "move":
            source, target = rest.split()[1:]
            self.files[_TEMP + target] = self.files.pop(_TEMP + source)
        elif command == "del":
            self.files.pop(_at(quoted[0] if quoted else rest), None)
        elif command == "mkdir":
            self.folders.setdefault(quoted[0], "D:AI(A;OICIID;FA;;;BA)(A;OICIIOID;FA;;;CO)(A;OICIID;0x1301bf;;;BU)")
        elif command == "rmdir":
            below = quoted[0] + "\\"
            if not any(path.startswith(below) for path in (*self.files, *self.folders)):
                self.folders.pop(quoted[0], None)
        else:
            assert line in {"@echo off", "setlocal", 'cd /d "%~dp0"', "exit /b 0"}, line

    def _exists(self, path: str) -> bool:
        return path[:-1] in self.folders if path.endswith("\\") else _at(path) in self.files

    def _reg(self, verb: str, what: str, rest: str) -> None:
        if verb == "import":
            self.registry = self.registry.written(reg_file.parse_writes(self.files[_TEMP + what]))
            return
        below = [path for path in self.registry if (fold(path) + "\\").startswith(fold(what) + "\\")]
        self._failed = not below
        if verb == "export" and below:
            part = Registry((path, self.registry[path]) for path in below)
            writes = [KeyWrite(path, dict(values)) for path, values in part.items()]
            self.files[_TEMP + rest.split()[-2]] = reg_file.render(writes)

    def _icacls(self, path: str, rest: str) -> None:
        if self.icacls == "stub":
            return
        if "/save" in rest:
            self.files[_TEMP + rest.split()[-1]] = f"x\r\n{self.folders[path]}\r\n".encode("utf-16-le")
        elif "/grant:r" in rest and self.icacls == "works":
            reader = _READER.search(rest)
            assert reader is not None
            sid = {"S-1-5-32-545": "BU"}.get(reader.group(1), reader.group(1))
            flags = "OICI" if reader.group(2) else ""
            self.folders[path] = f"D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;{flags};0x1200a9;;;{sid})"

    def _copy(self, rest: str) -> None:
        sources, target = re.fullmatch(r'(?:/y )?/b (\S+|"[^"]*") "?([^"]*)"?', rest).groups()  # type: ignore[union-attr]
        content = b"".join(self.files[_at(source.strip('"'))] for source in sources.strip('"').split("+"))
        folder = target.rpartition("\\")[0]
        if not folder or folder in self.folders:
            self.files[_at(target)] = content


def _at(path: str) -> str:
    return path if ":\\" in path else _TEMP + path
