# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the threads of a verification import late, imported before they start.

Until 3.12, Python can show a module half made to threads that import it at the same time: its guard against deadlocks
lets one of them pass.
"""

from __future__ import annotations

from . import alternatives, other_addresses
from .findings import addresses, reachability, refusals, sessions
from .protocols import imap, pop3, sasl, smtp
from .report import suggestion

MODULES = (
    alternatives,
    other_addresses,
    addresses,
    reachability,
    refusals,
    sessions,
    imap,
    pop3,
    sasl,
    smtp,
    suggestion,
)
