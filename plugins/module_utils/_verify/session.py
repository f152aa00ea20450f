# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signed-in connection to an endpoint that has passed its tests, for more than the tests do."""

from __future__ import annotations

import contextlib
import typing as t

from .._model.account import Security
from .._model.redaction import Redactor
from .endpoint_walk import Context
from .findings.endpoint import Endpoint
from .findings.failure import Failure
from .login import Login
from .protocols.dialogue import Dialogue
from .wire import network
from .wire.connection import Connection, Deadline
from .wire.handshake import handshake

_D = t.TypeVar("_D", bound=Dialogue)
Speaks = t.Callable[[Connection, Endpoint, Redactor], _D]


@contextlib.contextmanager
def signed_in(speaks: Speaks[_D], endpoint: Endpoint, login: Login, kit: Context, deadline: Deadline) -> t.Iterator[_D]:
    """Connect, encrypt, sign in; say goodbye at the end of the block.

    Args:
        speaks: makes the dialogue of the endpoint's service.
        endpoint: where.
        login: with a password.
        kit: as for a visit.
        deadline: of the whole session, unless it is restarted.

    Raises:
        Failure: what does not work.
    """
    if login.password is None:
        raise Failure("was not asked", login.no_password, "Give a password.")
    quote = Redactor.hiding(login.username, login.password)
    addresses = network.resolve(endpoint, kit.world.resolver, deadline)
    opened, _address, _seen = network.dial(endpoint, addresses, deadline)
    with opened as connection:
        dialogue = speaks(connection, endpoint, quote)

        def encrypt() -> None:
            handshake(connection, endpoint, kit.trust, kit.world.now(), quote, look=lambda: None)

        security = endpoint.server.security
        if security is Security.SSL:
            encrypt()
        dialogue.greeting()
        if security is Security.STARTTLS:
            dialogue.starttls()
            encrypt()
        dialogue.capability()
        if connection.tls is None and not kit.options.allow_plaintext:
            raise Failure("was not asked", "the connection is not encrypted", "Set security to ssl or starttls.")
        dialogue.sign_in(login.username, login.password)
        try:
            yield dialogue
        finally:
            dialogue.leave()
