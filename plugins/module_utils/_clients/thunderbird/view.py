# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The view of an account in a Thunderbird profile."""

from __future__ import annotations

from ..._model.account import Account
from ..._model.settings import Settings
from ..engine import View
from . import mapping
from .client_settings import read_back
from .lookup import find


def view(settings: Settings, account: Account) -> View:
    """The view of an account in the preferences; see ``migration.shown`` for one that replaces another."""
    ids = find(settings, account)
    if ids is None:
        return View(None)
    details = {}
    for name, key in (("sent mail", "fcc_folder"), ("drafts", "draft_folder")):
        folder = mapping.text(settings, mapping.branch("identity", ids.identity) + key)
        if folder:
            details[name] = folder
    return View(
        read_back(settings, ids),
        ids._asdict(),
        details,
        outgoing_username=mapping.text(settings, mapping.branch("smtpserver", ids.smtp) + "username"),
    )
