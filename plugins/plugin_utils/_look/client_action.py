# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of a module that configures one client: it looks at the host before anything is sent.

If nothing needs to change, that is the result. Otherwise the client's files run on the host, which the controller has
compiled. The module of the same name runs for invalid options, which it reports, and for tasks in the background.
"""

from __future__ import annotations

import typing as t

from ansible.plugins.action.normal import ActionModule as NormalAction

from ...module_utils._ansible import client_registry, run_id_option
from ...module_utils._ansible.arguments import Request, argument_spec, requests
from ...module_utils._ansible.run_client import CLIENT_OPTIONS
from ...module_utils._ansible.validate import ValidOptions, on_controller, presentable, valid_options
from ...module_utils._model.errors import MailError
from ...module_utils._model.printable import printable
from .._accounts import no_accounts, signature_files
from .._compiled.host_python import HostPython
from .._compiled.run_compiled import run_compiled
from .._fleet_run import run_id_for_module
from .decided_by_look import unchanged_in
from .run_line import can_run, run_line


class ClientAction(HostPython, NormalAction):
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
                return self._configured(tmp, task_vars)
        except MailError as error:
            return {"failed": True, "changed": False, "msg": printable(str(error))}

    def _configured(self, tmp: str | None, task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        raw = self._task.args
        spec = on_controller(argument_spec(**CLIENT_OPTIONS, **client_registry.CLIENTS[self.client].options))
        valid = self._valid(spec)
        if valid is None:  # the module reports what is invalid
            with run_id_for_module.with_run(self, task_vars):
                return t.cast("dict[str, t.Any]", super().run(tmp, task_vars))  # type: ignore[no-untyped-call]
        options, wanted = valid
        found = self._unchanged(options.params, wanted)
        if found is None:
            params = {**options.params, run_id_option.NAME: run_id_for_module.run_id(self, task_vars)}
            module = f"charter.mail.{self.client}_account"
            found = run_compiled(self, module, "configure_compiled", {"client": self.client}, params, task_vars)
        shown = presentable({**found, "invocation": {"module_args": options.shown()}}, raw, spec)
        return t.cast("dict[str, t.Any]", shown)

    def _valid(self, spec: t.Mapping[str, t.Any]) -> tuple[ValidOptions, t.Sequence[Request]] | None:
        """The options and accounts; None for invalid ones, and for a task in the background, which needs the module."""
        if self._task.async_val:
            return None
        try:
            options = valid_options(self._task.args, spec)
            return options, requests(options.params)
        except MailError:
            return None

    def _unchanged(self, params: t.Mapping[str, t.Any], wanted: t.Sequence[Request]) -> dict[str, t.Any] | None:
        if not can_run(self):
            return None
        try:
            return unchanged_in(
                self.client, params, wanted, lambda line: run_line(self, line), check_mode=self._task.check_mode
            )
        except MailError:
            return None
