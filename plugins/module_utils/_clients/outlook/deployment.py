# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry values that make Outlook read files that were put on a PC by other means."""

from __future__ import annotations

import re
import typing as t

from ..._model import text
from ..._model.account import Account
from ..._model.errors import OptionError
from ..._windows import registry_keys, users
from ..._windows.registry import KeyWrite, RegValue
from . import locations, one_per_domain, registry_values

# No variables, which Outlook does not expand here, and no characters that file names cannot have.
_NAME = r"[^\\/%\":<>|?*]+"
_FULL_PATH = re.compile(rf"(?:[A-Za-z]:|\\\\{_NAME})(?:\\{_NAME})+\\?")


def writes(
    accounts: t.Sequence[Account], *, sid: str | None, prf: str | None, xml_folder: str | None
) -> tuple[KeyWrite, ...]:
    """The registry writes for one Windows user.

    If there is a PRF, a domain with several accounts gets no XML; the PRF covers those accounts.

    Args:
        accounts: the accounts in the files, at least one.
        sid: the user's security identifier; None for the user who imports the values.
        prf: the full path of the PRF on the PC; None for none.
        xml_folder: the folder on the PC with one ``<domain>.xml`` per domain; None for none.

    Raises:
        OptionError: a path is not a full path, the SID is not a user's, there is nothing to write, or one file cannot
            serve a domain.
    """
    if prf is None and xml_folder is None:
        raise OptionError("prf, xml_folder", "neither is given", "give the path of the files on the PC")
    hive = _hive(sid)
    found = []
    if prf is not None:
        found.append(KeyWrite(hive + locations.SETUP, registry_values.importing(_full_path("prf", prf))))
    if xml_folder is not None:
        if prf is None:
            one_per_domain.refuse_shared_domains(accounts)
        found += _autodiscover(accounts, hive, _full_path("xml_folder", xml_folder).rstrip("\\"))
    return tuple(found)


def _autodiscover(accounts: t.Sequence[Account], hive: str, folder: str) -> list[KeyWrite]:
    shared = one_per_domain.shared_domains(accounts)
    domains = [account.domain for account in accounts]
    values = {
        domain: RegValue.sz(f"{folder}\\{locations.xml(domain)}") for domain in sorted(domains) if domain not in shared
    }
    if not values:
        return []
    return [KeyWrite(hive + locations.AUTODISCOVER, {**values, **registry_values.SWITCHES})]


def _hive(sid: str | None) -> str:
    if sid is None:
        return registry_keys.CURRENT_USER
    if not users.USER_SID.fullmatch(sid):
        raise OptionError(
            "sid",
            f"{sid!r} is not the SID of a user",
            "write one such as S-1-5-21-1111111111-2222222222-3333333333-1001",
        )
    return registry_keys.hive(sid.upper())


def _full_path(option: str, path: str) -> str:
    if not _FULL_PATH.fullmatch(text.visible(path, option)):
        raise OptionError(
            option,
            f"{path!r} is not a full Windows path without variables",
            r"write one such as C:\ProgramData\Mail\jo.prf",
        )
    return path
