# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts for Thunderbird alone: signatures are read here, the module of this name does the rest."""

from __future__ import annotations

from ..plugin_utils._accounts.signature_action import SignatureAction


class ActionModule(SignatureAction):
    """The plugin."""
