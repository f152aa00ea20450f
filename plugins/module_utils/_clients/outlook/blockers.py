# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps Outlook from making an account of what is staged: it is told, never changed."""

from __future__ import annotations

import dataclasses

from ..._model.account import Account
from . import locations
from .stored import OutlookState


@dataclasses.dataclass(frozen=True)
class Blocker:
    """Why nothing would come of it.

    Attributes:
        reason: a sentence.
        advice: what to do, a sentence.
    """

    reason: str
    advice: str


def obstacle(state: OutlookState, account: Account, methods: tuple[str, ...]) -> Blocker | None:
    """The first thing that is in the way of an account that Outlook does not have yet; None for a free way."""
    for found in (_exchange(state), _new_outlook(state), _foreign_prf(state, methods)):
        if found is not None:
            return found
    if methods == ("autodiscover",):
        return foreign_xml(state, account)
    return None


def _exchange(state: OutlookState) -> Blocker | None:
    """ "Let ZeroConfigExchange automatically create the first profile" in Microsoft's support articles."""
    sid = state.person.sid
    for root in (locations.outlook(sid), locations.policies(sid)):
        key = root + r"\AutoDiscover"
        names = ["ZeroConfigExchange"] if state.profiles else ["ZeroConfigExchange", "ZeroConfigExchangeOnce"]
        for name in names:
            if state.number(key, name) == 1:
                return Blocker(
                    f"{name} is 1 in {key}: Outlook makes its profile for Exchange by itself and takes nothing else.",
                    f"See who has set it (group policy?), set {name} to 0 and run again.",
                )
    return None


def _new_outlook(state: OutlookState) -> Blocker | None:
    reason = "The new Outlook keeps its accounts at Microsoft and takes none from this PC"
    if state.machine.new and not state.machine.classic:
        return Blocker(
            f"Only the new Outlook is installed. {reason}.",
            "Install classic Outlook (it comes with Microsoft 365 Apps and Office) or another mail client.",
        )
    if state.number(locations.outlook(state.person.sid) + r"\Preferences", "UseNewOutlook") == 1:
        return Blocker(
            f"{state.person.name} has changed to the new Outlook. {reason}.",
            "Have the person switch off New Outlook at the top right of its window, and run again.",
        )
    return None


def _foreign_prf(state: OutlookState, methods: tuple[str, ...]) -> Blocker | None:
    if "prf" not in methods or not state.import_prf or state.is_pending:
        return None
    return Blocker(
        f"Outlook is to import {state.import_prf} at its next start, which is not ours, and it imports only one.",
        f"Have Outlook started, or delete ImportPRF in {locations.setup(state.person.sid)}, and run again.",
    )


def foreign_xml(state: OutlookState, account: Account) -> Blocker | None:
    """Somebody else's settings for the domain of the address."""
    domain = account.email.rpartition("@")[2]
    key = locations.autodiscover(state.person.sid)
    value = state.registry.value(key, domain)
    if value is None or value.text == state.path(locations.xml(domain)):
        return None
    return Blocker(
        f"Outlook has settings for {domain} already, which are not ours: {value.plain!r}.",
        f"Delete the value {domain} in {key} if nobody needs it, and run again.",
    )
