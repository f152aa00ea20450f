# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Further identities of an account in the preferences: finds, adds, changes, removes and reorders them.

An identity that another account uses too is not changed. One created by hand is changed if the options have its
address, and never removed.
"""

from __future__ import annotations

import dataclasses

from ..._model.account import Account
from ..._model.identity import Identity
from ..._model.settings import Settings
from ..._model.text import bare_address, same_address
from ..lookup import marker
from . import mapping, signatures
from .indexed_settings import MARKER, Draft
from .lookup import allocate_ids, is_shared
from .mapping import PrefIds, branch, effective_text, enforce, names, text


def is_ours(settings: Settings, identity: str) -> bool:
    """Whether a run created an identity as a further one of an account."""
    return bool(text(settings, branch("identity", identity) + MARKER))


def configure(after: Draft, ids: PrefIds, account: Account) -> None:
    """Configure the account's identities. Its own one, ``ids.identity``, is already configured."""
    listed = branch("account", ids.account) + "identities"
    for identity in names(after, listed):
        # The account's SMTP server may be new; all our identities use it.
        if is_ours(after, identity) and not is_shared(after.before, identity, ids):
            after[branch("identity", identity) + "smtpServer"] = ids.smtp
    for wanted in account.identities:
        found = _find(after, ids, wanted.email)
        if not wanted.absent:
            _enforce(after, ids, account, wanted, found)
        elif found is not None and is_ours(after, found):
            _remove(after, listed, found)
    if account.default_identity is not None:
        _put_first(after, ids, account.default_identity)


def read_back(settings: Settings, ids: PrefIds) -> Account | None:
    """The account as stored in the preferences, with its senders; None if it is neither IMAP nor POP3."""
    found = mapping.read_back(settings, ids)
    if found is None:
        return None
    keys = list(dict.fromkeys(names(settings, branch("account", ids.account) + "identities")))
    return dataclasses.replace(
        found,
        signature=signatures.read(settings, branch("identity", ids.identity)),
        identities=tuple(_identity(settings, key) for key in keys if key != ids.identity),
        default_identity=_address(settings, keys[0]) if keys else "",
    )


def _identity(settings: Settings, key: str) -> Identity:
    prefix = branch("identity", key)
    return Identity(
        email=_address(settings, key),
        full_name=text(settings, prefix + "fullName") or None,
        reply_to=effective_text(settings, prefix, "reply_to") or None,
        organization=effective_text(settings, prefix, "organization") or None,
        signature=signatures.read(settings, prefix),
        managed=is_ours(settings, key),
    )


def _enforce(after: Draft, ids: PrefIds, account: Account, wanted: Identity, found: str | None) -> None:
    sender = account.of_identity(wanted)
    if found is None:
        key = _free_key(after)
        if sender.full_name is None:
            own = text(after, branch("identity", ids.identity) + "fullName")
            sender = dataclasses.replace(sender, full_name=account.full_name or own or None)
        prefix = branch("identity", key)
        # The folders are the account's.
        rules = [rule for rule in mapping.NEW_IDENTITY if rule.key not in {"useremail", "fullName"}]
        mapping.write(after, prefix, rules, account)
        mapping.write(after, prefix, mapping.IDENTITY, sender)
        after[prefix + "smtpServer"] = ids.smtp
        after[prefix + MARKER] = marker(account)
        after.append(branch("account", ids.account) + "identities", key)
    else:
        prefix = branch("identity", found)
        rules = [rule for rule in mapping.IDENTITY if rule.key != "useremail"]
        enforce(after, prefix, rules, sender)
    enforce(after, prefix, signatures.RULES, sender)
    signatures.mark(after, prefix, sender)


def _find(after: Draft, ids: PrefIds, address: str) -> str | None:
    """The identity with an address that this account has and no other."""
    for key in names(after, branch("account", ids.account) + "identities"):
        own = key != ids.identity and not is_shared(after.before, key, ids)
        if own and same_address(_address(after, key), address):
            return key
    return None


def _remove(after: Draft, listed: str, identity: str) -> None:
    after[listed] = ",".join(name for name in names(after, listed) if name != identity)
    prefix = branch("identity", identity)
    for key in [key for key in after if key.startswith(prefix)]:
        after.pop(key, None)


def _put_first(after: Draft, ids: PrefIds, address: str) -> None:
    listed = branch("account", ids.account) + "identities"
    keys = names(after, listed)
    first = next((key for key in keys if same_address(_address(after, key), address)), None)
    if first is not None and keys[0] != first:
        after[listed] = ",".join([first, *(key for key in keys if key != first)])


def _free_key(after: Draft) -> str:
    """A name that was never used, not even by additions to this draft."""
    number = int(allocate_ids(after.before).identity[len("id") :])
    while branch("identity", f"id{number}") + "useremail" in after:
        number += 1
    return f"id{number}"


def _address(settings: Settings, key: str) -> str:
    return bare_address(text(settings, branch("identity", key) + "useremail"))
