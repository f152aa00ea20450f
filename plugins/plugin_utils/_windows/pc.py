# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows PC over any connection that can put and fetch files and run batch files."""

from __future__ import annotations

import secrets
import typing as t

from ...module_utils._clients.outlook import installations, locations, values_to_read
from ...module_utils._model.errors import HostError, MailError
from ...module_utils._windows import reg_file, registry_keys
from ...module_utils._windows.pc import NO_FILES, Machine, PcSnapshot
from ...module_utils._windows.registry import KeyWrite
from ...module_utils._windows.users import WindowsUser, with_profiles
from . import administrator_rights, batch, exports, machine_facts, signature_folder
from .batch import Batch, BatchResult
from .incomplete_answers import LostAnswerError, ask, complete_parts, users_with_lost_parts
from .protected_folder import ProtectedFolders, folders_of


class PcConnection(t.Protocol):
    """A connection to a PC, with a private temporary folder there."""

    def put(self, name: str, content: bytes) -> None:
        """Write a file in the temporary folder."""

    def run(self, name: str) -> str:
        """Run a batch file of the temporary folder.

        Returns:
            The outcome, for error messages only: it may be wrong.
        """

    def fetch(self, name: str) -> bytes | None:
        """Read a file of the temporary folder; None if it does not exist."""


