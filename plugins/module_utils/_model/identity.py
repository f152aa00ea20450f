# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A further sender of an account, the same for all clients: immutable, without I/O."""

from __future__ import annotations

import dataclasses

from .signature import Signature


@dataclasses.dataclass(frozen=True)
class Identity:
    """A name and address under which an account sends mail, besides its own address.

    Attributes:
        email: the address; its domain in lower-case A-labels.
        full_name: the name that recipients see; None keeps that of an existing identity, and gives a new one the
            account's.
        reply_to: where replies go; empty for no such address, None keeps that of an existing identity.
        organization: the sender's; empty for none, None keeps that of an existing identity.
        signature: None keeps that of an existing identity.
        absent: the identity must not exist.
        managed: in a stored identity: this collection created it.
    """

    email: str
    full_name: str | None = None
    reply_to: str | None = None
    organization: str | None = None
    signature: Signature | None = None
    absent: bool = False
    managed: bool = dataclasses.field(default=False, compare=False)
