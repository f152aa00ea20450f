# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Ansible reaches the Windows of tests/wine. For tests only, and no part of the collection."""

from __future__ import annotations

import codecs
import fnmatch
import pathlib
import shutil
import tempfile
import typing as t

from ansible.errors import AnsibleConnectionFailure, AnsibleError, AnsibleFileNotFound
from ansible.plugins.connection import ConnectionBase

from ansible_collections.charter.mail.tests.wine import log, paths, powershell
from ansible_collections.charter.mail.tests.wine.prefix import Prefix

DOCUMENTATION = """
name: wine
short_description: Runs tasks on a Windows of Wine's making
description:
  - Runs commands in a prefix of C(tests/wine) by C(cmd.exe), and puts and fetches files there.
  - With C(ansible_shell_type=cmd) it answers like OpenSSH with C(cmd.exe). With C(ansible_shell_type=powershell) it
    answers like WinRM, which knows the exit codes 0 and 1 only, and takes no command line that PowerShell would
    understand in another way than C(cmd.exe).
  - What programs print on standard error is never empty, as on a real PC.
  - Wine has no PowerShell. The making of the temporary folder, its removal and the search for the home, for which
    Ansible uses PowerShell scripts of its own, are done by Python.
author:
  - charter.mail contributors (@charter-mail)
options:
  directory:
    description: The folder of the prefix.
    type: path
    required: true
    vars:
      - name: ansible_wine_directory
  damage:
    description:
      - What goes wrong on the way to the PC. In the files whose name matches the pattern O(damage[].file), each
        O(damage[].text) becomes O(damage[].instead).
    type: list
    elements: dict
    default: []
    vars:
      - name: ansible_wine_damage
"""

_OEM = "cp437"
_NOISE = b"The operation completed successfully.\r\n"


class Connection(ConnectionBase):
    """A connection to one prefix."""

    transport = "wine"
    module_implementation_preferences = (".ps1", ".exe", "")
    allow_executable = False
    has_pipelining = False
    _shell_type = "powershell"

    def _connect(self) -> Connection:
        if not self._prefix.drive.is_dir():
            raise AnsibleConnectionFailure(f"no PC runs in {self._prefix.directory}")
        self._connected = True
        return self

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Run a command line."""
        self._connect()
        script = powershell.script_of(cmd)
        log.write(self._prefix.log, log.Entry("exec", cmd, script))
        if script is not None:
            code, said, complaint = powershell.answer(self._prefix.pc, script, (in_data or b"").decode())
            return code, said.encode(), complaint.encode()
        by_cmd = t.cast(t.Any, self._shell).SHELL_FAMILY == "cmd"
        if not by_cmd and not powershell.understands(cmd):
            return 1, b"", b"PowerShell might take this line in another way than cmd.exe"
        code, output, errors = self._run(cmd, in_data or b"")
        return code if by_cmd else int(code != 0), output, errors + _NOISE

    def put_file(self, in_path: str, out_path: str) -> None:
        """Copy a file to the PC."""
        self._connect()
        log.write(self._prefix.log, log.Entry("put", out_path))
        source = pathlib.Path(in_path)
        if not source.is_file():
            raise AnsibleFileNotFound(file_name=in_path)
        place = paths.on_disk(self._prefix.drive, out_path)
        if not place.parent.is_dir():
            raise AnsibleError(f"there is no folder for {out_path}")
        place.write_bytes(self._damaged(place.name, source.read_bytes()))

    def fetch_file(self, in_path: str, out_path: str) -> None:
        """Copy a file of the PC."""
        self._connect()
        log.write(self._prefix.log, log.Entry("fetch", in_path))
        place = paths.on_disk(self._prefix.drive, in_path)
        if not place.is_file():
            raise AnsibleError(f"there is no file {in_path}")
        shutil.copyfile(place, out_path)

    def close(self) -> None:
        """Nothing is kept open."""
        self._connected = False

    @property
    def _prefix(self) -> Prefix:
        return Prefix(pathlib.Path(self._option("directory")))

    def _option(self, name: str) -> t.Any:
        return t.cast(t.Any, self).get_option(name)

    def _run(self, command: str, stdin: bytes) -> tuple[int, bytes, bytes]:
        # As a batch file, cmd.exe reads the line as it was meant; see Prefix.run.
        line = "@" + command.replace("%", "%%") + "\r\n"
        with tempfile.NamedTemporaryFile(dir=self._prefix.drive / "windows/temp", suffix=".bat") as batch:
            batch.write(line.encode(_OEM))
            batch.flush()
            name = pathlib.Path(batch.name).name
            done = self._prefix.run(["cmd.exe", "/d", "/c", f"C:\\windows\\temp\\{name}"], stdin)
        return done.returncode, done.stdout, done.stderr

    def _damaged(self, name: str, content: bytes) -> bytes:
        for rule in self._option("damage"):
            if fnmatch.fnmatch(name.lower(), rule["file"]):
                encoding = "utf-16-le" if content.startswith(codecs.BOM_UTF16_LE) else "latin-1"
                content = content.decode(encoding).replace(rule["text"], rule["instead"]).encode(encoding)
        return content
