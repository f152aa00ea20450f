# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account options for folders and for receiving and composing mail, and the option ``settings``."""

from __future__ import annotations

import typing as t

from .._model import text
from .._model.client_options import ALL, HTML, NONE, PLAIN, ClientOptions
from .._model.errors import OptionError
from .._model.folders import Folder, Folders, Place
from .._model.numbers import number_in
from .._model.settings import Value


class _SettingNames(t.Protocol):
    """A client's module that knows the names of its settings."""

    def is_name(self, name: str) -> bool:
        """Whether a name belongs to the client."""

    def check(self, name: str, value: Value | None) -> None:
        """Check that a setting may have a value; raises OptionError."""


SPEC: t.Mapping[str, t.Any] = {
    "folders": {"type": "dict", "options": {kind: {"type": "str"} for kind in Folders._fields}},
    "check_at_start": {"type": "bool"},
    "check_interval": {"type": "int"},
    "idle": {"type": "bool"},
    "offline": {"type": "str"},
    "subscribed_only": {"type": "bool"},
    "delete_on_server": {"type": "bool"},
    "compose_format": {"type": "str", "choices": [HTML, PLAIN]},
    "request_receipts": {"type": "bool"},
    "settings": {"type": "dict"},
}

_LONGEST_INTERVAL = 10080  # minutes, a week; every client accepts them
_LONGEST_OFFLINE = 24855  # days; Thunderbird stores the seconds in 31 bits
_LONGEST_NAME = 200  # characters of a folder
_KEYWORDS = frozenset({Place.SERVER.value, Place.LOCAL.value})
_NOT_LOCAL = frozenset({"trash", "junk"})  # no client moves mail from a server to this computer to delete it


def folders(given: t.Mapping[str, str | None] | None) -> Folders:
    """The folders that the client uses.

    Raises:
        OptionError: one is not a valid folder, or no client supports it there.
    """
    chosen = {kind: value for kind, value in (given or {}).items() if value is not None}
    return Folders(**{kind: _folder(kind, value) for kind, value in chosen.items()})


def _folder(kind: str, value: str) -> Folder:
    option = f"folders.{kind}"
    name = text.visible(value, option).strip()
    keyword = name.lower()
    if keyword == Place.LOCAL.value and kind in _NOT_LOCAL:
        raise OptionError(
            option, "no client can keep this folder of an account on the computer", "write server or a name"
        )
    if keyword in _KEYWORDS:
        if name != keyword:
            raise OptionError(
                option,
                f"{value!r} is not the keyword {keyword}, and is not accepted as a folder name either",
                f"write {keyword} in lower case, or use a folder with another name",
            )
        return Folder(Place(keyword))
    if len(name) > _LONGEST_NAME or not all(name.split("/")) or not name:
        raise OptionError(
            option,
            f"{value!r} is not the name of a folder",
            "write server, local, or a name such as Sent or Mail/Sent",
        )
    return Folder(Place.SERVER, name)


def client_options(option: t.Callable[[str], t.Any]) -> ClientOptions:
    """How the client receives and composes mail.

    Args:
        option: returns the value of an option, None if omitted.

    Raises:
        OptionError: a value is out of range.
    """
    interval = option("check_interval")
    if interval is not None and not 0 <= interval <= _LONGEST_INTERVAL:
        raise OptionError(
            "check_interval",
            f"{interval} is not a number of minutes that every client accepts",
            f"write 1 to {_LONGEST_INTERVAL}, or 0 for no automatic check",
        )
    values = {name: option(name) for name in ClientOptions._fields}
    return ClientOptions(**{**values, "offline": _offline(option("offline"))})


def _offline(value: str | None) -> str | None:
    if value is None or value in (ALL, NONE):
        return value
    days = number_in(value, _LONGEST_OFFLINE)
    if not days:
        raise OptionError(
            "offline",
            f"{value!r} is neither {ALL} nor {NONE} nor a number of days",
            f"write one of them, or 1 to {_LONGEST_OFFLINE}",
        )
    return str(days)


def further_settings(given: t.Mapping[t.Any, t.Any] | None) -> tuple[tuple[str, Value | None], ...]:
    """Settings with a client's own names, checked.

    Raises:
        OptionError: no client has such a name, the name belongs to an option or may not be set, or the value has the
            wrong type.
    """
    for name, value in (given or {}).items():
        option = f"settings.{name}"
        if not is_setting(name):
            raise OptionError(
                option,
                "no client has a setting of this name",
                "write a name such as server.max_cached_connections for Thunderbird, or account/Imapx "
                "Backend/FetchOrder for Evolution",
            )
        if isinstance(value, str):
            text.visible(value, option)
        elif value is not None and not isinstance(value, (bool, int)):
            raise OptionError(option, "its value is neither text, a whole number nor a boolean", "write one of them")
        elif isinstance(value, int) and not -(2**31) <= value < 2**31:
            raise OptionError(option, f"{value} is out of range", "write a number that fits into 32 bits")
        _names_of(name).check(name, value)
    return tuple(sorted((given or {}).items()))


def is_setting(name: object) -> bool:
    """Whether it is the name of a client's setting, whether or not it may be set."""
    return isinstance(name, str) and _names_of(name).is_name(name)


def _names_of(name: str) -> _SettingNames:
    """The rules for the setting names of a client, imported only if needed."""
    if "/" in name:
        from .._clients.evolution import setting_names as evolution

        return evolution
    from .._clients.thunderbird import setting_names as thunderbird

    return thunderbird
