# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interface of a Windows PC, for any connection."""

from __future__ import annotations

import dataclasses
import types
import typing as t

from .registry import KeyWrite, Registry
from .users import WindowsUser

NO_FILES: t.Mapping[str, bytes | None] = types.MappingProxyType({})


@dataclasses.dataclass(frozen=True)
class Machine:
    """The facts of a PC that concern all users.

    Attributes:
        users: the Windows accounts with a profile.
        program_data: the folder for program data, usually ``C:\\ProgramData``.
        code_page: the code page for programs without Unicode, such as ``cp1252``; empty if the PC has none.
        classic: whether classic Outlook is installed.
        new: whether the new Outlook is installed.
        classic_version: which classic Outlook starts, 16 for 2016 to Microsoft 365; None if the PC does not show it.
        name: the PC's own name, in capitals; empty if unknown.
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
    """What a PC has stored about one user.

    Attributes:
        loaded: the user's hive is loaded, because the user is logged on.
        registry: the keys of Outlook, its policies and our record.
        files: the staged files, by name.
        signatures: our files in the user's signature folder; empty content for a link to elsewhere.
        signature_obstacle: why no file can be written there, a clause; empty if it can.
    """

    loaded: bool
    registry: Registry
    files: t.Mapping[str, bytes]
    signatures: t.Mapping[str, bytes] = dataclasses.field(default_factory=dict)
    signature_obstacle: str = ""


class Pc(t.Protocol):
    """A Windows PC. The next snapshot shows what was written."""

    def machine(self) -> Machine:
        """The facts that concern all users.

        Raises:
            HostError: the PC does not say.
        """

    def snapshot(self, sid: str) -> PcSnapshot:
        """What is stored about one user, no older than the last write.

        Raises:
            HostError: the PC does not say.
            DamagedFileError: what is stored about this user cannot be parsed.
        """

    def write(
        self,
        sid: str,
        writes: t.Sequence[KeyWrite],
        files: t.Mapping[str, bytes | None],
        signatures: t.Mapping[str, bytes | None] = NO_FILES,
    ) -> None:
        """Write files, then the registry, then delete files (None).

        Args:
            sid: the user's SID.
            writes: the writes to the registry.
            files: the content of staged files, by name.
            signatures: the content of files in the user's signature folder, by name.

        Raises:
            HostError: the user's folder cannot be protected from others; nothing was staged.
        """
