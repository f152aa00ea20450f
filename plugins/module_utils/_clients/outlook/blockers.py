# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What prevents Outlook from creating a staged account; it is reported, never changed."""

from __future__ import annotations

import dataclasses

from ..._model.account import Account
from . import locations, registry_values
from .installations import CLASSIC
from .stored import OutlookState

_OLDEST = 16  # the oldest version with the keys in ``locations``
_OLD_NAMES = {11: "2003", 12: "2007", 14: "2010", 15: "2013"}
# Policies of Office's administrative templates, and the user's setting of the same name: 1 for a move, or days.
_MIGRATION = ("DoNewOutlookAutoMigration", "NewOutlookAutoMigrationRetryIntervals", "NewOutlookMigrationUserSetting")


@dataclasses.dataclass(frozen=True)
class Blocker:
    """Why Outlook would not create an account.

    Attributes:
        reason: a sentence.
        advice: what to do, a sentence.
    """

    reason: str
    advice: str


def obstacle(state: OutlookState, account: Account, methods: tuple[str, ...]) -> Blocker | None:
    """The first blocker of an account that Outlook does not have yet; None if nothing blocks it."""
    for found in (_exchange(state), _old_outlook(state), _new_outlook(state), _foreign_prf(state, methods)):
        if found is not None:
            return found
    if methods == ("autodiscover",):
        return foreign_xml(state, account)
    return None


def _exchange(state: OutlookState) -> Blocker | None:
    """ "Let ZeroConfigExchange automatically create the first profile" in Microsoft's support articles."""
    for root in _roots(state):
        key = root + r"\AutoDiscover"
        names = ["ZeroConfigExchange"] if state.profiles else ["ZeroConfigExchange", "ZeroConfigExchangeOnce"]
        for name in names:
            if state.number(key, name) == 1:
                return Blocker(
                    f"{name} is 1 in {key}: Outlook creates its profile for Exchange automatically and imports "
                    "nothing else.",
                    f"Find out what sets it (Group Policy?), set {name} to 0 and run again.",
                )
    return None


def _old_outlook(state: OutlookState) -> Blocker | None:
    version = state.machine.classic_version
    if version is None or version >= _OLDEST:
        return None
    name = _OLD_NAMES.get(version, f"{version}.0")
    return Blocker(
        f"This PC starts Outlook {name} (Office{version}), according to the key {CLASSIC}. It does not read what is "
        "staged, which is for Outlook 2016 and later.",
        "Install a supported Outlook and remove the old one, or set up the account by hand.",
    )


def _new_outlook(state: OutlookState) -> Blocker | None:
    reason = "The new Outlook stores its accounts at Microsoft and accepts none from this PC"
    if state.machine.new and not state.machine.classic:
        return Blocker(
            f"Only the new Outlook is installed. {reason}.",
            "Install classic Outlook (a separate download on PCs that come with Office) or another mail client.",
        )
    for root in _roots(state):
        if state.number(root + r"\Preferences", "UseNewOutlook") != 1:
            continue
        if root == locations.outlook(state.user.sid):
            return Blocker(
                f"{state.user.name} has switched to the new Outlook. {reason}.",
                "Have the user switch off New Outlook at the top right of its window, and run again.",
            )
        return Blocker(
            f"The policy UseNewOutlook is 1 in {root}\\Preferences: {state.user.name} uses the new Outlook. {reason}.",
            "Find out what sets it, set it to 0 and run again.",
        )
    return None


def migration(state: OutlookState) -> str:
    """A sentence about a prescribed move to the new Outlook, with the names of the values; empty for none."""
    found = _migrations(state)
    if not found:
        return ""
    return (
        f"{state.user.name} will be moved to the new Outlook ({'; '.join(found)}), which accepts no accounts from this "
        "PC. It is not known whether classic Outlook will still use what is staged. To keep classic Outlook, set these "
        "values to 0, and also set NewOutlookMigrationUserSetting to 0 as a policy."
    )


def other_outlook(state: OutlookState) -> str:
    """A sentence for an account in classic Outlook whose user works with, or will be moved to, the new Outlook."""
    used = [
        f"UseNewOutlook is 1 in {root}\\Preferences"
        for root in _roots(state)
        if state.number(root + r"\Preferences", "UseNewOutlook") == 1
    ]
    found = [*used, *_migrations(state)]
    if not found:
        return ""
    is_there = "uses the new Outlook" if used else "will be moved to the new Outlook"
    return (
        f"The account is in classic Outlook, but {state.user.name} {is_there} ({'; '.join(found)}), which has "
        "its own accounts. To keep classic Outlook, set these values to 0."
    )


def _migrations(state: OutlookState) -> list[str]:
    """The values that prescribe a move, as clauses."""
    return [
        f"{name} is {state.number(key, name)} in {key}"
        for root in _roots(state)
        for key in (root + r"\Options\General", root + r"\Preferences")
        for name in _MIGRATION
        if state.number(key, name) != 0
    ]


def _roots(state: OutlookState) -> tuple[str, ...]:
    """The keys with a user's Outlook settings: the user's own, then the policies, which take precedence."""
    sid = state.user.sid
    return locations.outlook(sid), locations.policies(sid), locations.cloud_policies(sid)


def _foreign_prf(state: OutlookState, methods: tuple[str, ...]) -> Blocker | None:
    if "prf" not in methods or not state.import_prf or locations.is_ours(state.import_prf):
        return None
    return Blocker(
        f"Another PRF ({state.import_prf}) is already queued for Outlook's next start, and Outlook imports only one.",
        f"Have the user start Outlook, or delete ImportPRF in {locations.setup(state.user.sid)}, and run again.",
    )


def foreign_xml(state: OutlookState, account: Account) -> Blocker | None:
    """A blocker if another's settings exist for the address's domain, or a policy forbids settings on the PC."""
    domain = account.domain
    sid = state.user.sid
    for root in (locations.cloud_policies(sid), locations.policies(sid)):
        key = root + r"\AutoDiscover"
        prefers = state.registry.value(key, registry_values.PREFER_LOCAL_XML)
        if prefers is not None and prefers.number != 1:
            return Blocker(
                f"The policy PreferLocalXML is {prefers.plain!r} in {key}: Outlook gets its settings from servers "
                "and ignores those on this PC.",
                "Find out what sets it, set it to 1 or delete it, and run again.",
            )
        value = state.registry.value(key, domain)
        if value is not None and value.text != state.path(locations.xml(domain)):
            return Blocker(
                f"A policy gives Outlook other settings for {domain}: {value.plain!r} in {key}.",
                f"Delete the value {domain} there if nobody needs it, and run again.",
            )
    key = locations.autodiscover(sid)
    value = state.registry.value(key, domain)
    if value is None or locations.is_ours(value.text or ""):
        return None
    return Blocker(
        f"Outlook already has settings for {domain} that this collection did not stage: {value.plain!r}.",
        f"Delete the value {domain} in {key} if nobody needs it, and run again.",
    )
