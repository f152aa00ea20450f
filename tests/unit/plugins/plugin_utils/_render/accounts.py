# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of all kinds, for the tests of what is written for devices."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Protocol, Security, Server

_PORTS = {
    (Protocol.IMAP, Security.SSL): 993,
    (Protocol.IMAP, Security.STARTTLS): 143,
    (Protocol.POP3, Security.SSL): 995,
    (Protocol.POP3, Security.STARTTLS): 110,
}
NAMES = (None, "Mario Rossi", "O'Brien & Söhne <x>", 'A "B"', "山田 太郎", "]]> {{ 1 }}")


def account(
    email: str = "mario.rossi@charter.net",
    protocol: Protocol = Protocol.IMAP,
    incoming: Security = Security.SSL,
    outgoing: tuple[int, Security] = (587, Security.STARTTLS),
    **more: t.Any,
) -> Account:
    """An account of Charter's, or one like it."""
    return Account(
        **{
            "email": email,
            "protocol": protocol,
            "incoming": Server(f"{protocol.value}.charter.net", _PORTS[protocol, incoming], incoming),
            "outgoing": Server("smtp.charter.net", *outgoing),
            "username": email,
            **more,
        }
    )


def of_all_kinds() -> list[Account]:
    """Every protocol with every encryption and name."""
    kinds = itertools.product(Protocol, (Security.SSL, Security.STARTTLS), NAMES, (None, True, False))
    sending = itertools.cycle([(587, Security.STARTTLS), (465, Security.SSL), (587, Security.SSL)])
    return [
        account(f"user{number}@charter.net", protocol, incoming, next(sending), full_name=name, leave_on_server=leave)
        for number, (protocol, incoming, name, leave) in enumerate(kinds)
        if protocol is Protocol.POP3 or leave is None
    ]
