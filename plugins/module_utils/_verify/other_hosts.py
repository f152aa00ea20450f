# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sign-ins from other hosts of the same run have shown, so that no host repeats them."""

from __future__ import annotations

import dataclasses
import typing as t

from .._model.secret import Secret
from .findings.endpoint import Endpoint
from .findings.failure import Code


@dataclasses.dataclass(frozen=True)
class RefusedElsewhere:
    """A server has refused this login with this password.

    Attributes:
        host: the host that tried it.
        code: of the server's reply.
    """

    host: str
    code: Code


@dataclasses.dataclass(frozen=True)
class OtherHosts:
    """What is known from other hosts. Logins are in lower case, as ``str.casefold`` makes it.

    Attributes:
        refused: by ``Endpoint.where``, login and password.
        stopped: why a login must not be used, a clause; by ``Endpoint.where``, login and password, or by an empty
            text, login and None for any server and password.
        attempts: how many sign-ins of a login may be refused, where that is less than usual.
    """

    refused: t.Mapping[tuple[str, str, Secret], RefusedElsewhere] = dataclasses.field(default_factory=dict)
    stopped: t.Mapping[tuple[str, str, Secret | None], str] = dataclasses.field(default_factory=dict)
    attempts: t.Mapping[str, int] = dataclasses.field(default_factory=dict)

    def verdict(self, endpoint: Endpoint, username: str, password: Secret) -> RefusedElsewhere | str | None:
        """What keeps a login from being used: that it was refused, or why it must not be; None if nothing does."""
        login = username.casefold()
        refused = self.refused.get((endpoint.where, login, password))
        return refused or self.stopped.get((endpoint.where, login, password)) or self.stopped.get(("", login, None))
