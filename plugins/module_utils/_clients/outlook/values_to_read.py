# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values of a user's registry are read. Passwords never are."""

from __future__ import annotations

from ..._windows.registry import ByName, fold
from .reading import ACCOUNTS, MAIL_ORDER, SIGNATURES

# The values that are read of an account. Those whose names end in "Password" are never read.
_NEEDED = ByName(
    (name, None)
    for name in (
        *("clsid", "Service Name", "Account Name", "Email", "Display Name", "Leave on Server", MAIL_ORDER),
        *SIGNATURES,
        *(
            f"{prefix} {name}"
            for prefix in ("IMAP", "POP3", "SMTP")
            for name in ("Server", "User", "Port", "Use SSL", "Use SPA", "Use Auth", "Auth Method", "Secure Connection")
        ),
    )
)
# Outlook's keys whose values are all read, besides the default profile and the accounts.
_NEEDED_KEYS = tuple(
    fold("\\16.0\\Outlook\\" + key) for key in ("Setup", "AutoDiscover", "Preferences", "Options\\General")
)

# The keys outside Outlook's own from which values are read, and those values.
_NEEDED_ELSEWHERE = {
    "\\16.0\\COMMON\\MAILSETTINGS": ("NEWSIGNATURE", "REPLYSIGNATURE"),
    "\\16.0\\COMMON\\GENERAL": ("SIGNATURES",),
    "\\EXPLORER\\USER SHELL FOLDERS": ("APPDATA",),
}


def is_needed(key: str, name: str) -> bool:
    """Whether a value in a user's part of the registry is read. Passwords, which Windows encrypts, are never read.

    Args:
        key: the whole path of its key, below Outlook's own key, its policies or our record.
        name: the value's name.
    """
    key, name = fold(key), fold(name)
    if name.endswith("PASSWORD"):
        return False
    _root, profiles_key, below = key.partition("\\16.0\\OUTLOOK\\PROFILES\\")
    if profiles_key:
        return fold(ACCOUNTS) in below and name in _NEEDED
    for ending, needed in _NEEDED_ELSEWHERE.items():
        if key.endswith(ending):
            return name in needed
    if not key.endswith("\\16.0\\OUTLOOK"):
        return key.endswith(_NEEDED_KEYS) or "\\POLICIES\\" in key or "\\16.0\\OUTLOOK" not in key
    return name == "DEFAULTPROFILE" or "\\POLICIES\\" in key
