# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outlook's entry in the registry of clients."""

from __future__ import annotations

import typing as t

from ..client_entry import ClientEntry, System
from .staging_methods import METHODS

if t.TYPE_CHECKING:
    from ..unlisted import FindUnlisted


def load_unlisted() -> FindUnlisted:
    """See ``ClientEntry``."""
    from .unlisted import unlisted

    return unlisted


OUTLOOK = ClientEntry(
    name="outlook",
    title="Outlook",
    module="charter.mail.outlook_account",
    system=System.WINDOWS,
    options={
        "mail_profile": {"type": "str"},
        "method": {"type": "list", "elements": "str", "choices": list(METHODS), "default": list(METHODS)},
    },
    load_unlisted=load_unlisted,
)
