# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data that the driver of Thunderbird returns."""

from __future__ import annotations

import dataclasses
import typing as t


class Outgoing(t.TypedDict):
    """An SMTP server; host and port are None for other kinds (EWS, Graph)."""

    key: str
    type: str
    host: str | None
    port: int | None
    socket_type: int
    auth_method: int
    username: str
    description: str


class Identity(t.TypedDict):
    """An identity; ``outgoing`` is its server, given by its ``smtp_key`` or the default."""

    key: str
    email: str
    full_name: str
    reply_to: str | None
    organization: str
    smtp_key: str | None
    outgoing: Outgoing | None
    fcc_folder: str
    drafts_folder: str
    templates_folder: str


class Incoming(t.TypedDict):
    """An incoming server; socket_type 0 plain, 2 STARTTLS, 3 TLS; auth_method 3 is a password.

    ``leave_on_server`` is None except for POP3; ``leave_on_server_days`` is None without a limit.
    """

    key: str
    type: str
    host: str
    port: int
    socket_type: int
    auth_method: int
    username: str
    pretty_name: str
    directory: str
    login_at_startup: bool
    check_new_mail: bool
    leave_on_server: bool | None
    leave_on_server_days: int | None


class Account(t.TypedDict):
    """An account as Thunderbird shows it."""

    key: str
    incoming: Incoming
    identities: list[Identity]


class Composed(t.TypedDict):
    """What a compose window shows; ``images`` has the width of each image, 0 for one that is not shown."""

    sender: str
    html: str
    text: str
    images: list[int]


@dataclasses.dataclass(frozen=True)
class ParsedPref:
    """A preference after a file was read.

    Attributes:
        user: the value from ``user_pref()``; None if there is none.
        default: the value from ``pref()`` or ``sticky_pref()``; None if there is none.
    """

    user: bytes | bool | int | None
    default: bytes | bool | int | None


@dataclasses.dataclass(frozen=True)
class ParsedPrefs:
    """The result of reading a preference file with Thunderbird.

    Attributes:
        sound: whether there was no error.
        errors: the errors, for example ``prefs parse error: PATH:1: expected ';'``.
        prefs: the accepted preferences by name.
    """

    sound: bool
    errors: tuple[str, ...]
    prefs: dict[bytes, ParsedPref]


def parsed_prefs(answer: t.Mapping[str, t.Any]) -> ParsedPrefs:
    """Convert a result of parsePrefs() in thunderbird_prefs.js."""
    prefs = {name.encode("latin-1"): _parsed_pref(state) for name, state in answer["prefs"]}
    return ParsedPrefs(answer["sound"], tuple(answer["errors"]), prefs)


def _parsed_pref(state: t.Mapping[str, t.Any]) -> ParsedPref:
    return ParsedPref(_value(state["user"]), _value(state["default"]))


def _value(answer: t.Mapping[str, str] | bool | int | None) -> bytes | bool | int | None:
    if answer is None or isinstance(answer, bool | int):
        return answer
    return answer["string"].encode("latin-1")
