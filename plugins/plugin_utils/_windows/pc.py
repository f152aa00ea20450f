# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows PC over any connection that can put and fetch files and run batch files."""

from __future__ import annotations

import secrets
import typing as t

from ...module_utils._clients.outlook import installations, locations, reading
from ...module_utils._model.account import Account
from ...module_utils._model.errors import HostError, MailError, OptionError
from ...module_utils._windows import keys, reg_file, users
from ...module_utils._windows.acl_check import is_protected, saved
from ...module_utils._windows.pc import NO_FILES, Machine, PcSnapshot
from ...module_utils._windows.registry import KeyWrite
from ...module_utils._windows.users import WindowsUser, with_profiles
from . import administrator_rights, batch, exports, machine_facts, signature_folder
from .batch import Batch, BatchResult, LostAnswerError


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
        self._protected: set[str] = set()
        self._attributes: dict[str, str] = {}
        self._has_records = False
        self._made: set[str] = set()
        self.unproven: set[str] = set()
        """Folders whose access rights the PC does not report."""
        self.moved_aside: dict[str, str] = {}
        """Folders created by other users that were moved aside, with their new names."""

    def machine(self) -> Machine:
        if self._machine is None:
            answer = self._ask("survey.cmd", _survey)
            registry = exports.registry(answer, _SURVEYED)
            if not registry.children(keys.PROFILE_LIST):
                # Every account can read it, and it is never empty.
                raise HostError(
                    "the PC",
                    "reg.exe gave no answer",
                    "check whether a policy (DisableRegistryTools, AppLocker, WDAC) or an endpoint protection forbids "
                    "reg.exe to the user who connects",
                )
            self._has_records = bool(registry.children(locations.RECORDS))
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
            answer = self._ask("look.cmd", lambda asked: self._ask_for(asked, missing))
        except LostAnswerError as error:
            users = {part.partition(" ")[0] for part in error.lost}
            if not users <= set(missing):
                raise
            # A user may hold a file open that is to be read, which must not affect other users.
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
        if sid not in self._protected:
            self.snapshot(sid)
        if any(content is not None for content in files.values()) and sid not in self._protected:
            self._protect(sid)
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
            self._protected.discard(sid)
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
        answer = self._run(name, asked)
        if answer.lost:
            raise LostAnswerError(name, answer)
        return answer.parts

    def _ask(self, name: str, question: t.Callable[[Batch], None]) -> t.Mapping[str, bytes]:
        """Run a read-only batch file, which can be repeated."""
        for last in (False, True):
            asked = Batch(secrets.token_hex(16))
            question(asked)
            try:
                return self.run_batch(name, asked)
            except LostAnswerError:
                if last:
                    raise
        raise AssertionError

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
            for number, folder in enumerate(self._folders(sid)):
                asked.answer_rights(f"{sid} rights {number}", folder)
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
        registry = exports.registry(answer, exported, reading.is_needed)
        for number, folder in enumerate(self._folders(sid)):
            self._attributes[folder] = _after(answer, f"{sid} rights {number} attributes ")
        # The rights do not show the owner, who could change them. So a record must exist, which only administrators can
        # write.
        if locations.record(sid) in registry:
            self._has_records = True
            if all(self._is_protected(answer, sid, number) for number in range(len(self._folders(sid)))):
                self._protected.add(sid)
        prefix = f"{sid} file "
        return PcSnapshot(
            loaded=administrator_rights.is_loaded(answer, sid),
            registry=registry,
            files={name[len(prefix) :]: body for name, body in answer.items() if name.startswith(prefix)},
            signatures=signature_folder.files(answer, sid),
            signature_obstacle=signature_folder.obstacle(answer, registry, self._user(sid)),
        )

    def _protect(self, sid: str) -> None:
        """Protect the user's folder before anything is written there, so that no other user can change the servers."""
        folders = self._folders(sid)
        protecting = Batch(secrets.token_hex(16))
        moved: dict[str, str] = {}  # at most one, since its subfolders move with it
        for number, folder in enumerate(folders):
            is_users = folder == folders[-1]
            is_ours = locations.record(sid) in self._snapshots[sid].registry if is_users else self._has_records
            if not moved and _is_folder(self._attributes[folder]) and not is_ours and folder not in self._made:
                moved[folder] = f"{folder}.before-{protecting.word[:8]}"
                protecting.move_aside(folder, moved[folder].rpartition("\\")[2])
            protecting.make_private(folder, sid if is_users else None)
            protecting.answer_rights(f"{sid} rights {number}", folder)
        answer = self._run("protect.cmd", protecting)
        self.moved_aside.update((folder, name) for folder, name in moved.items() if folder not in answer.kept)
        if answer.kept:
            raise HostError(
                answer.kept[0],
                "another user created it before this collection staged anything, and it cannot be renamed",
                "check what it is and which program has it open, delete it, and run again; nothing was staged",
            )
        for number, folder in enumerate(folders):
            if not _is_folder(_after(answer.parts, f"{sid} rights {number} attributes ")):
                raise HostError(
                    folder,
                    "it is a link or not a folder, or it cannot be created",
                    "check what is there on the PC and whether the connection has administrator's rights",
                )
            if f"{sid} rights {number}" not in answer.parts:
                self.unproven.add(folders[0])
            elif not self._is_protected(answer.parts, sid, number):
                raise HostError(
                    folder,
                    "other users may change its content, and with it the servers that Outlook signs in to",
                    "check its access rights and whether the connection has administrator's rights; nothing was staged",
                )
        self._protected.add(sid)
        self._made.update(folders)

    def _is_protected(self, answer: t.Mapping[str, bytes], sid: str, number: int) -> bool:
        part = answer.get(f"{sid} rights {number}")
        attributes = _after(answer, f"{sid} rights {number} attributes ")
        return part is not None and "l" not in attributes and is_protected(saved(part))

    def _user(self, sid: str) -> WindowsUser:
        return next((one for one in self.machine().users if one.sid == sid), WindowsUser(sid, ""))

    def _folder(self, sid: str) -> str:
        return locations.folder(self.machine().program_data, sid)

    def _folders(self, sid: str) -> list[str]:
        """The user's folder and its parents that this collection created, from the top."""
        names = (*locations.FOLDERS, sid)
        root = self.machine().program_data
        return ["\\".join((root, *names[: depth + 1])) for depth in range(len(names))]


_SURVEYED: t.Mapping[str, str] = {
    "profile list": keys.PROFILE_LIST,
    "code pages": keys.CODE_PAGES,
    "computer": keys.COMPUTER_NAME,
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


def require_user(account: Account) -> None:
    """Ensure that an account names its Windows user.

    Raises:
        OptionError: it does not.
    """
    if not account.user:
        raise OptionError(
            "user",
            f"it is missing for {account}, and on Windows the connecting user is not the default",
            "write the name or SID of the Windows user",
        )


def user_of(pc: WindowsPc, account: Account) -> WindowsUser:
    """The Windows user of an account.

    Raises:
        OptionError: no user is named, the PC does not know the user, or several users match.
    """
    require_user(account)
    return users.find(pc.machine().users, account.user or "", pc.machine().name)


def _is_folder(attributes: str) -> bool:
    """Whether the attributes are those of a folder, not of a link to one."""
    return "d" in attributes and "l" not in attributes


def _after(answer: t.Mapping[str, bytes], prefix: str) -> str:
    """The rest of the name of the part with this prefix."""
    return next((name[len(prefix) :] for name in answer if name.startswith(prefix)), "")
