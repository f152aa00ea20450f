# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Evolution receives mail for an account, and the keys of the option ``settings``.

Defaults are those of ESourceRefresh and of Camel's settings. Settings that Evolution has only once for all accounts
are not here: checking for mail at startup, the format of new mail, receipts.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._model.account import Account, Protocol
from ..._model.client_options import ALL, NONE, NONE_GIVEN, ClientOptions
from ..._model.errors import OptionError
from ..._model.numbers import INT32, number_in
from ..._model.settings import Value
from . import folder_settings, mapping
from .folder_settings import Edited
from .mapping import IMAPX_BACKEND, POP_BACKEND, encoded
from .sources import SourceIds, Sources

FOR_ALL_ACCOUNTS = ("check_at_start", "compose_format", "request_receipts")
"""The options that Evolution has only once for all accounts."""

USUAL: t.Mapping[str, t.Collection[bool | int | str]] = {
    "check_interval": (10, 60),
    "idle": (True,),
    "offline": (NONE,),
    "subscribed_only": (False,),
    "delete_on_server": (False,),
}
"""The values of new accounts, created by this collection or in Evolution."""

_REFRESH = "Refresh"
_USUAL_INTERVAL = 60
_STAYS = ("Offline", "StaySynchronized")
_BY_AGE, _UNIT, _AGE = ((IMAPX_BACKEND, key) for key in ("LimitByAge", "LimitUnit", "LimitValue"))
_DAYS_OF = {"days": 1, "weeks": 7}  # months and years differ
# Attributes of ClientOptions, and the equivalent keys.
_BOOLEANS = {
    Protocol.IMAP: {
        "idle": ((IMAPX_BACKEND, "UseIdle"), True),
        "subscribed_only": ((IMAPX_BACKEND, "UseSubscriptions"), False),
    },
    Protocol.POP3: {"delete_on_server": ((POP_BACKEND, "DeleteExpunged"), False)},
}


def read_back(sources: Sources, ids: SourceIds, *, default: bool = False) -> Account | None:
    """The account with its folders and the client's settings; see ``mapping.read_back``."""
    found = mapping.read_back(sources, ids, default=default)
    if found is None:
        return None
    client = _read(sources.get(ids.account, GlibKeyFile()), found.protocol)
    return dataclasses.replace(found, folders=folder_settings.read(sources, ids), client=client)


def enforce(edited: Edited, ids: SourceIds, account: Account) -> None:
    """Set each wanted value that differs.

    Raises:
        OptionError: ``settings`` has a value of the wrong type for a key.
    """
    if any(account.folders):
        folder_settings.enforce(edited, ids, account)
    source = edited[ids.account]
    stored = {} if account.client == NONE_GIVEN else _read(source, account.protocol)._asdict()
    for name, value in account.client.given():
        if stored[name] in (None, value):
            continue
        if name == "check_interval":
            source = _with(source, (_REFRESH, "Enabled"), value != 0)
            source = _with(source, (_REFRESH, "IntervalMinutes"), value) if value else source
        elif name == "offline":
            source = _with(source, _STAYS, value != NONE)
            source = source if value == NONE else _with(source, _BY_AGE, value != ALL)
            if value not in (ALL, NONE):
                source = _with(_with(source, _UNIT, "days"), _AGE, value)
        else:
            source = _with(source, _BOOLEANS[account.protocol][name][0], value)
    edited[ids.account] = source
    for name, wanted in account.settings:
        _enforce_setting(edited, ids, name, wanted)


def _read(source: GlibKeyFile, protocol: Protocol) -> ClientOptions:
    refreshes = source.text(_REFRESH, "Enabled") == "true"
    interval = number_in(source.text(_REFRESH, "IntervalMinutes") or "", INT32)
    found: dict[str, t.Any] = {
        "check_interval": (_USUAL_INTERVAL if interval is None else interval) if refreshes else 0
    }
    for name, (place, default) in _BOOLEANS[protocol].items():
        found[name] = (source.text(*place) or encoded(default)) == "true"
    if protocol is Protocol.IMAP:
        found["offline"] = _offline(source)
    return ClientOptions(**found)


def _offline(source: GlibKeyFile) -> str:
    if source.text(*_STAYS) != "true":
        return NONE
    if source.text(*_BY_AGE) != "true":
        return ALL
    unit, age = source.text(*_UNIT) or "years", number_in(source.text(*_AGE) or "", INT32) or 1
    return str(age * _DAYS_OF[unit]) if unit in _DAYS_OF else f"{age} {unit}"


def _enforce_setting(edited: Edited, ids: SourceIds, name: str, wanted: Value | None) -> None:
    part, _slash, place = name.partition("/")
    group, slash, key = place.partition("/")
    if not slash:  # another client's
        return
    uid = getattr(ids, part)
    if wanted is None:
        edited[uid] = edited[uid].without(group, key)
        return
    stored = edited[uid].text(group, key)
    if stored is not None and (stored in ("true", "false")) is not isinstance(wanted, bool):
        raise OptionError(
            f"settings.{name}",
            f"{wanted!r} is not of the same type as the value in Evolution, {stored!r}",
            "write a value of that type",
        )
    edited[uid] = _with(edited[uid], (group, key), wanted)


def _with(source: GlibKeyFile, place: tuple[str, str], value: Value) -> GlibKeyFile:
    text = value if isinstance(value, str) else encoded(t.cast("mapping.Value", value))
    return source if source.text(*place) == text else source.with_text(*place, text)
