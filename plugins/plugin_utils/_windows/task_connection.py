# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection of an Ansible task to a Windows PC."""

from __future__ import annotations

import contextlib
import pathlib
import re
import tempfile
import typing as t

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from ...module_utils._model.errors import HostError

# Characters that cmd.exe or PowerShell interprets, even in quotation marks.
_REFUSED = re.compile(r"[^\w .:\\~-]")
# Bytes that are not UTF-8, as kept by surrogateescape: the PC answered in its console's code page.
_UNDECODED = re.compile("[\udc80-\udcff]+")
_SHOWN = 300  # characters of an error message


class TaskConnection:
    """Implements the protocol ``PcConnection``; created by ``open``."""

    def __init__(self, action: ActionBase, remote: str, local: pathlib.Path) -> None:
        self._action = action
        self._remote = remote
        self._local = local

    @classmethod
    @contextlib.contextmanager
    def open(cls, action: ActionBase) -> t.Iterator[TaskConnection]:
        """Create the temporary folder on the PC, and always remove it at the end.

        Raises:
            HostError: its path cannot be used in a command line that is the same for all shells.
        """
        remote = action._make_tmp_path()
        try:
            if _UNDECODED.search(remote):
                raise HostError(
                    _UNDECODED.sub("?", remote),
                    "the path of the temporary folder has characters outside ASCII, which this connection does not "
                    "transmit unchanged",
                    "set ansible_remote_tmp to a folder without them that only administrators can use",
                )
            refused = sorted(set(_REFUSED.findall(remote)))
            if refused:
                raise HostError(
                    remote,
                    f"the path of the temporary folder has the characters {' '.join(refused)}, which Windows command "
                    "lines do not pass on unchanged",
                    "set ansible_remote_tmp to a folder without them that only administrators can use",
                )
            with tempfile.TemporaryDirectory() as local:  # readable only by this user
                yield cls(action, remote, pathlib.Path(local))
        finally:
            # Its last part is random, so this pattern matches only one folder.
            action._remove_tmp_path(_UNDECODED.sub("*", remote))

    def put(self, name: str, content: bytes) -> None:
        local = self._local / name
        local.write_bytes(content)
        try:
            self._action._connection.put_file(str(local), self._path(name))
        except AnsibleConnectionFailure:
            raise
        except AnsibleError as error:
            raise HostError(
                name,
                f"it could not be copied to the PC ({_short(str(error))})",
                "check whether an antivirus removes files from the temporary folder, or its disk is full",
            ) from error
        finally:
            local.unlink()

    def run(self, name: str) -> str:
        """Run a batch file, by the only form of command line in use, which cmd.exe and PowerShell read alike."""
        done = self._action._low_level_execute_command(f'cmd.exe /d /c "{self._path(name)}"', sudoable=False)
        printed = _short(f"{done.get('stdout', '')} {done.get('stderr', '')}")
        return f"exit code {done.get('rc')}" + (f", {printed}" if printed else "")

    def fetch(self, name: str) -> bytes | None:
        local = self._local / name
        try:
            self._action._connection.fetch_file(self._path(name), str(local))
            return local.read_bytes() if local.is_file() else None
        except AnsibleConnectionFailure:
            raise
        except AnsibleError:
            return None
        finally:
            local.unlink(missing_ok=True)

    def _path(self, name: str) -> str:
        return str(self._action._connection._shell.join_path(self._remote, name))


def _short(text: str) -> str:
    return " ".join(text.split())[:_SHOWN]
