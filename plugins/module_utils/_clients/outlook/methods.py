# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an account can be staged for Outlook."""

from __future__ import annotations

PRF = "prf"
AUTODISCOVER = "autodiscover"
METHODS = (PRF, AUTODISCOVER)
