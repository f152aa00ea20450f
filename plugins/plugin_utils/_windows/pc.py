# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows PC over any connection that can put a file, fetch a file and run a batch file."""

from __future__ import annotations

import codecs
import secrets
import typing as t

from ...module_utils._clients.outlook import locations
from ...module_utils._model.account import Account
from ...module_utils._model.errors import HostError, OptionError
from ...module_utils._windows import keys, reg_file, users
from ...module_utils._windows.acl import is_protected, saved
from ...module_utils._windows.pc import Machine, Snapshot
from ...module_utils._windows.registry import KeyWrite, Registry, Values
from ...module_utils._windows.users import WindowsUser, people
from . import batch
from .batch import Batch

_WESTERN = "cp1252"


class PcConnection(t.Protocol):
    """A way to a PC, with a private temporary folder there."""

    def put(self, name: str, content: bytes) -> None:
        """Write a file in the temporary folder."""

    def run(self, name: str) -> str:
        """Run a batch file of the temporary folder.

        Returns:
            How it went, for error messages only: it can be wrong.
        """

    def fetch(self, name: str) -> bytes | None:
        """Read a file of the temporary folder; None if it is not there."""


class WindowsPc:
    """Implements the protocol ``Pc``.

    Args:
        connection: the way to it.
    """

    def __init__(self, connection: PcConnection) -> None:
        self._connection = connection
        self._machine: Machine | None = None
        self._snapshots: dict[str, Snapshot] = {}
        self._protected: set[str] = set()
        self.unproven: set[str] = set()
        """Folders whose access rights the PC does not show."""

    def machine(self) -> Machine:
        if self._machine is None:
            asked = Batch(secrets.token_hex(16))
            asked.answer_program_data("program data")
            for part, key in (
                ("people", keys.PROFILE_LIST),
                ("code pages", keys.CODE_PAGES),
                ("classic", locations.CLASSIC),
                ("store apps", locations.STORE_APPS),
            ):
                asked.answer_key(part, key)
            answer = self.run_batch("survey.cmd", asked)
            registry = _registry(answer, "people", "code pages", "store apps")
            store_apps = registry.children(locations.STORE_APPS)
            self._machine = Machine(
                people=people(registry),
                program_data=_program_data(answer),
                code_page=_code_page(registry),
                classic="classic" in answer,
                new=any(name.startswith(locations.NEW_OUTLOOK) for name in store_apps),
            )
        return self._machine

    def look_at(self, sids: t.Sequence[str]) -> None:
        """Take the snapshots of several users at once, as far as they are not taken yet."""
        missing = [sid for sid in sids if sid not in self._snapshots]
        if missing:
            asked = Batch(secrets.token_hex(16))
            for sid in missing:
                self._ask(asked, sid)
            answer = self.run_batch("look.cmd", asked)
            for sid in missing:
                self._snapshots[sid] = self._snapshot(answer, sid)

    def snapshot(self, sid: str) -> Snapshot:
        self.look_at([sid])
        return self._snapshots[sid]

    def write(self, sid: str, writes: t.Sequence[KeyWrite], files: t.Mapping[str, bytes | None]) -> None:
        self._snapshots.pop(sid, None)
        if any(content is not None for content in files.values()) and sid not in self._protected:
            self._protect(sid)
        folder = self._folder(sid)
        applying = Batch(secrets.token_hex(16))
        for number, (name, content) in enumerate(sorted(files.items())):
            if content is not None:
                self._connection.put(f"file{number}", content)
                applying.put_file(f"file{number}", f"{folder}\\{name}")
        if writes:
            self._connection.put("in.reg", reg_file.render(writes))
            applying.import_registry("in.reg")
        gone = [name for name, content in files.items() if content is None]
        for name in gone:
            applying.delete_file(f"{folder}\\{name}")
        if gone:
            for emptied in reversed(self._folders(sid)):
                applying.delete_empty_folder(emptied)
            self._protected.discard(sid)
        self._ask(applying, sid)
        self._snapshots[sid] = self._snapshot(self.run_batch("apply.cmd", applying), sid)

    def run_batch(self, name: str, asked: Batch, files: t.Mapping[str, bytes] | None = None) -> t.Mapping[str, bytes]:
        """Run a batch file in the temporary folder of the connection.

        Args:
            name: of the batch file.
            asked: what is in it.
            files: other files for the same folder, by name.

        Returns:
            The parts of its answer.

        Raises:
            HostError: it did not run to its end.
        """
        for other, data in (files or {}).items():
            self._connection.put(other, data)
        self._connection.put(name, asked.text())
        outcome = self._connection.run(name)
        content = self._connection.fetch(batch.ANSWER)
        answer = None if content is None else batch.parse(content, asked.word)
        if answer is None:
            raise HostError(
                "the PC",
                f"the batch file {name} did not run to its end ({outcome})",
                "check that this is Windows, and whether a policy (AppLocker, WDAC) forbids .cmd files in %TEMP%",
            )
        return answer

    def _ask(self, asked: Batch, sid: str) -> None:
        asked.answer_whether_key(f"{sid} loaded", keys.hive(sid))
        asked.answer_key(f"{sid} outlook", locations.outlook(sid))
        asked.answer_key(f"{sid} policies", locations.policies(sid))
        asked.answer_key(f"{sid} record", locations.record(sid))
        asked.answer_files(f"{sid} file", self._folder(sid))
        for number, folder in enumerate(self._folders(sid)):
            asked.answer_rights(f"{sid} rights {number}", folder)

    def _snapshot(self, answer: t.Mapping[str, bytes], sid: str) -> Snapshot:
        if all(self._is_protected(answer, sid, number) for number in range(len(self._folders(sid)))):
            self._protected.add(sid)
        prefix = f"{sid} file "
        return Snapshot(
            loaded=f"{sid} loaded" in answer,
            registry=_registry(answer, f"{sid} outlook", f"{sid} policies", f"{sid} record"),
            files={name[len(prefix) :]: body for name, body in answer.items() if name.startswith(prefix)},
        )

    def _protect(self, sid: str) -> None:
        """Protect the user's folder before anything is put there, so that no other user can change the servers."""
        folders = self._folders(sid)
        protecting = Batch(secrets.token_hex(16))
        for number, folder in enumerate(folders):
            protecting.make_private(folder, sid if folder == folders[-1] else None)
            protecting.answer_rights(f"{sid} rights {number}", folder)
        answer = self.run_batch("protect.cmd", protecting)
        for number, folder in enumerate(folders):
            attributes = _after(answer, f"{sid} rights {number} attributes ")
            if "d" not in attributes or "l" in attributes:
                raise HostError(
                    folder,
                    "it is not a folder of its own, or it cannot be created",
                    "check what is there on the PC, and whether the connection is an administrator's",
                )
            if f"{sid} rights {number}" not in answer:
                self.unproven.add(folders[0])
            elif not self._is_protected(answer, sid, number):
                raise HostError(
                    folder,
                    "other users may change its content, and with it the servers that Outlook signs in to",
                    "check its access rights, and whether the connection is an administrator's; nothing was staged",
                )
        self._protected.add(sid)

    def _is_protected(self, answer: t.Mapping[str, bytes], sid: str, number: int) -> bool:
        part = answer.get(f"{sid} rights {number}")
        attributes = _after(answer, f"{sid} rights {number} attributes ")
        return part is not None and "l" not in attributes and is_protected(saved(part))

    def _folder(self, sid: str) -> str:
        return locations.folder(self.machine().program_data, sid)

    def _folders(self, sid: str) -> list[str]:
        """The user's folder and its parents that are ours, from the top."""
        names = (*locations.FOLDERS, sid)
        root = self.machine().program_data
        return ["\\".join((root, *names[: depth + 1])) for depth in range(len(names))]


