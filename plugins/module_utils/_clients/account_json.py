# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account as JSON values for records kept on a host, without its password."""

from __future__ import annotations

import typing as t

from .._model.account import Account, Protocol, Security, Server


def account_out(account: Account) -> dict[str, t.Any]:
    """The values that represent an account."""
    return {
        "email": account.email,
        "protocol": account.protocol.value,
        "incoming": _server_out(account.incoming),
        "outgoing": _server_out(account.outgoing),
        "username": account.username,
        "full_name": account.full_name,
        "leave_on_server": account.leave_on_server,
        "leave_on_server_days": account.leave_on_server_days,
        "default": account.default,
    }


def account_in(stored: t.Mapping[str, t.Any]) -> Account:
    """Restore an account.

    Raises:
        KeyError, TypeError, ValueError: the values do not describe an account.
    """
    return Account(
        email=stored["email"],
        protocol=Protocol(stored["protocol"]),
        incoming=_server_in(stored["incoming"]),
        outgoing=_server_in(stored["outgoing"]),
        username=stored["username"],
        full_name=stored["full_name"],
        leave_on_server=stored["leave_on_server"],
        leave_on_server_days=stored["leave_on_server_days"],
        default=stored["default"],
    )


def _server_out(server: Server) -> list[t.Any]:
    return [server.host, server.port, server.security.value]


def _server_in(stored: t.Sequence[t.Any]) -> Server:
    host, port, security = stored
    return Server(host, port, Security(security))
