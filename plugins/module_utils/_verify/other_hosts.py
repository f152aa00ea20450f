# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of sign-ins from other hosts of the same run, so that no host repeats them."""

from __future__ import annotations

import dataclasses
import typing as t

from .._model.secret import Secret
from .findings.endpoint import Endpoint
from .findings.failure import Code


@dataclasses.dataclass(frozen=True)
class RefusedElsewhere:
    """A server refused this login with this password.

    Attributes:
        host: the host that tried it.
        code: the code of the server's reply.
    """

    host: str
    code: Code


@dataclasses.dataclass(frozen=True)
class OtherHosts:
    """The results from other hosts. Logins are folded by ``str.casefold``.

    Attributes:
        refused: refused sign-ins, by ``Endpoint.where``, login and password.
        stopped: why a login must not be used, a clause; by ``Endpoint.where``, login and password. An empty text and
            None as the password mean any server and password.
        attempts: how many sign-ins of a login may be refused, if fewer than usual.
    """

    refused: t.Mapping[tuple[str, str, Secret], RefusedElsewhere] = dataclasses.field(default_factory=dict)
    stopped: t.Mapping[tuple[str, str, Secret | None], str] = dataclasses.field(default_factory=dict)
    attempts: t.Mapping[str, int] = dataclasses.field(default_factory=dict)

    def verdict(self, endpoint: Endpoint, username: str, password: Secret) -> RefusedElsewhere | str | None:
        """Why a login must not be used: an earlier refusal, or a clause; None if it may be."""
        login = username.casefold()
        refused = self.refused.get((endpoint.where, login, password))
        return refused or self.stopped.get((endpoint.where, login, password)) or self.stopped.get(("", login, None))
