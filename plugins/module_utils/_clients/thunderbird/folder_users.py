# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts keep sent mail, drafts or junk in folders of another one."""

from __future__ import annotations

import typing as t

from ..._model.settings import Settings
from . import folder_references
from .indexed_settings import FOLDERS, WITH_FOLDERS, IndexedSettings


def remaining(settings: Settings, root: str | None) -> t.Sequence[str]:
    """The preferences of accounts in the list that name folders below a root folder.

    Args:
        settings: all of them.
        root: its URI; None for none.
    """
    state = IndexedSettings.of(settings)
    return [key for key in state.folder_users.get(root or "", ()) if key in state and _is_used(state, key)]


def who_keep_mail(settings: Settings, filters: t.Mapping[str, bytes], root: str) -> t.Sequence[str]:
    """The preferences and filters by which others have mail put into folders below a root folder, however they name it.

    Args:
        settings: without the account that the folders belong to.
        filters: of the other accounts, path to content.
        root: the URI of the root folder.
    """
    state, references = IndexedSettings.of(settings), folder_references.References.between(root, root)
    found = [
        key
        for key, value in state.flat().items()
        if key.startswith(WITH_FOLDERS) and key.rpartition(".")[2] in FOLDERS and isinstance(value, str)
        if references.left_in(value) and _is_used(state, key)
    ]
    texts = ((path, content.decode("utf-8", "replace")) for path, content in filters.items())
    return [*sorted(found), *(path for path, text in texts if references.left_in(text))]


def _is_used(state: IndexedSettings, key: str) -> bool:
    _mail, kind, name = key.split(".")[:3]
    return bool(state.accounts_with("identities" if kind == "identity" else "server", name))
