# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account as it stands in a client, with what the client has stored for signing in."""

from __future__ import annotations

import typing as t

from .._model.account import Account
from .._model.differences import Difference
from .._model.secret import Secret
from .._model.settings import Change


class StoredLogin(t.NamedTuple):
    """What the client would sign in with at one server.

    Attributes:
        username: the login; empty where there is none.
        password: None where none is stored, or none can be read.
        method: by what it signs in, if that is no password; empty where it is one.
    """

    username: str
    password: Secret | None
    method: str = ""


class LeftAlone(t.NamedTuple):
    """What a run leaves as the user wants it, unless it is given ``override``.

    Attributes:
        reason: why, a clause.
        settings: the names of the settings, as in ``Difference``; None for the whole account.
    """

    reason: str
    settings: frozenset[str] | None = None

    def covers(self, difference: Difference) -> bool:
        """Whether a difference stays."""
        return self.settings is None or difference.setting in self.settings


class StoredAccount(t.NamedTuple):
    """An account as read back.

    The texts come from files that the user can write: they may hold anything.

    Attributes:
        account: the settings; the login is that of the incoming server, and there is no password in it.
        incoming: for receiving.
        outgoing: for sending.
        locked: why the stored passwords cannot be read, a clause; empty where they can.
        others: what differs from the account wanted among settings that an Account does not name.
        sign_in: what else decides how the client signs in, and differs.
        security_names: see ``difference_text.difference_texts``.
        left_alone: what a run would leave as it is; None where it would change whatever differs.
    """

    account: Account
    incoming: StoredLogin
    outgoing: StoredLogin
    locked: str
    others: tuple[Change, ...]
    sign_in: tuple[Difference, ...] = ()
    security_names: t.Mapping[str, str] = {}
    left_alone: LeftAlone | None = None
