# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chooses the Outlook profile for new accounts."""

from __future__ import annotations

import typing as t

from ..._model.errors import OptionError

if t.TYPE_CHECKING:
    from .stored import OutlookState

_FIRST_PROFILE = "Outlook"  # the name of the first profile that Outlook itself creates


def choose(state: OutlookState, profile: str | None) -> str:
    """The Outlook profile for accounts: the requested, staged, default, only, or a new one, in this order."""
    pending = state.record.profile if state.is_pending else ""
    if profile and pending and profile.lower() != pending.lower() and state.record.in_prf:
        raise OptionError(
            "mail_profile",
            f"accounts for the profile {pending!r} are waiting for Outlook's next start, and Outlook imports only one "
            f"PRF, which cannot be for {profile!r} as well",
            "give all accounts of a user the same profile, or have the user start Outlook in between",
        )
    chosen = profile or pending or state.default_profile
    if chosen:
        return chosen
    if len(state.profiles) > 1:
        raise OptionError(
            "mail_profile",
            f"{state.user.name} has several Outlook profiles and none is the default: {', '.join(state.profiles)}",
            "name one of them",
        )
    return state.profiles[0] if state.profiles else _FIRST_PROFILE