def user_of(pc: WindowsPc, account: Account) -> WindowsUser:
    """The Windows user of an account.

    Raises:
        OptionError: none is named, or the PC does not know the user, or the name could be several users'.
    """
    if not account.user:
        raise OptionError(
            "user",
            f"it is missing for {account}, and on a PC it is not the user who connects",
            "write the name or SID of the Windows user",
        )
    return users.find(pc.machine().people, account.user)


def _registry(answer: t.Mapping[str, bytes], *parts: str) -> Registry:
    found: list[tuple[str, Values]] = []
    for part in parts:
        if part in answer:
            found += reg_file.parse(answer[part], part).items()
    return Registry(found)


def _program_data(answer: t.Mapping[str, bytes]) -> str:
    path = answer["program data"].decode("ascii", "replace").strip()
    return path if path[1:3] == ":\\" else "C:\\ProgramData"


def _code_page(registry: Registry) -> str:
    value = registry.value(keys.CODE_PAGES, "ACP")
    name = {"65001": "utf-8"}.get((value.text if value else "") or "", f"cp{value.text if value else ''}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return _WESTERN


def _after(answer: t.Mapping[str, bytes], prefix: str) -> str:
    """What follows the prefix in the name of the part that has it."""
    return next((name[len(prefix) :] for name in answer if name.startswith(prefix)), "")
