# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account read back out of Evolution, stored passwords included."""

from __future__ import annotations

from ..._model.account import Account
from ..._model.settings import Change
from ..stored_account import StoredAccount, StoredLogin
from . import configure, mapping
from .differences import source_changes
from .lookup import find
from .mapping import POP_BACKEND
from .sources import (
    AUTHENTICATION,
    MAIL_ACCOUNT,
    MAIL_IDENTITY,
    MAIL_SUBMISSION,
    MARKER_GROUP,
    MARKER_KEY,
    SourceIds,
    Sources,
)
from .stored import EvolutionState

# What an Account names, below the source: not told a second time.
_NAMED = (
    *(f"{AUTHENTICATION}/{key}" for key in ("Host", "Port", "User")),
    f"{mapping.SECURITY}/Method",
    *(f"{MAIL_IDENTITY}/{key}" for key in ("Address", "Name")),
    *(f"{POP_BACKEND}/{key}" for key in ("KeepOnServer", "DeleteAfterDays")),
    f"{MARKER_GROUP}/{MARKER_KEY}",
)


def account(state: EvolutionState, wanted: Account) -> StoredAccount | None:
    """The account as it stands; None where it is not there.

    Raises:
        OptionError: another program keeps the account, or several could be meant.
    """
    ids = find(state.sources, wanted)
    found = None if ids is None else mapping.read_back(state.sources, ids)
    if ids is None or found is None:
        return None
    passwords = state.passwords.value
    incoming, outgoing = passwords.anywhere(ids.account), passwords.anywhere(ids.transport)
    return StoredAccount(
        account=found,
        incoming=StoredLogin(found.username, incoming),
        outgoing=StoredLogin(_sending_login(state.sources, ids), outgoing),
        locked="" if incoming or outgoing else passwords.problem,
        others=_others(state.sources, ids, wanted),
    )


def _sending_login(sources: Sources, ids: SourceIds) -> str:
    """The login for sending; empty where Evolution would not sign in."""
    method = sources.text(ids.transport, AUTHENTICATION, "Method")
    return "" if method in {"", "none"} else sources.text(ids.transport, AUTHENTICATION, "User")


def _others(sources: Sources, ids: SourceIds, wanted: Account) -> tuple[Change, ...]:
    """Settings such as the method of signing in that would change if the account were configured now."""
    after, wanted_ids = configure.present(sources, wanted)
    if wanted_ids.identity != ids.identity:  # it has none, or one that others use
        return (Change(f"{ids.account}/{MAIL_ACCOUNT}/IdentityUid", ids.identity, "an identity of its own"),)
    if wanted_ids.transport != ids.transport:
        return (Change(f"{ids.identity}/{MAIL_SUBMISSION}/TransportUid", ids.transport, "a transport of its own"),)
    return tuple(change for change in source_changes(sources, after) if change.key.partition("/")[2] not in _NAMED)
