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

LINE_BREAK = "\N{RETURN SYMBOL}"  # what stands for one in the name of a key
_TEMP = "C:\\temp\\"
_REDIRECTED = re.compile(r" >(\w+\.txt) 2>nul$")
_QUIET = re.compile(r" >nul(?: 2>&1)?$")
_ECHO = re.compile(r"(>>?)(\S+) echo (.*)")
_FOR = re.compile(r"for %%([fd]) in \((.*?)\) do (.*)")
_IF_LINK = 'if not "%ATTRIBUTES:l=%"=="%ATTRIBUTES%" '
_HERE = "%HERE%\\"
_SET_UP = ("@echo off", "setlocal enableextensions disabledelayedexpansion", 'cd /d "%~dp0"', "exit /b 0")
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
        did: what they did to files, as ``del``, ``copy`` and the path, or ``move`` for each time that one was tried.
        undeletable: paths that some program has open.
        locked: paths of files that some program has open for itself alone, so that nobody else can read them.
        closed: keys that the connection may not open, with all below them.
        has_reg: whether reg.exe may run.
        holds: the numbers of tries to move a file, from 0, that fail because some program has the target open.
        started: how many times reg.exe and icacls.exe were started.
        unstarted: the numbers of these starts, from 0, that fail without a message, as on a busy PC. Windows' exit code
            is negative then.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.files: dict[str, bytes] = {}
        self.folders: dict[str, str] = {}
        self.links: set[str] = set()
        self.icacls = "works"
        self.runs = True
        self.ran: list[str] = []
        self._set: dict[str, str] = {}
        self._directory = _TEMP
        self._code = 0
        self._printed = ""
        self.did: list[str] = []
        self.undeletable: set[str] = set()
        self.locked: set[str] = set()
        self.closed: set[str] = set()
        self.has_reg = True
        self.holds: set[int] = set()
        self.started = 0
        self.unstarted: set[int] = set()

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
            folder = self._at(what[: -len("*")])
            found = [path for path in list(self.files) if path.startswith(folder)]
        else:
            found = [what.strip('"')]  # without a wildcard, cmd.exe does not look whether it is there
        for path in found:
            for one in body:
                full = one if command == "{}" else command
                full = full.replace("%%~nxf", path.rpartition("\\")[2]).replace("%%f", path)
                full = full.replace("%%~zf", str(len(self.files.get(path, b""))))
                self._do(full.replace("%%~ad", self._attributes(path)).replace("%%~af", self._attributes(path)))

    def _attributes(self, path: str) -> str:
        if path in self.links:
            return "--a------l" if path in self.files else "d--------l"
        if path in self.folders:
            return "d---------"
        return "--a-------" if path in self.files else ""

    def _do(self, line: str) -> None:
        first, bars, second = line.partition(" || ")
        if line.startswith("("):
            self._do(line[1:-1])
        elif bars and not first.startswith("if "):
            self._do(first)
            if self._code != 0:
                self._do(second)
        elif line.startswith("if "):
            holds, then = self._condition(line.replace('"' + _HERE, '"' + _TEMP))
            if holds:
                self._do(then)
        else:
            self._statement(_QUIET.sub("", line))

    def _condition(self, line: str) -> tuple[bool, str]:
        """Whether the condition of a line holds, and what follows it."""
        if line.startswith(_IF_LINK):
            return "l" in self._set["ATTRIBUTES"], line[len(_IF_LINK) :]
        size = re.fullmatch(r"if (\d+) LEQ (\d+) (.*)", line)
        if size is not None:
            return int(size.group(1)) <= int(size.group(2)), size.group(3)
        condition = re.fullmatch(r'if (not )?(exist ("[^"]*"|\S+)|errorlevel \d) ([>("a-z].*)', line)
        assert condition is not None, line
        negated, what, path, then = condition.groups()
        holds = self._exists(path.strip('"')) if what.startswith("exist") else self._code >= int(what[-1])
        return holds != bool(negated), then

    def _statement(self, line: str) -> None:
        variable = re.fullmatch(r'set "(\w+)=(.*)"', line)
        if variable is not None:
            self._set[variable.group(1)] = variable.group(2)
            return
        line = line[: -len(" 2>nul")] if line.startswith("pushd ") else line
        line = line.replace('"' + _HERE, '"' + _TEMP)
        redirected = _REDIRECTED.search(line)
        if redirected is not None:
            self._printed = ""
            self._command(line[: redirected.start()])
            self.files[_TEMP + redirected.group(1)] = self._printed.encode("ascii")
            return
        echo = _ECHO.fullmatch(line)
        if echo is None:
            self._command(line)
            return
        how, name, text = echo.groups()
        name = name.strip('"').replace(_TEMP, "")
        text = text.replace("%ProgramData%", "C:\\ProgramData")
        old = self.files.get(_TEMP + name, b"") if how == ">>" else b""
        self.files[_TEMP + name] = old + text.encode("ascii") + b"\r\n"

    def _command(self, line: str) -> None:
        command, _blank, rest = line.partition(" ")
        quoted = re.findall(r'"([^"]*)"', rest)
        if command in {"reg.exe", "icacls.exe"}:
            self.started += 1
        if command in {"reg.exe", "icacls.exe"} and self.started - 1 in self.unstarted:
            self._code = -1073741502  # STATUS_DLL_INIT_FAILED
        elif command == "reg.exe":
            self._reg(rest.partition(" ")[0], quoted[0], rest)
        elif command == "icacls.exe":
            self._icacls(quoted[0], rest)
        elif command in {"mkdir", "rmdir", "ren"}:
            self._folder_command(command, quoted)
        elif command == "pushd":
            self._directory = quoted[0] + "\\" if quoted[0] in self.folders else _TEMP
        elif command == "popd":
            self._directory = _TEMP
        elif command in {"copy", "move", "del"}:
            self._file_command(command, quoted, rest)
        else:
            assert line in _SET_UP, line

    def _file_command(self, command: str, quoted: list[str], rest: str) -> None:
        if command == "copy":
            self._copy(rest)
        elif command == "move":
            source, target = (self._at(one.strip('"')) for one in rest.split()[1:])
            self.did.append("move")
            if self.did.count("move") - 1 not in self.holds:
                self.files[target] = self.files.pop(source)
        else:
            path = self._at(quoted[0] if quoted else rest.split()[-1])
            if path in self.files and path not in self.undeletable:
                self.did.append(f"del {path}")
                del self.files[path]

    def _folder_command(self, command: str, quoted: list[str]) -> None:
        path = quoted[0]
        if command == "mkdir":
            self.folders.setdefault(path, "D:AI(A;OICIID;FA;;;BA)(A;OICIIOID;FA;;;CO)(A;OICIID;0x1301bf;;;BU)")
        elif command == "ren" and path not in self.undeletable:
            self._rename(path, quoted[1])
        elif command == "rmdir" and not any(one.startswith(path + "\\") for one in (*self.files, *self.folders)):
            self.folders.pop(path, None)

    def _rename(self, path: str, name: str) -> None:
        new = path.rpartition("\\")[0] + "\\" + name

        def renamed(one: str) -> str:
            return new + one[len(path) :] if (one + "\\").startswith(path + "\\") else one

        self.files = {renamed(one): content for one, content in self.files.items()}
        self.folders = {renamed(one): rights for one, rights in self.folders.items()}

    def _exists(self, path: str) -> bool:
        if path.endswith(("\\", "\\*")):
            return self._at(path.rpartition("\\")[0]) in self.folders
        return self._at(path) in self.files or self._at(path) in self.folders

    def _reg(self, verb: str, what: str, rest: str) -> None:
        if not self.has_reg or any((fold(what) + "\\").startswith(fold(key) + "\\") for key in self.closed):
            self._code = 1
            return
        if verb == "import":
            self.registry = self.registry.written(reg_file.parse_writes(self.files[_TEMP + what]))
            self._code = 0
            return
        if verb == "query":
            names = self.registry.children(what)
            self._printed = "\r\n" + "".join(f"{what}\\{name}\r\n" for name in names)
        below = [path for path in self.registry if (fold(path) + "\\").startswith(fold(what) + "\\")]
        self._code = int(not below)
        if verb == "export" and below:
            part = Registry((path, self.registry[path]) for path in below)
            writes = [KeyWrite(path, dict(values)) for path, values in part.items()]
            text = reg_file.render(writes).decode("utf-16-le").replace(LINE_BREAK, "\r\n")
            self.files[_TEMP + rest.split()[-2]] = text.encode("utf-16-le")

    def _icacls(self, path: str, rest: str) -> None:
        self._code = int(self.icacls == "fails")
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
        sources, target = re.fullmatch(r'(?:/y )?/b ((?:[^\s"]|"[^"]*")+) "?([^"]*)"?', rest).groups()  # type: ignore[union-attr]
        read = [self._at(source.strip('"')) for source in re.findall(r'"[^"]*"|[^+"]+', sources)]
        if self.locked & set(read):
            return
        content = b"".join(self.files[path] for path in read)
        target = self._at(target)
        folder = target.rpartition("\\")[0]
        if folder + "\\" == _TEMP or folder in self.folders:
            self.did.append(f"copy {target}")
            self.files[target] = content

    def _at(self, path: str) -> str:
        return path if ":\\" in path else self._directory + path
