# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Differences between two states of a profile's preferences."""

from __future__ import annotations

from ..._model.settings import Change, Settings, changes
from . import signatures
from .indexed_settings import MARKER
from .lookup import DEFAULT_ACCOUNT, DEFAULT_SMTP
from .smtp_servers import default_smtp_server

# Settings of an Account are compared by meaning, see ``_model.differences``: a missing port is the standard one.
_INSIGNIFICANT = {
    "server": {
        *("type", "hostname", "port", "userName", "socketType", MARKER),
        *("leave_on_server", "delete_by_age_from_server", "num_days_to_leave_on_server"),
    },
    "identity": {"useremail", "fullName", "reply_to", "organization", MARKER, *signatures.KEYS},
    "smtpserver": {"hostname", "port", "username", "try_ssl"},
}


def preference_changes(before: Settings, after: Settings) -> list[Change]:
    """The changes between two sets of preferences, sorted by key."""
    return [
        change._replace(significant=_is_significant(change.key, before, after)) for change in changes(before, after)
    ]


def _is_significant(key: str, before: Settings, after: Settings) -> bool:
    if key == DEFAULT_ACCOUNT:
        return False
    if key == DEFAULT_SMTP:
        return default_smtp_server(before) != default_smtp_server(after)
    parts = key.split(".", 3)  # such as mail.server.server1.port
    return len(parts) < 4 or parts[0] != "mail" or parts[3] not in _INSIGNIFICANT.get(parts[1], ())
