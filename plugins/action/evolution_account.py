# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail accounts in Evolution. The documentation is in plugins/modules/evolution_account.py.

One look at the host shows whether anything needs to change. If so, or if this cannot be determined, the module of the
same name runs on the host.
"""

from __future__ import annotations

from ..plugin_utils._look.client_action import ClientAction


class ActionModule(ClientAction):
    """The action plugin."""

    client = "evolution"
