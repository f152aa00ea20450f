# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The little that Ansible itself asks of a PC's PowerShell, done without one, because Wine has none.

Ansible makes a task's temporary folder, finds a home and removes the folder by scripts of its own. They are told apart
here and done by Python; nothing about them is tested. All else is refused, so that nobody can rely on PowerShell.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import pathlib
import re
import shutil
import typing as t

from . import paths

# As ansible-core 2.19 writes them, and 2.20 and 2.21, which put some words between quotation marks and others not.
_ENCODED = re.compile(r"PowerShell .*-EncodedCommand '?(?P<script>[A-Za-z0-9+/=]+)'?", re.IGNORECASE)
_REMOVE = re.compile(r"(?m)^Remove-Item '?(?P<path>[A-Za-z]:[^']*?)'? -Force(?P<recurse> -Recurse)?;?$")
_MAKE = re.compile(
    r"ExpandEnvironmentVariables\('(?P<parent>[^']*)'\).*New-Item -Type Directory .*-Name '(?P<name>[^']*)'", re.DOTALL
)
_HOME = re.compile(r"\(Get-Location\)\.Path(?: \+ '(?P<below>[^']*)')?")
_END = "\n\0\0\0\0\n"  # between the parts of what Ansible writes to a script's input (bootstrap_wrapper.ps1)
# Words that mean the same to PowerShell and to cmd.exe: a program, plain words, and texts without anything that
# PowerShell would replace in them.
_PLAIN = re.compile(r'[\w.:\\-]+\.exe( ([\w.:/\\-]+|"[^"$`\u201c-\u201e]*"))*')


@dataclasses.dataclass(frozen=True)
class Pc:
    """What a script can see of the PC.

    Attributes:
        drive: the folder that is ``C:\\``.
        home: the user's folder, as the PC knows it.
        temp: what ``%TEMP%`` is there.
    """

    drive: pathlib.Path
    home: str
    temp: str


def script_of(command: str) -> str | None:
    """The script in a command line as Ansible makes it for PowerShell; None for any other command line."""
    match = _ENCODED.fullmatch(command)
    return base64.b64decode(match["script"]).decode("utf-16-le") if match else None


def understands(command: str) -> bool:
    """Whether PowerShell takes a command line as ``cmd.exe`` does."""
    return _PLAIN.fullmatch(command) is not None


def answer(pc: Pc, script: str, stdin: str) -> tuple[int, str, str]:
    """Do what a script of Ansible's says.

    Returns:
        exit code, output and errors.
    """
    if removal := _REMOVE.search(script):
        return _remove(paths.on_disk(pc.drive, removal["path"]), recurse=removal["recurse"] is not None)
    if made := _MAKE.search(script):
        return _run(pc, "powershell_mkdtemp.ps1", {"Directory": made["parent"], "Name": made["name"]})
    if home := _HOME.search(script):
        return _run(pc, "powershell_expand_user.ps1", {"Path": "~" + (home["below"] or "")})
    if _END in stdin:
        (action,) = json.loads(stdin.partition(_END)[2])["actions"]
        return _run(pc, action["name"], action["params"])
    return 1, "", "there is no PowerShell here"


def _remove(path: pathlib.Path, *, recurse: bool) -> tuple[int, str, str]:
    if not path.exists():
        return 1, "", f"Cannot find path {path}"
    if recurse and path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    return 0, "", ""


def _run(pc: Pc, name: str, options: t.Mapping[str, str]) -> tuple[int, str, str]:
    if name == "powershell_mkdtemp.ps1":
        parent = options["Directory"].replace("%TEMP%", pc.temp)
        folder = f"{parent}\\{options['Name']}"
        paths.on_disk(pc.drive, folder).mkdir()
        return 0, f"{folder}\r\n", ""
    if name == "powershell_expand_user.ps1":
        path = options["Path"]
        return 0, (pc.home + path[1:] if path == "~" or path.startswith("~\\") else path) + "\r\n", ""
    return 1, "", f"there is no PowerShell here, and so no {name}"
