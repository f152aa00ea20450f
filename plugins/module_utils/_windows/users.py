# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows accounts that have a profile on a PC, and who of them is meant."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._model.errors import OptionError
from . import keys
from .registry import Registry, fold

# Local and domain accounts, and those of Entra ID; not the system's own, nor what a damaged profile leaves (".bak").
USER_SID = re.compile(r"S-1-(?:5-21|12-1)(?:-[0-9]{1,10}){4}", re.IGNORECASE)
_SID = re.compile(r"S-1-[0-9-]+", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class WindowsUser:
    """A Windows account with a profile on the PC.

    Attributes:
        sid: its security identifier, which never changes.
        folder: the profile's folder; its last part is the account's name as it was at the first logon, with ``.DOMAIN``
            or a number where that name was taken.
    """

    sid: str
    folder: str

    @property
    def name(self) -> str:
        """What the folder says of the name."""
        return self.folder.rstrip("\\").rpartition("\\")[2]

    def __str__(self) -> str:
        return f"{self.name} ({self.sid})"


def people(registry: Registry) -> tuple[WindowsUser, ...]:
    """Who has a profile, by the key ProfileList."""
    found = []
    for sid in registry.children(keys.PROFILE_LIST):
        value = registry.value(f"{keys.PROFILE_LIST}\\{sid}", "ProfileImagePath")
        if value is not None and value.text and USER_SID.fullmatch(sid):
            found.append(WindowsUser(sid.upper(), value.text))
    return tuple(found)


def find(everybody: t.Sequence[WindowsUser], user: str) -> WindowsUser:
    """Whom a name, ``DOMAIN\\name`` or SID means.

    ProfileList knows no domains: one is only used to tell ``name.DOMAIN`` from ``name``.

    Raises:
        OptionError: nobody, or more than one.
    """
    if _SID.fullmatch(user):
        return _by_sid(everybody, user)
    domain, _backslash, name = user.rpartition("\\")
    candidates = [person for person in everybody if _may_be(person, name)]
    if domain and len(candidates) > 1:
        exact = [person for person in candidates if fold(person.name) == fold(f"{name}.{domain}")]
        candidates = exact or candidates
    if not candidates:
        raise OptionError(
            "user",
            f"no Windows account {name!r} has a profile on this PC; there are: {_listed(everybody)}",
            "correct the name or give the SID; who never logged on to this PC has no profile yet",
        )
    if len(candidates) > 1:
        raise OptionError(
            "user", f"{user!r} could be any of {_listed(candidates)}", "write the SID of the one that is meant"
        )
    return candidates[0]


def _by_sid(everybody: t.Sequence[WindowsUser], sid: str) -> WindowsUser:
    for person in everybody:
        if person.sid == sid.upper():
            return person
    raise OptionError(
        "user",
        f"no Windows account with the SID {sid} has a profile on this PC; there are: {_listed(everybody)}",
        "correct the SID; who never logged on to this PC has no profile yet",
    )


def _may_be(person: WindowsUser, name: str) -> bool:
    """Whether a profile folder can be that account's: ``name``, ``name.DOMAIN`` or ``name.000``."""
    one, other = fold(person.name), fold(name)
    return one == other or one.startswith(other + ".")


def _listed(persons: t.Sequence[WindowsUser]) -> str:
    return ", ".join(str(person) for person in persons) or "none"
