# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which identity of an account is changed, and where a new one is added beside it."""

from __future__ import annotations

from ..._model.account import Account
from . import further_identities, mapping
from .indexed_settings import SMTP_SERVERS, Draft, IndexedSettings
from .lookup import allocate_ids, is_shared
from .mapping import PrefIds, branch, is_as_wanted, names, text
from .smtp_servers import identities_naming
from .user_choice import is_foreign, is_usable


def own_identity(after: Draft, ids: PrefIds, account: Account) -> PrefIds:
    """The ids with the account's own identity: the existing one, or a new one beside it.

    The user's own identities, and those of other accounts, do not change.
    """
    before = after.before
    if ids.identity and not is_foreign(before, ids.identity, account) and not _would_change(before, ids, account):
        sharing = {name for name in identities_naming(before, ids.smtp) if not further_identities.is_ours(before, name)}
        sharing -= {ids.identity}
        return ids if not sharing or is_usable(before, ids.smtp, ids, account) else ids._replace(smtp="")
    keys = names(before, branch("account", ids.account) + "identities")
    smtp_servers = (text(before, branch("identity", name) + "smtpServer") for name in keys)
    usable = (name for name in smtp_servers if name and is_usable(before, name, ids, account))
    new = allocate_ids(after.before).identity
    after.append(branch("account", ids.account) + "identities", new)
    mapping.write(after, branch("identity", new), (*mapping.IDENTITY, *mapping.NEW_IDENTITY), account)
    return ids._replace(identity=new, smtp=next(usable, ""))


def _would_change(before: IndexedSettings, ids: PrefIds, account: Account) -> bool:
    """Whether an identity that another account has, too, would change with the account."""
    if not is_shared(before, ids.identity, ids):
        return False
    prefixes = (branch("identity", ids.identity), mapping.IDENTITY), (branch("smtpserver", ids.smtp), mapping.SMTP)
    listed = ids.smtp in before.list_of(SMTP_SERVERS).positions
    return not listed or not all(is_as_wanted(before, prefix, rules, account) for prefix, rules in prefixes)
