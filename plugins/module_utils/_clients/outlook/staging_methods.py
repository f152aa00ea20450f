# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an account can be staged for Outlook."""

from __future__ import annotations

PRF = "prf"
AUTODISCOVER = "autodiscover"
METHODS = (PRF, AUTODISCOVER)
