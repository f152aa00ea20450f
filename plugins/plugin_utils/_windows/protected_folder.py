# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protects the folder of a user's staged files, so that no other user can change the servers in them."""

from __future__ import annotations

import secrets
import typing as t

from ...module_utils._clients.outlook import locations
from ...module_utils._model.errors import HostError
from ...module_utils._windows.acl_check import is_protected, saved
from .batch import Batch, BatchResult


def folders_of(program_data: str, sid: str) -> list[str]:
    """The user's folder and its parents that this collection created, from the top."""
    names = (*locations.FOLDERS, sid)
    return ["\\".join((program_data, *names[: depth + 1])) for depth in range(len(names))]


class ProtectedFolders:
    """The folders for staged files on one PC."""

    def __init__(self) -> None:
        self.has_records = False
        """Whether the PC has a record of any user, so that the parents of all users' folders are ours."""
        self.unproven: set[str] = set()
        """Folders whose access rights the PC does not report."""
        self.moved_aside: dict[str, str] = {}
        """Folders created by other users that were moved aside, with their new names."""
        self._protected: set[str] = set()
        self._attributes: dict[str, str] = {}
        self._made: set[str] = set()

    def ask(self, asked: Batch, sid: str, folders: t.Sequence[str]) -> None:
        """Have a batch file report the rights of a user's folders, as ``folders_of`` returns them."""
        for number, folder in enumerate(folders):
            asked.answer_rights(f"{sid} rights {number}", folder)

    def take(self, answer: t.Mapping[str, bytes], sid: str, folders: t.Sequence[str], *, has_record: bool) -> None:
        """Read the answer to ``ask``.

        Args:
            answer: its parts.
            sid: the user's SID.
            folders: as for ``ask``.
            has_record: whether the PC has our record of this user.
        """
        for number, folder in enumerate(folders):
            self._attributes[folder] = _after(answer, f"{sid} rights {number} attributes ")
        # The rights do not show the owner, who could change them. So a record must exist, which only administrators can
        # write.
        if has_record:
            self.has_records = True
            if all(_is_protected(answer, sid, number) for number in range(len(folders))):
                self._protected.add(sid)

    def is_protected(self, sid: str) -> bool:
        """Whether the user's folder is known to be protected."""
        return sid in self._protected

    def forget(self, sid: str) -> None:
        """Forget that the user's folder is protected, since it may be deleted."""
        self._protected.discard(sid)

    def protect(
        self, sid: str, folders: t.Sequence[str], *, has_record: bool, run: t.Callable[[str, Batch], BatchResult]
    ) -> None:
        """Protect the user's folder before anything is written there.

        Args:
            sid: the user's SID.
            folders: as for ``ask``, which must have been answered.
            has_record: as for ``take``.
            run: runs a batch file.

        Raises:
            HostError: it cannot be protected; nothing was staged.
        """
        protecting = Batch(secrets.token_hex(16))
        moved: dict[str, str] = {}  # at most one, since its subfolders move with it
        for number, folder in enumerate(folders):
            is_users = folder == folders[-1]
            is_ours = has_record if is_users else self.has_records
            if not moved and _is_folder(self._attributes[folder]) and not is_ours and folder not in self._made:
                moved[folder] = f"{folder}.before-{protecting.word[:8]}"
                protecting.move_aside(folder, moved[folder].rpartition("\\")[2])
            protecting.make_private(folder, sid if is_users else None)
            protecting.answer_rights(f"{sid} rights {number}", folder)
        answer = run("protect.cmd", protecting)
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
            elif not _is_protected(answer.parts, sid, number):
                raise HostError(
                    folder,
                    "other users may change its content, and with it the servers that Outlook signs in to",
                    "check its access rights and whether the connection has administrator's rights; nothing was staged",
                )
        self._protected.add(sid)
        self._made.update(folders)


def _is_protected(answer: t.Mapping[str, bytes], sid: str, number: int) -> bool:
    part = answer.get(f"{sid} rights {number}")
    attributes = _after(answer, f"{sid} rights {number} attributes ")
    return part is not None and "l" not in attributes and is_protected(saved(part))


def _is_folder(attributes: str) -> bool:
    """Whether the attributes are those of a folder, not of a link to one."""
    return "d" in attributes and "l" not in attributes


def _after(answer: t.Mapping[str, bytes], prefix: str) -> str:
    """The rest of the name of the part with this prefix."""
    return next((name[len(prefix) :] for name in answer if name.startswith(prefix)), "")
