# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A further sender of an account, the same for all clients: immutable, without I/O."""

from __future__ import annotations

import dataclasses

from .signature import Signature


@dataclasses.dataclass(frozen=True)
class Identity:
    """Under which name and address an account sends mail, beside the address of its own.

    Attributes:
        email: the address; its domain in lower-case A-labels.
        full_name: the name that recipients see; None keeps that of an existing identity, and a new one has that of the
            account.
        reply_to: where replies go; empty for no such address, None keeps that of an existing identity.
        organization: of the sender; empty for none, None keeps that of an existing identity.
        signature: None keeps that of an existing identity.
        absent: it shall not exist.
        managed: of a stored one: this collection has made it.
    """

    email: str
    full_name: str | None = None
    reply_to: str | None = None
    organization: str | None = None
    signature: Signature | None = None
    absent: bool = False
    managed: bool = dataclasses.field(default=False, compare=False)
