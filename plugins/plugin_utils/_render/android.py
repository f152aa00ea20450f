# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""QR codes that Thunderbird for Android can import.

The grammar is "Export for Mobile QR code format", version 1 (thunderbird-android,
feature/migration/qrcode/qr-code-format.md): nested JSON arrays. The codes were not tested on a phone.
"""

from __future__ import annotations

import itertools
import json
import typing as t

from ...module_utils._model.account import Account, Protocol, Security, Server

_FORMAT = 1
_PROTOCOLS = {Protocol.IMAP: 0, Protocol.POP3: 1}
_SMTP = 0
_SECURITIES = {Security.NONE: 0, Security.STARTTLS: 2, Security.SSL: 3}  # 1 is no longer valid
_PASSWORD = 1  # authentication with a plain password
_ACCOUNTS_A_CODE = 3  # as in Thunderbird's own codes; larger ones are hard to scan


def payloads(accounts: t.Sequence[Account]) -> list[str]:
    """The text of each QR code, in scanning order. They contain no password; the phone asks for it.

    Args:
        accounts: the accounts of one user.
    """
    groups = list(itertools.zip_longest(*[iter(accounts)] * _ACCOUNTS_A_CODE))
    return [
        json.dumps(
            [_FORMAT, [number, len(groups)], *(part for account in group if account for part in _account(account))],
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for number, group in enumerate(groups, start=1)
    ]


def not_expressed(account: Account) -> tuple[str, ...]:
    """What the code cannot express about an account, one sentence each."""
    if account.protocol is Protocol.POP3 and account.leave_on_server is not None:
        return ("How long mail stays on the server is set on the phone.",)
    return ()


def _account(account: Account) -> tuple[list[t.Any], list[t.Any]]:
    identity = [account.email, account.full_name or ""]
    outgoing = [[[_SMTP, *_server(account.outgoing, account.username)], identity]]
    return [_PROTOCOLS[account.protocol], *_server(account.incoming, account.username)], outgoing


def _server(server: Server, username: str) -> list[t.Any]:
    return [server.host, server.port, _SECURITIES[server.security], _PASSWORD, username]
