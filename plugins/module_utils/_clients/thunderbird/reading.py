# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an account back from a profile, including stored passwords."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._model.account import Account
from ..._model.differences import as_spelled
from ..._model.errors import DamagedFileError, PasswordStoreError
from ..._model.settings import Change, Settings
from ..stored_account import LeftAlone, StoredAccount, StoredLogin
from . import client_settings, configure, mapping, user_choice
from .differences import preference_changes
from .indexed_settings import IndexedSettings
from .lookup import find
from .mapping import PrefIds

if t.TYPE_CHECKING:
    from .password_store.choice import ProfilePasswordStore


def account(
    settings: Settings,
    passwords: ProfilePasswordStore,
    wanted: Account,
    as_root: t.Callable[[], t.ContextManager[None]],
) -> StoredAccount | None:
    """The stored account; None if it is not there.

    Args:
        settings: the preferences.
        passwords: the password store.
        wanted: the wanted account.
        as_root: see ``Thunderbird``.
    """
    ids = find(settings, wanted)
    found = None if ids is None else client_settings.read_back(settings, ids)
    if ids is None or found is None:
        return None
    incoming, outgoing = configure.logins(settings, ids)
    try:
        stored = [passwords.stored(login.origin, login.username) for login in (incoming, outgoing)]
        locked = ""
    except (PasswordStoreError, DamagedFileError) as error:
        # The rest of the message is for storing a password.
        stored, locked = [None, None], str(error).partition("; nothing was changed")[0]
    methods = [
        user_choice.passwordless(settings, mapping.branch(*server))
        for server in (("server", ids.server), ("smtpserver", ids.smtp))
    ]
    chosen = user_choice.chosen(settings, wanted)
    return StoredAccount(
        account=found,
        incoming=StoredLogin(incoming.username, stored[0], methods[0]),
        outgoing=StoredLogin(outgoing.username, stored[1], methods[1]),
        locked=locked,
        others=() if chosen else _others(settings, ids, as_spelled(wanted, found), as_root),
        left_alone=LeftAlone(chosen) if chosen else None,
    )


def _others(
    settings: Settings, ids: PrefIds, wanted: Account, as_root: t.Callable[[], t.ContextManager[None]]
) -> tuple[Change, ...]:
    """Settings such as authMethod that would change if the account were configured now."""
    # The properties of its senders are compared only by meaning.
    wanted = dataclasses.replace(wanted, signature=None, identities=(), default_identity=None)
    after, wanted_ids = configure.present(IndexedSettings.of(settings), wanted, as_root)
    if wanted_ids.identity != ids.identity:  # it has none, or only the user's own
        identities = mapping.branch("account", ids.account) + "identities"
        return (Change(identities, settings.get(identities), "an identity with this address"),)
    if wanted_ids != ids:  # it has none, or one that others use
        smtp = mapping.branch("identity", ids.identity) + "smtpServer"
        return (Change(smtp, settings.get(smtp), "an SMTP server of its own"),)
    return tuple(change for change in preference_changes(settings, after) if change.significant)
