# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers that Outlook uses for security and for leaving mail on the server.

They are the same in a PRF and in Outlook's profiles, since both name properties of the Account Management API
(Microsoft's reference "Constants (Account Management API)": PROP_SMTP_SECURE_CONNECTION, PROP_POP_LEAVE_ON_SERVER).
"""

from __future__ import annotations

from ..._model.account import Account, Security
from ..._model.errors import OptionError

SECURE_CONNECTIONS = {Security.NONE: 0, Security.SSL: 1, Security.STARTTLS: 2}
_AUTOMATIC = 3  # not reliable: the connection may end up unencrypted
_SECURITIES = {number: security for security, number in SECURE_CONNECTIONS.items()}

_LEAVE = 1
_REMOVE_AFTER_DAYS = 2
_DAYS = 16  # the number of days starts at this bit
_MOST_DAYS = 0x7FFF


def outgoing_security(number: int) -> Security:
    """The security that a stored number means; ``none`` unless it is certainly encrypted."""
    return _SECURITIES.get(number, Security.NONE)


def security_name(number: int) -> str:
    """Outlook's name for a stored number without a ``Security``; empty for other numbers."""
    if number in _SECURITIES:
        return ""
    return "auto" if number == _AUTOMATIC else f"unknown ({number})"


def leave_on_server(account: Account) -> int:
    """The number for a new POP3 account; by default it leaves mail on the server without limit.

    Raises:
        OptionError: more days than the number has bits for.
    """
    days = account.leave_on_server_days or 0
    if account.leave_on_server is False:
        return 0
    if days > _MOST_DAYS:
        raise OptionError(
            "leave_on_server_days",
            f"{days} days is more than Outlook can store",
            f"write at most {_MOST_DAYS}, or 0 for no limit",
        )
    return (days << _DAYS) | _REMOVE_AFTER_DAYS | _LEAVE if days else _LEAVE


def left_on_server(number: int) -> tuple[bool, int]:
    """Whether mail stays on the server, and for how many days (0: without limit)."""
    if not number & _LEAVE:
        return False, 0
    return True, (number >> _DAYS) & 0xFFFF if number & _REMOVE_AFTER_DAYS else 0
