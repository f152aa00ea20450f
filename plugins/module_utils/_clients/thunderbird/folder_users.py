# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts keep sent mail, drafts or junk in folders of another one."""

from __future__ import annotations

import typing as t

from ..._model.settings import Settings
from .indexed_settings import IndexedSettings


def remaining(settings: Settings, root: str | None) -> t.Sequence[str]:
    """The preferences of accounts in the list that name folders below a root folder.

    Args:
        settings: all of them.
        root: its URI; None for none.
    """
    state = IndexedSettings.of(settings)
    return [key for key in state.folder_users.get(root or "", ()) if key in state and _is_used(state, key)]


def _is_used(state: IndexedSettings, key: str) -> bool:
    _mail, kind, name = key.split(".")[:3]
    return bool(state.accounts_with("identities" if kind == "identity" else "server", name))
