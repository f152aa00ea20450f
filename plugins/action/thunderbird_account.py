# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail accounts in Thunderbird. The documentation is in plugins/modules/thunderbird_account.py.

One look at the host tells whether anything is to be done. If it is, or if the look cannot tell, the module of the same
name runs on the host.
"""

from __future__ import annotations

from ..plugin_utils._look.client_action import ClientAction


class ActionModule(ClientAction):
    """The plugin."""

    client = "thunderbird"
