# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows accounts with a profile on a PC, and which of them a name means."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._model.errors import OptionError
from . import registry_keys
from .registry import Registry, fold

# Local and domain accounts, and those of Entra ID; not those of the system, nor leftovers of damaged profiles (".bak").
USER_SID = re.compile(r"S-1-(?:5-21|12-1)(?:-[0-9]{1,10}){4}", re.IGNORECASE)
_SID = re.compile(r"S-1-[0-9-]+", re.IGNORECASE)
_ENTRA, _LOCAL_OR_DOMAIN = "S-1-12-1-", "S-1-5-21-"
_ENTRA_NAME = "AzureAD"  # what Windows puts before Entra ID names


@dataclasses.dataclass(frozen=True)
class WindowsUser:
    """A Windows account with a profile on the PC.

    Attributes:
        sid: its security identifier, which never changes.
        folder: the profile folder; its last part is the account's name at the first logon, followed by ``.DOMAIN`` or a
            number if that name was taken.
        roams: the profile is copied between PCs, including the user's hive.
    """

    sid: str
    folder: str
    roams: bool = False

    @property
    def name(self) -> str:
        """The account's name, from the folder."""
        return self.folder.rstrip("\\").rpartition("\\")[2]

    def __str__(self) -> str:
        return f"{self.name} ({self.sid})"


def with_profiles(registry: Registry) -> tuple[WindowsUser, ...]:
    """The accounts with a profile, according to the key ProfileList."""
    found = []
    for sid in registry.children(registry_keys.PROFILE_LIST):
        value = registry.value(f"{registry_keys.PROFILE_LIST}\\{sid}", "ProfileImagePath")
        if value is not None and value.text and USER_SID.fullmatch(sid):
            central = registry.value(f"{registry_keys.PROFILE_LIST}\\{sid}", "CentralProfile")
            found.append(WindowsUser(sid.upper(), value.text, roams=bool(central is not None and central.text)))
    return tuple(found)


def find(known: t.Sequence[WindowsUser], user: str, computer: str = "") -> WindowsUser:
    """The account that ``name``, ``DOMAIN\\name``, ``name@domain``, ``AzureAD\\name@domain`` or a SID means.

    Windows names a profile's folder after the account. If that name is taken, it appends the account's domain (for a
    local account, the computer's name); if that is taken, too, three digits. A folder with any other suffix belongs to
    another user.

    Args:
        known: the accounts with a profile on the PC.
        user: the user, as written by the administrator.
        computer: the PC's own name; empty if unknown.

    Raises:
        OptionError: no account matches, or more than one does.
    """
    if _SID.fullmatch(user):
        return _by_sid(known, user)
    name, domain = _name_and_domain(user)
    kind = _kind(domain, computer)
    if domain == ".":
        domain = computer
    if kind == _ENTRA and "@" in name:
        name = name.rpartition("@")[0]
    candidates = [one for one in known if one.sid.startswith(kind)]
    for fits in _tiers(name, domain, computer):
        found = [one for one in candidates if fits(one.name)]
        if len(found) > 1:
            raise _ambiguous(user, found)
        if found:
            if domain.count(".") and (rivals := _with_first_label(candidates, name, domain)):
                raise _ambiguous(user, [*found, *rivals])
            return found[0]
    raise OptionError(
        "user",
        f"no Windows account {user!r} has a profile on this PC; these have one: {_listed(known)}",
        "correct the name or write the SID; an account that never logged on to this PC has no profile yet",
    )


_Fits = t.Callable[[str], bool]
_DIGITS = r"\.[0-9]{3}"


def _name_and_domain(user: str) -> tuple[str, str]:
    """The account's name, and the domain or computer written with it; empty if there is none."""
    domain, backslash, name = user.rpartition("\\")
    if not backslash and "@" in user:
        name, _at, domain = user.rpartition("@")
    return name, domain


def _kind(domain: str, computer: str) -> str:
    """The SID prefix of accounts in this domain or on this computer; empty for any."""
    if fold(domain) == fold(_ENTRA_NAME):
        return _ENTRA
    return _LOCAL_OR_DOMAIN if domain == "." or (domain and fold(domain) == fold(computer)) else ""


def _tiers(name: str, domain: str, computer: str) -> list[_Fits]:
    """Predicates for the name of the account's folder, the most certain first."""
    if not name:
        return []

    def is_exactly(wanted: str) -> _Fits:
        return lambda folder: fold(folder) == fold(wanted)

    def has_digits(wanted: str) -> _Fits:
        digits = re.compile(re.escape(fold(wanted)) + _DIGITS)
        return lambda folder: digits.fullmatch(fold(folder)) is not None

    tiers: list[_Fits] = [is_exactly(f"{name}.{domain}"), has_digits(f"{name}.{domain}")] if domain else []
    tiers.append(is_exactly(name))
    others: list[_Fits] = [has_digits(name)]
    if computer and not domain:
        others += [is_exactly(f"{name}.{computer}"), has_digits(f"{name}.{computer}")]
    return [*tiers, lambda folder: any(fits(folder) for fits in others)]


def _with_first_label(known: t.Sequence[WindowsUser], name: str, domain: str) -> list[WindowsUser]:
    """The folders with the usual short name of a domain, such as ``CORP`` for ``corp.example.com``."""
    wanted = fold(f"{name}.{domain.partition('.')[0]}")
    return [one for one in known if fold(one.name) == wanted]


def _by_sid(known: t.Sequence[WindowsUser], sid: str) -> WindowsUser:
    for one in known:
        if one.sid == sid.upper():
            return one
    raise OptionError(
        "user",
        f"no Windows account with the SID {sid} has a profile on this PC; these have one: {_listed(known)}",
        "correct the SID; an account that never logged on to this PC has no profile yet",
    )


def _ambiguous(user: str, found: t.Sequence[WindowsUser]) -> OptionError:
    return OptionError("user", f"{user!r} could be any of {_listed(found)}", "write the SID of the one that is meant")


def _listed(found: t.Sequence[WindowsUser]) -> str:
    return ", ".join(map(str, found)) or "none"
