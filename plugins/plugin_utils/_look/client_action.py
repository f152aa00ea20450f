# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of a module that configures one client: it looks at the host before the module of the same name runs.

If nothing needs to change, that is the result and the module is not sent. The module reports any problem with the
options or the host.
"""

from __future__ import annotations

import typing as t

from ansible.plugins.action.normal import ActionModule as NormalAction

from ...module_utils._ansible import client_registry
from ...module_utils._ansible.arguments import argument_spec
from ...module_utils._ansible.run_client import CLIENT_OPTIONS
from ...module_utils._ansible.validate import presentable, valid_options
from ...module_utils._model.errors import MailError
from ...module_utils._model.printable import printable
from .._accounts import no_accounts, signature_files
from .._fleet_run import run_id_for_module
from .decided_by_look import unchanged_in
from .run_line import can_run, run_line


class ClientAction(NormalAction):
    """Base class of the action plugins.

    Attributes:
        client: the client's name.
    """

    client: t.ClassVar[str]

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        given = self._task.args
        if "accounts" in given and no_accounts.without_accounts(given):
            host = str((task_vars or {}).get("inventory_hostname", "this host"))
            missing = no_accounts.warning_of_task(host)
            return {"changed": False, "accounts": [], "backup_files": [], "msg": missing, "warnings": [missing]}
        try:
            with signature_files.contents(self, task_vars or {}):
                result = self._unchanged()
                if result is None:
                    with run_id_for_module.with_run(self, task_vars):
                        result = super().run(tmp, task_vars)  # type: ignore[no-untyped-call]
        except MailError as error:
            result = {"failed": True, "changed": False, "msg": printable(str(error))}
        return t.cast("dict[str, t.Any]", result)

    def _unchanged(self) -> dict[str, t.Any] | None:
        if not can_run(self):
            return None
        raw = self._task.args
        spec = argument_spec(**CLIENT_OPTIONS, **client_registry.CLIENTS[self.client].options)
        try:
            options = valid_options(raw, spec)
            found = unchanged_in(
                self.client, options.params, lambda line: run_line(self, line), check_mode=self._task.check_mode
            )
        except MailError:
            return None
        if found is None:
            return None
        return t.cast(
            "dict[str, t.Any]", presentable({**found, "invocation": {"module_args": options.shown()}}, raw, spec)
        )
