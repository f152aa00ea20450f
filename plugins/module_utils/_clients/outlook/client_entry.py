# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outlook's entry in the registry of clients.

It is sent to Linux hosts with the registry of clients, so it imports nothing that only the controller needs.
"""

from __future__ import annotations

from ..client_entry import ClientEntry, System
from .staging_methods import METHODS

OUTLOOK = ClientEntry(
    name="outlook",
    title="Outlook",
    module="charter.mail.outlook_account",
    system=System.WINDOWS,
    options={
        "mail_profile": {"type": "str"},
        "method": {"type": "list", "elements": "str", "choices": list(METHODS), "default": list(METHODS)},
    },
)
