# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Differences between the wanted and the stored account as clauses of a message, the same for every client."""

from __future__ import annotations

import typing as t

from .._model.account import Account, Server
from .._model.differences import Difference
from .._model.redaction import Redactor
from .._model.settings import Change

_SHOWN = Redactor()  # no passwords to redact: settings hold none, but may contain any characters
_LABELS = {"outgoing.username": "username for sending"}  # no option has this name


def difference_texts(
    found: t.Iterable[Difference],
    wanted: Account,
    stored: Account,
    client: str,
    security_names: t.Mapping[str, str] | None = None,
) -> list[str]:
    """Clauses such as ``incoming: imap.charter.net 993 ssl wanted, imap.charter.net 143 none in Thunderbird``.

    Args:
        found: the differences between the two accounts. A server is shown as a whole even if only a part differs.
        wanted: from the options.
        stored: from the client.
        client: the client's name.
        security_names: for ``incoming`` and ``outgoing``, the client's name for a security that no option has.
    """
    clauses = []
    names = security_names or {}
    for difference in found:
        side, _dot, part = difference.setting.partition(".")
        if part in Server._fields:
            clause = _clause(
                side, _server(getattr(wanted, side)), _server(getattr(stored, side), names.get(side)), client
            )
        else:
            label = _LABELS.get(difference.setting, difference.setting)
            clause = _clause(label, difference.wanted, difference.stored, client)
        clauses.append(clause)
    return list(dict.fromkeys(clauses))


def change_text(change: Change, client: str) -> str:
    """The same for a setting that has a name only in the client."""
    return _clause(change.key, change.after, change.before, client)


def _clause(setting: str, wanted: object, stored: object, client: str) -> str:
    return f"{setting}: {_value(wanted)} wanted, {_value(stored)} in {client}"


def _server(server: Server, security: str | None = None) -> str:
    return f"{server.host.lower()} {server.port} {security or server.security.value}" if server.host else ""


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, ""):
        return "nothing"
    shown = str(value)
    return _SHOWN(shown if shown == shown.strip() else f"'{shown}'")  # otherwise a trailing space would be invisible
