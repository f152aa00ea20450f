# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One entry of ``mail_accounts`` for an account that two clients of a user have."""

from __future__ import annotations

import typing as t

from .._model.client_options import ClientOptions

_CLIENTS_OWN = frozenset({"folders", *ClientOptions._fields})


def merged(one: t.Mapping[str, t.Any], other: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """An entry for an account that two clients have; None if the two accounts differ.

    Client-specific options are left out, so each client keeps its own.
    """
    if any(one.get(name) != other.get(name) for name in {*one, *other} - _CLIENTS_OWN):
        return None
    return {name: value for name, value in one.items() if name not in _CLIENTS_OWN or other.get(name) == value}
