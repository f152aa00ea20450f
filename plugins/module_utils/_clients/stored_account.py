# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account stored in a client, with its logins."""

from __future__ import annotations

import typing as t

from .._model.account import Account
from .._model.differences import Difference
from .._model.secret import Secret
from .._model.settings import Change


class StoredLogin(t.NamedTuple):
    """What the client signs in with at one server.

    Attributes:
        username: the login; empty if there is none.
        password: None if none is stored or it cannot be read.
        method: how it signs in without a password; empty if it uses a password.
    """

    username: str
    password: Secret | None
    method: str = ""


class LeftAlone(t.NamedTuple):
    """What a run leaves to the user, unless ``override`` is set.

    Attributes:
        reason: the reason, a clause.
        settings: names of settings, as in ``Difference``; None for the whole account.
    """

    reason: str
    settings: frozenset[str] | None = None

    def covers(self, difference: Difference) -> bool:
        """Whether a difference is left."""
        return self.settings is None or difference.setting in self.settings


class StoredAccount(t.NamedTuple):
    """An account read back from a client.

    The texts come from files that the user can write, so they may contain anything.

    Attributes:
        account: the settings, with the login of the incoming server and no password.
        incoming: the login for receiving.
        outgoing: the login for sending.
        locked: why the stored passwords cannot be read, a clause; empty if they can.
        others: differences in settings that an Account does not have.
        sign_in: further differences that affect how the client signs in.
        security_names: see ``difference_text.difference_texts``.
        left_alone: what a run would leave; None if it would change every difference.
    """

    account: Account
    incoming: StoredLogin
    outgoing: StoredLogin
    locked: str
    others: tuple[Change, ...]
    sign_in: tuple[Difference, ...] = ()
    security_names: t.Mapping[str, str] = {}
    left_alone: LeftAlone | None = None
