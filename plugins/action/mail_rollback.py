# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoes what a run changed. The documentation is in plugins/modules/mail_rollback.py.

On Linux the module of the same name runs on the host. On Windows the controller does the work.
"""

from __future__ import annotations

import typing as t

from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

from ..module_utils._ansible.rollback import OPTIONS
from ..module_utils._clients.client_entry import System
from ..module_utils._model.errors import MailError
from ..module_utils._model.printable import printable, printable_result
from ..plugin_utils._compiled.host_python import HostPython
from ..plugin_utils._fleet_run import run_id_for_module
from ..plugin_utils._outlook.rollback_outlook import rollback_outlook
from ..plugin_utils._windows.host_system import system_of

_display = Display()


class ActionModule(HostPython, NormalAction):
    """The action plugin."""

    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """See plugins/modules/mail_rollback.py."""
        variables = task_vars or {}
        host = str(variables.get("inventory_hostname", "this host"))
        try:
            if system_of(self, variables) is System.LINUX:
                with run_id_for_module.with_run(self, variables):
                    result: dict[str, t.Any] = super().run(tmp, task_vars)  # type: ignore[no-untyped-call]
            else:
                result = self._on_windows(variables)
        except MailError as error:
            result = {"failed": True, "changed": False, "msg": printable(str(error))}
        if not self._task.no_log and not result.get("failed") and result.get("msg"):
            _display.display(printable(f"{host}: {result['msg']}"))
        return result

    def _on_windows(self, variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        options = self.validate_argument_spec(dict(OPTIONS))[1]  # type: ignore[no-untyped-call]
        warnings: dict[str, None] = {}
        done = rollback_outlook(self, options, warnings.setdefault, run_id_for_module.run_id(self, variables))
        result = {**done.as_result(), "failed": done.failed, "warnings": list(warnings)}
        return t.cast("dict[str, t.Any]", printable_result(result))
