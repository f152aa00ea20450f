# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts that keep mail in folders of another one: all of it, or sent mail, drafts, junk."""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..._model.errors import DependedOnError
from ..._model.settings import Settings
from . import folder_references
from .indexed_settings import DEFERRED, FOLDERS, WITH_FOLDERS, IndexedSettings
from .mapping import PrefIds, branch, text


def remaining(settings: Settings, root: str | None) -> t.Sequence[str]:
    """The preferences of listed accounts that name folders below a root folder.

    Args:
        settings: all preferences.
        root: the root folder's URI; None for none.
    """
    state = IndexedSettings.of(settings)
    return [key for key in state.folder_users.get(root or "", ()) if key in state and _is_used(state, key)]


def who_keep_mail(settings: Settings, filters: t.Mapping[str, bytes], root: str) -> t.Sequence[str]:
    """The preferences and filters by which others put mail into folders below a root folder, in any spelling.

    Args:
        settings: without the account that owns the folders.
        filters: those of the other accounts, path to content.
        root: the URI of the root folder.
    """
    state, references = IndexedSettings.of(settings), folder_references.References.between(root, root)
    found = [
        key
        for key, value in state.flat().items()
        if key.startswith(WITH_FOLDERS) and key.rpartition(".")[2] in FOLDERS and isinstance(value, str)
        if references.are_in(value) and _is_used(state, key)
    ]
    texts = ((path, content.decode("utf-8", "replace")) for path, content in filters.items())
    return [*sorted(found), *(path for path, text in texts if references.are_in(text))]


def refuse_if_others_depend(before: IndexedSettings, ids: PrefIds, account: Account) -> None:
    """Refuse to remove an account whose folders hold mail of another one (global inbox).

    Raises:
        DependedOnError: there is such an account.
    """
    for server in before.owners("server", DEFERRED, ids.account):
        if any(other != ids.account for other in before.accounts_with("server", server)):
            prefix = branch("server", server)
            name = text(before, prefix + "name") or text(before, prefix + "userName") or server
            raise DependedOnError(
                "state",
                f"the account {name!r} keeps its mail in the folders of {account.email} (global inbox)",
                "give that account an inbox of its own in Thunderbird first",
            )


def _is_used(state: IndexedSettings, key: str) -> bool:
    _mail, kind, name = key.split(".")[:3]
    return bool(state.accounts_with("identities" if kind == "identity" else "server", name))
