# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Windows PC offers, whatever connects to it."""

from __future__ import annotations

import dataclasses
import types
import typing as t

from .registry import KeyWrite, Registry
from .users import WindowsUser

NO_FILES: t.Mapping[str, bytes | None] = types.MappingProxyType({})


@dataclasses.dataclass(frozen=True)
class Machine:
    """What is true for all users of a PC.

    Attributes:
        users: the Windows accounts with a profile.
        program_data: the folder for data of programs, usually ``C:\\ProgramData``.
        code_page: the code page of programs without Unicode, ``cp`` and its number; empty if the PC has none.
        classic: whether classic Outlook is installed.
        new: whether the new Outlook is installed.
        classic_version: which classic Outlook starts, 16 for 2016 to Microsoft 365; None if the PC does not show it.
        name: of the PC itself, in capitals; empty if it is not known.
    """

    users: tuple[WindowsUser, ...]
    program_data: str
    code_page: str
    classic: bool
    new: bool
    classic_version: int | None = None
    name: str = ""


@dataclasses.dataclass(frozen=True)
class PcSnapshot:
    """What a PC has stored of one user.

    Attributes:
        loaded: the user's part of the registry is there, because the user is logged on.
        registry: the keys of Outlook, its policies, and our record.
        files: what is in the folder of staged files, by name.
        signatures: the files with names of ours in the user's folder of signatures; empty content for one that leads
            elsewhere.
        signature_obstacle: why nothing can be put there, a clause; empty if it can.
    """

    loaded: bool
    registry: Registry
    files: t.Mapping[str, bytes]
    signatures: t.Mapping[str, bytes] = dataclasses.field(default_factory=dict)
    signature_obstacle: str = ""


class Pc(t.Protocol):
    """A Windows PC. What is written is read back by whoever asks next."""

    def machine(self) -> Machine:
        """What is true for all users.

        Raises:
            HostError: the PC does not say.
        """

    def snapshot(self, sid: str) -> PcSnapshot:
        """What is stored of one user, since the last write at the latest.

        Raises:
            HostError: the PC does not say.
            DamagedFileError: what it says of this user cannot be read.
        """

    def write(
        self,
        sid: str,
        writes: t.Sequence[KeyWrite],
        files: t.Mapping[str, bytes | None],
        signatures: t.Mapping[str, bytes | None] = NO_FILES,
    ) -> None:
        """Store it: files first, then the registry, then files are deleted (None).

        Args:
            sid: of the user.
            writes: to the registry.
            files: in the folder of staged files, by name.
            signatures: in the user's folder of signatures, by name.

        Raises:
            HostError: the user's folder cannot be kept from others; nothing was staged.
        """
