# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mail clients of a host that get accounts. The documentation is in plugins/modules/mail_clients.py.

This is an action, because finding a few files needs no Python on the host: one shell command takes a seventh of the
time of the simplest module.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils._ansible import client_choice, client_registry
from ..module_utils._model.errors import MailError
from ..module_utils._model.printable import printable
from ..plugin_utils._windows.host_system import system_of


class ActionModule(ActionBase):
    """The action plugin."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """See plugins/modules/mail_clients.py."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        try:
            options = self.validate_argument_spec(dict(client_choice.CHOICE_OPTIONS))[1]  # type: ignore[no-untyped-call]
            system = system_of(self, task_vars)
            clients, is_fallback = client_choice.choose(options, system, self._installed)
        except (AnsibleActionFail, MailError) as error:
            # Before ansible-core 2.19, an exception's message was a template wherever a playbook used it. A result's
            # message never was.
            return {**result, "failed": True, "msg": printable(str(error))}
        if is_fallback:
            result["warnings"] = [client_choice.NONE_INSTALLED]
        return {**result, "changed": False, "system": system.value, "clients": clients}

    def _installed(self) -> list[str]:
        command = client_registry.detection_command(client_registry.programs())
        done = self._low_level_execute_command(command)  # type: ignore[no-untyped-call]
        if done["rc"] != 0:
            reason = done["stderr"].strip() or done["stdout"].strip()
            raise AnsibleActionFail(f"The installed mail clients cannot be detected: {printable(reason)}")
        return client_registry.detected(done["stdout"])
