# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All mail clients of a host in one task. The documentation is in plugins/modules/mail_accounts.py.

On Linux, one look at the host shows which clients need changes. The module of the same name runs on the host for these,
and for those for which this cannot be determined. On Windows, the controller does the work.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.utils.display import Display

from ..module_utils._ansible import client_choice, run_id_option
from ..module_utils._ansible.arguments import Request, argument_spec, requests
from ..module_utils._ansible.result import of_all_clients
from ..module_utils._ansible.run_all_options import OPTIONS
from ..module_utils._ansible.validate import ValidOptions, on_controller, presentable, valid_options
from ..module_utils._clients.client_entry import System
from ..module_utils._clients.outlook.client_entry import OUTLOOK
from ..module_utils._clients.seal import OPTION
from ..module_utils._model.errors import MailError, OptionError
from ..module_utils._model.printable import printable
from ..plugin_utils._accounts import module_warnings, no_accounts, signature_files, upload_option
from ..plugin_utils._compiled.host_python import HostPython
from ..plugin_utils._compiled.run_compiled import run_compiled
from ..plugin_utils._fleet_run import recorder, run_id_for_module, unreached
from ..plugin_utils._look import seal_key
from ..plugin_utils._look.decided_by_look import look
from ..plugin_utils._look.joined_result import joined
from ..plugin_utils._look.run_line import can_run, run_line
from ..plugin_utils._outlook.configure_outlook import configure_outlook
from ..plugin_utils._windows.host_system import system_of

_MODULE = "charter.mail.mail_accounts"
_SPEC = on_controller(argument_spec(**OPTIONS))
_NO_ASYNC = str(OptionError("async", "charter.mail.mail_accounts does not support it", "leave it out"))

_display = Display()


class ActionModule(HostPython):
    """The action plugin."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        raw, variables = self._task.args, task_vars or {}
        result: dict[str, t.Any]
        host = str(variables.get("inventory_hostname", "this host"))
        if self._task.async_val:  # Ansible's own check would only come with the module
            return {"failed": True, "changed": False, "msg": _NO_ASYNC}
        if no_accounts.without_accounts(raw):
            missing = no_accounts.warning(host, variables)
            return {"changed": False, "accounts": [], "clients": [], "msg": missing, "warnings": [missing]}
        try:
            with signature_files.contents(self, variables):
                raw = self._task.args
                options = valid_options(raw, _SPEC)
                params = options.params
                wanted = requests(params)  # reports invalid accounts before connecting to the host
                key = seal_key.of_host(params, host)
                if system_of(self, variables) is System.LINUX:
                    result = self._on_linux({**params, OPTION: key}, wanted, options, task_vars)
                    result = upload_option.after(result, params, lambda args: self._uploaded(args, task_vars))
                else:
                    result = self._on_windows(params, host, run_id_for_module.run_id(self, variables))
        except AnsibleConnectionFailure as error:
            return unreached.recorded(self, variables, error)
        except AnsibleError as error:
            recorder.configured(self, variables, recorder.result_of(error))
            raise
        except MailError as error:
            result = {"failed": True, "changed": False, "msg": str(error)}
        if result.get("warnings"):
            result["warnings"] = module_warnings.with_host(host, result["warnings"])
        shown = t.cast("dict[str, t.Any]", presentable(result, raw, _SPEC))
        recorder.configured(self, variables, shown)
        return shown

    def _on_linux(
        self,
        params: t.Mapping[str, t.Any],
        wanted: t.Sequence[Request],
        options: ValidOptions,
        task_vars: dict[str, t.Any] | None,
    ) -> dict[str, t.Any]:
        found = None
        if can_run(self):
            check_mode = self._task.check_mode
            found = look(params, lambda line: run_line(self, line), check_mode=check_mode, wanted=wanted)
        invocation = {"invocation": {"module_args": options.shown()}}
        if found is None:
            return {**self._changed(params, task_vars), **invocation}
        if found.to_change:
            changed = self._changed({**params, "clients": found.to_change}, task_vars)
            return {**joined(changed, found, len(wanted)), **invocation}
        return {**found.as_result(), **invocation}

    def _changed(self, params: t.Mapping[str, t.Any], task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        run = run_id_for_module.run_id(self, task_vars)
        return run_compiled(
            self, _MODULE, "configure_compiled", {"client": None}, {**params, run_id_option.NAME: run}, task_vars
        )

    def _uploaded(self, args: dict[str, t.Any], task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        found = self._execute_module(module_name=upload_option.MODULE, module_args=args, task_vars=task_vars)
        return t.cast("dict[str, t.Any]", found)

    def _on_windows(self, params: t.Mapping[str, t.Any], host: str, run: str | None) -> dict[str, t.Any]:
        names, _is_fallback = client_choice.choose(params, System.WINDOWS, list)
        warnings: dict[str, None] = {}
        result = configure_outlook(self, params, params[OUTLOOK.name], warnings.setdefault, run)
        warned = "\n".join(warnings)
        for entry in result.accounts:
            if entry.get("advice") and entry["advice"] not in warned and not result.failures:
                _display.display(printable(f"{host}, {entry['user']}: {entry['advice']}"))  # the user's next step
        answer = of_all_clients({OUTLOOK.title: result})
        return {**answer, "clients": names, "failed": bool(result.failures), "warnings": list(warnings)}
