# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signed-in connection to an endpoint that has passed its tests, for more than the tests do."""

from __future__ import annotations

import contextlib
import ssl
import typing as t

from .._model.account import Security
from . import modes, network, tls
from .connection import Connection, Deadline, Hangup, PlainAnswer, Silence
from .dialogue import Dialogue
from .endpoint import Endpoint
from .failure import Failure
from .login import Login
from .text import Quoter
from .visit import Kit

_D = t.TypeVar("_D", bound=Dialogue)
Speaks = t.Callable[[Connection, Endpoint, Quoter], _D]


@contextlib.contextmanager
def signed_in(speaks: Speaks[_D], endpoint: Endpoint, login: Login, kit: Kit, deadline: Deadline) -> t.Iterator[_D]:
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
    quote = Quoter.hiding(login.username, login.password)
    addresses = network.resolve(endpoint, kit.world.resolver, deadline)
    opened, _address, _seen = network.dial(endpoint, addresses, deadline)
    with opened as connection:
        dialogue = speaks(connection, endpoint, quote)
        security = endpoint.server.security
        if security is Security.SSL:
            _encrypt(connection, endpoint, kit, quote)
        dialogue.greeting()
        if security is Security.STARTTLS:
            dialogue.starttls()
            _encrypt(connection, endpoint, kit, quote)
        dialogue.capability()
        if connection.tls is None and not kit.options.allow_plaintext:
            raise Failure("was not asked", "the connection is not encrypted", "Set security to ssl or starttls.")
        dialogue.sign_in(login.username, login.password)
        try:
            yield dialogue
        finally:
            dialogue.leave()


def _encrypt(connection: Connection, endpoint: Endpoint, kit: Kit, quote: Quoter) -> None:
    try:
        connection.secure(kit.trust.verifying, endpoint.server.host)
    except PlainAnswer as answer:
        if endpoint.server.security is Security.STARTTLS:
            raise modes.injected(answer, quote) from None
        raise modes.plain_answer(endpoint, answer.first, quote) from None
    except (Silence, Hangup) as ending:
        raise modes.no_handshake(endpoint, ending) from None
    except ssl.SSLCertVerificationError as error:
        raise tls.distrust(endpoint, error, None, kit.world.now(), quote) from None
    except ssl.SSLError as error:
        raise tls.disagreement(endpoint, error) from None
