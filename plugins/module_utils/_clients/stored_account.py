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
    """

    username: str
    password: Secret | None


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
    """

    account: Account
    incoming: StoredLogin
    outgoing: StoredLogin
    locked: str
    others: tuple[Change, ...]
    sign_in: tuple[Difference, ...] = ()
    security_names: t.Mapping[str, str] = {}
