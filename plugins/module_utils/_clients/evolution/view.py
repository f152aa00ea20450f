# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account as stored in Evolution's sources."""

from __future__ import annotations

from ..._model.account import Account
from ..engine import View
from . import default_account, mapping, user_choice
from .aliases import NOT_HELD
from .lookup import find
from .sources import MAIL_SUBMISSION
from .stored import EvolutionState
from .stored_senders import read_back


def view(state: EvolutionState, account: Account) -> View:
    """See ``Client``; replaced accounts are left out."""
    ids = find(state.sources, account)
    if ids is None:
        return View(None)
    # The default account is only looked up when it matters.
    default = account.default and state.default(default_account.ACCOUNT) == ids.account
    shown = {
        "sent mail": state.sources.text(ids.identity, MAIL_SUBMISSION, "SentFolder"),
        "drafts": state.sources.text(ids.identity, mapping.MAIL_COMPOSITION, "DraftsFolder"),
    }
    return View(
        read_back(state.sources, ids, state.signature if account.signature else None, default=default),
        ids._asdict(),
        {name: value for name, value in shown.items() if value},
        outgoing_username=mapping.outgoing_username(state.sources, ids),
        kept=user_choice.kept(state.sources, ids.identity, account) | NOT_HELD,
    )