class WindowsPc:
    """Implements the protocol ``Pc``.

    Args:
        connection: the connection to the PC.
    """

    def __init__(self, connection: PcConnection) -> None:
        self._connection = connection
        self._machine: Machine | None = None
        self._snapshots: dict[str, PcSnapshot] = {}
        self._unreadable: dict[str, MailError] = {}
        self.folders = ProtectedFolders()

    def machine(self) -> Machine:
        if self._machine is None:
            answer = ask("survey.cmd", _survey, self._run)
            registry = exports.registry(answer, _SURVEYED)
            if not registry.children(registry_keys.PROFILE_LIST):
                # Every account can read it, and it is never empty.
                raise HostError(
                    "the PC",
                    "reg.exe gave no answer",
                    "check whether a policy (DisableRegistryTools, AppLocker, WDAC) or an endpoint protection forbids "
                    "reg.exe to the user who connects",
                )
            self.folders.has_records = bool(registry.children(locations.RECORDS))
            self._machine = Machine(
                users=with_profiles(registry),
                program_data=machine_facts.program_data(answer),
                code_page=machine_facts.code_page(registry),
                classic="classic" in answer,
                new=installations.has_new_outlook(registry),
                classic_version=installations.classic_version(registry),
                name=machine_facts.computer_name(registry),
            )
        return self._machine

    def look_at(self, sids: t.Sequence[str]) -> None:
        """Take the missing snapshots of several users at once.

        Raises:
            HostError: the PC does not answer, or the connection has no administrator rights.
        """
        missing = [sid for sid in sids if sid not in self._snapshots and sid not in self._unreadable]
        if not missing:
            return
        try:
            answer = ask("look.cmd", lambda asked: self._ask_for(asked, missing), self._run)
        except LostAnswerError as error:
            users = users_with_lost_parts(error, missing)
            self._unreadable.update(dict.fromkeys(users, error))
            answer, missing = error.parts, [sid for sid in missing if sid not in users]
        self._take(answer, missing)

    def snapshot(self, sid: str) -> PcSnapshot:
        self.look_at([sid])
        if sid in self._unreadable:
            raise self._unreadable[sid]
        return self._snapshots[sid]

    def write(
        self,
        sid: str,
        writes: t.Sequence[KeyWrite],
        files: t.Mapping[str, bytes | None],
        signatures: t.Mapping[str, bytes | None] = NO_FILES,
    ) -> None:
        if not self.folders.is_protected(sid):
            registry = self.snapshot(sid).registry
            has_content = any(content is not None for content in files.values())
            if has_content and not self.folders.is_protected(sid):  # the snapshot may have shown that it is
                self.folders.protect(
                    sid, self._folders(sid), has_record=locations.record(sid) in registry, run=self._run
                )
        self._snapshots.pop(sid, None)
        self._unreadable.pop(sid, None)
        applying = self._applying(sid, writes, files, signatures)
        self._ask_for(applying, [sid])
        answer = self._run("apply.cmd", applying)
        if answer.kept:
            raise HostError(
                answer.kept[0],
                "another file of this name cannot be deleted, or a folder in its path is a link",
                "check which program has it open, such as an antivirus, and run again",
            )
        if answer.lost:
            self.look_at([sid])  # the writes are complete; only the answer is lost
        else:
            self._take(answer.parts, [sid])

    def _applying(
        self,
        sid: str,
        writes: t.Sequence[KeyWrite],
        files: t.Mapping[str, bytes | None],
        signatures: t.Mapping[str, bytes | None],
    ) -> Batch:
        folder = self._folder(sid)
        applying = Batch(secrets.token_hex(16))
        for number, (name, content) in enumerate(sorted(files.items())):
            if content is not None:
                self._connection.put(f"file{number}", content)
                applying.put_file(f"file{number}", f"{folder}\\{name}")
        for name, content in signature_folder.change(applying, self._user(sid), signatures).items():
            self._connection.put(name, content)
        if writes:
            self._connection.put("in.reg", reg_file.render(writes))
            applying.import_registry("in.reg")
        gone = [name for name, content in files.items() if content is None]
        for name in gone:
            applying.delete_file(f"{folder}\\{name}")
        if gone:
            for emptied in reversed(self._folders(sid)):
                applying.delete_empty_folder(emptied)
            self.folders.forget(sid)
        return applying

    def run_batch(self, name: str, asked: Batch, files: t.Mapping[str, bytes] | None = None) -> t.Mapping[str, bytes]:
        """Run a batch file in the temporary folder of the connection.

        Args:
            name: the batch file's name.
            asked: the batch file.
            files: other files for the folder, by name.

        Returns:
            The parts of its answer.

        Raises:
            HostError: it did not complete, or parts of the answer are lost.
        """
        for other, data in (files or {}).items():
            self._connection.put(other, data)
        return complete_parts(name, self._run(name, asked))

    def _run(self, name: str, asked: Batch) -> BatchResult:
        self._connection.put(name, asked.text())
        outcome = self._connection.run(name)
        content = self._connection.fetch(batch.ANSWER)
        answer = None if content is None else asked.answer(content)
        if answer is None:
            how = "left no answer" if content is None else "did not run to its end"
            raise HostError(
                "the PC",
                f"the batch file {name} {how} ({outcome})",
                "check that this is Windows, and whether a policy (AppLocker, WDAC) or an antivirus forbids .cmd files "
                "in %TEMP%, or removes files from it",
            )
        return answer

    def _ask_for(self, asked: Batch, sids: t.Sequence[str]) -> None:
        administrator_rights.ask(asked, sids)
        for sid in sids:
            for name, key in _users_keys(sid).items():
                asked.answer_key(f"{sid} {name}", key)
            asked.answer_files(f"{sid} file", self._folder(sid))
            self.folders.ask(asked, sid, self._folders(sid))
            signature_folder.ask(asked, sid, self._user(sid))

    def _take(self, answer: t.Mapping[str, bytes], sids: t.Sequence[str]) -> None:
        closed = administrator_rights.closed_hives(answer, sids)
        self._unreadable.update(closed)
        for sid in sids:
            if sid in closed:
                continue
            try:
                self._snapshots[sid] = self._snapshot(answer, sid)
            except MailError as error:
                self._unreadable[sid] = error

    def _snapshot(self, answer: t.Mapping[str, bytes], sid: str) -> PcSnapshot:
        exported = {f"{sid} {name}": key for name, key in _users_keys(sid).items()}
        registry = exports.registry(answer, exported, values_to_read.is_needed)
        self.folders.take(answer, sid, self._folders(sid), has_record=locations.record(sid) in registry)
        prefix = f"{sid} file "
        return PcSnapshot(
            loaded=administrator_rights.is_loaded(answer, sid),
            registry=registry,
            files={name[len(prefix) :]: body for name, body in answer.items() if name.startswith(prefix)},
            signatures=signature_folder.files(answer, sid),
            signature_obstacle=signature_folder.obstacle(answer, registry, self._user(sid)),
        )

    def _user(self, sid: str) -> WindowsUser:
        return next((one for one in self.machine().users if one.sid == sid), WindowsUser(sid, ""))

    def _folder(self, sid: str) -> str:
        return locations.folder(self.machine().program_data, sid)

    def _folders(self, sid: str) -> list[str]:
        return folders_of(self.machine().program_data, sid)


_SURVEYED: t.Mapping[str, str] = {
    "profile list": registry_keys.PROFILE_LIST,
    "code pages": registry_keys.CODE_PAGES,
    "computer": registry_keys.COMPUTER_NAME,
    "classic": installations.CLASSIC,
    "store apps": installations.STORE_APPS,
    "records": locations.RECORDS,
}


def _survey(asked: Batch) -> None:
    asked.answer_program_data("program data")
    for part, key in _SURVEYED.items():
        asked.answer_key(part, key)


def _users_keys(sid: str) -> t.Mapping[str, str]:
    """The registry keys of a user's snapshot, by part of the answer."""
    return {
        "outlook": locations.outlook(sid),
        "policies": locations.policies(sid),
        "cloud policies": locations.cloud_policies(sid),
        "record": locations.record(sid),
        "log": locations.log(sid),
        "mail settings": locations.mail_settings(sid),
        "office": locations.office(sid),
        "shell folders": locations.shell_folders(sid),
    }
