# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a PC has stored about one user's Outlook."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._windows.pc import Machine
from ..._windows.registry import Registry, fold
from ..._windows.users import WindowsUser
from . import locations, reading, registry_values
from .reading import ProfileAccount
from .staging_record import StagingRecord


@dataclasses.dataclass(frozen=True)
class OutlookState:
    """What a PC has stored about one user's Outlook.

    Attributes:
        machine: the PC.
        user: the user.
        loaded: the user's part of the registry is loaded.
        registry: see ``PcSnapshot``.
        files: the staged files, by name.
        record: our own record.
        made: the accounts in the user's Outlook profiles.
        signatures: see ``PcSnapshot``.
        signature_obstacle: see ``PcSnapshot``.
    """

    machine: Machine
    user: WindowsUser
    loaded: bool
    registry: Registry
    files: t.Mapping[str, bytes]
    record: StagingRecord
    made: tuple[ProfileAccount, ...]
    signatures: t.Mapping[str, bytes] = dataclasses.field(default_factory=dict)
    signature_obstacle: str = ""

    @property
    def prf_path(self) -> str:
        """Where our PRF is, or would be."""
        return self.path(locations.PRF)

    @property
    def import_prf(self) -> str:
        """The PRF that Outlook would import at its next start; empty for none."""
        return self.text(locations.setup(self.user.sid), registry_values.IMPORT_PRF)

    @property
    def is_pending(self) -> bool:
        """Whether our PRF waits for Outlook's next start."""
        return fold(self.import_prf) == fold(self.prf_path)

    @property
    def profiles(self) -> tuple[str, ...]:
        """The names of the user's Outlook profiles."""
        return self.registry.children(locations.outlook(self.user.sid) + r"\Profiles")

    def path(self, file: str) -> str:
        """The whole path of a staged file."""
        return locations.folder(self.machine.program_data, self.user.sid) + "\\" + file

    def signature_path(self, file: str) -> str:
        """The whole path of a file of a signature."""
        return locations.signature_folders(self.user)[-1] + "\\" + file

    def text(self, key: str, name: str) -> str:
        """A text in the registry; empty if there is none."""
        value = self.registry.value(key, name)
        return (value.text or "") if value is not None else ""

    def number(self, key: str, name: str) -> int:
        """A number in the registry; 0 if there is none."""
        value = self.registry.value(key, name)
        return (value.number or 0) if value is not None else 0

    @property
    def default_profile(self) -> str:
        """The user's default profile, whether it exists or not; empty if none is set."""
        return reading.default_profile(self.registry, locations.outlook(self.user.sid))

    @property
    def opened_profile(self) -> str:
        """The profile that Outlook opens; empty if there is none, or if it asks for one."""
        if self.default_profile:
            return next((name for name in self.profiles if fold(name) == fold(self.default_profile)), "")
        return self.profiles[0] if len(self.profiles) == 1 else ""

    def is_opened(self, made: ProfileAccount) -> bool:
        """Whether an account is in the profile that Outlook opens, as far as is known."""
        return not self.opened_profile or fold(made.profile) == fold(self.opened_profile)


def made_accounts(registry: Registry, sid: str) -> tuple[ProfileAccount, ...]:
    """The accounts in the user's Outlook profiles, those of the default profile first."""
    name = fold(reading.default_profile(registry, locations.outlook(sid)))
    found = reading.accounts(registry, locations.outlook(sid))
    return tuple(sorted(found, key=lambda one: fold(one.profile) != name))
