# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an account becomes Thunderbird's default account, and its SMTP server the default one."""

from __future__ import annotations

from ..._model.account import Account
from .indexed_settings import SMTP_SERVERS, Draft, IndexedSettings
from .lookup import DEFAULT_ACCOUNT, DEFAULT_SMTP
from .mapping import PrefIds, branch, default_account, names
from .smtp_servers import default_smtp_server, senders_by_default


def choose_default(after: Draft, ids: PrefIds, account: Account) -> None:
    """Make the account the default if that is wanted or no other can be."""
    if account.default or default_account(after) == ids.account:
        after[DEFAULT_ACCOUNT] = ids.account
    alone = after.list_of(SMTP_SERVERS).names == (ids.smtp,)
    if alone or (account.default and not _others_send_by_default(after.before, ids)):
        after[DEFAULT_SMTP] = ids.smtp


def _others_send_by_default(before: IndexedSettings, ids: PrefIds) -> bool:
    """Whether identities of other accounts rely on the current default SMTP server."""
    own = names(before, branch("account", ids.account) + "identities")
    others = senders_by_default(before).difference(own)
    return bool(default_smtp_server(before) and others)
