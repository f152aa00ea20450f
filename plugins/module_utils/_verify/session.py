# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signed-in session with a server that has passed its tests, for further work."""

from __future__ import annotations

import contextlib
import typing as t

from .context import Context
from .endpoint_walk import DialogueType, EndpointWalk, NoLog
from .findings.endpoint import Endpoint
from .findings.sign_in_and_mailbox import not_asked
from .login import Login
from .protocols.dialogue import Dialogue
from .wire.connection import Deadline

_D = t.TypeVar("_D", bound=Dialogue)


@contextlib.contextmanager
def signed_in(
    dialogue_type: DialogueType[_D], endpoint: Endpoint, login: Login, context: Context, deadline: Deadline
) -> t.Iterator[_D]:
    """Connect, encrypt, sign in; the session ends with the block.

    Args:
        dialogue_type: makes the dialogue of the endpoint's protocol.
        endpoint: where.
        login: a login with a password.
        context: what all tests of the task share.
        deadline: the deadline of the whole session, unless restarted.

    Raises:
        Failure: a stage failed.
    """
    walk = EndpointWalk(dialogue_type, endpoint, login, context, deadline, NoLog())
    with walk.connected() as session:
        not_tried = walk.sign_in(session)
        if not_tried is not None:
            raise not_asked(not_tried.reason, not_tried.advice)
        yield session.dialogue
