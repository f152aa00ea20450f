# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logins for the two servers of an account."""

from __future__ import annotations

import dataclasses

from .._model.account import Account
from .._model.secret import Secret

NO_PASSWORD = "no password was given"


@dataclasses.dataclass(frozen=True)
class Login:
    """The login for one server.

    Attributes:
        username: the login.
        password: None leaves signing in and later stages untested.
        no_password: why there is no password, a clause.
    """

    username: str
    password: Secret | None = None
    no_password: str = NO_PASSWORD


@dataclasses.dataclass(frozen=True)
class Logins:
    """Both logins of an account. Mail clients store them separately, so they can differ."""

    incoming: Login
    outgoing: Login

    @property
    def same(self) -> bool:
        """Whether both servers get the same login and password."""
        return self.incoming == self.outgoing

    @classmethod
    def of(cls, account: Account) -> Logins:
        """The account's login, the same for both servers."""
        login = Login(account.username, account.password)
        return cls(login, login)
