# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test of mail accounts: by the module on a Linux host, and on the controller for a Windows host."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

from ..module_utils._ansible import client_registry, run_verify
from ..module_utils._ansible.arguments import Request, argument_spec
from ..module_utils._ansible.from_client import Inspection, inspect
from ..module_utils._ansible.validate import validated, without_secrets
from ..module_utils._clients.entry import System
from ..module_utils._clients.outlook.client import Outlook
from ..module_utils._clients.outlook.entry import OUTLOOK
from ..module_utils._clients.outlook.staging import METHODS
from ..module_utils._model.errors import HostError, MailError
from ..plugin_utils._verify_from_pc import from_pc
from ..plugin_utils._verify_from_pc.run_curl import CurlRun, run_curl
from ..plugin_utils._windows.host_system import system_of
from ..plugin_utils._windows.pc import WindowsPc, user_of
from ..plugin_utils._windows.task_connection import TaskConnection

if t.TYPE_CHECKING:
    from ..module_utils._model.account import Account
    from ..module_utils._verify.login import Logins
    from ..module_utils._verify.login_limit import LoginLimit
    from ..module_utils._verify.report.account_report import AccountReport
    from ..plugin_utils._verify_from_pc.curl_config import CurlTest

_CLIENT_OPTIONS: t.Mapping[str, t.Any] = {
    # Outlook is the only client on Windows: in a mixed office, a choice made for Linux hosts means it, too.
    "from_client": {"type": "str", "choices": client_registry.names()},
    "location": {"type": "str", "default": "auto"},  # for other clients
}
_WHERE = "Tested from the controller, not from the PC itself."
_NO_PC, _SIGN_IN = "none", "sign_in"

_display = Display()


class ActionModule(NormalAction):
    """Windows has no Python to run the module, so the controller tests, and the PC as far as its own curl.exe can."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        raw = self._task.args
        try:
            if system_of(self, task_vars) is System.LINUX:
                done: dict[str, t.Any] = super().run(tmp, task_vars)  # type: ignore[no-untyped-call]
                return done
            params = validated(raw, argument_spec(**run_verify.OPTIONS, **_CLIENT_OPTIONS))
            result = self._verify(params)
        except MailError as error:
            result = {"failed": True, "msg": str(error)}
        return t.cast("dict[str, t.Any]", without_secrets({"changed": False, **result}, raw))

    def _verify(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        by_pc = params["from_pc"] != _NO_PC
        with contextlib.ExitStack() as stack:
            inspect_clients = None
            if params["from_client"]:
                pc = WindowsPc(stack.enter_context(TaskConnection.open(self)))

                def inspect_clients(wanted: t.Sequence[Request]) -> list[Inspection]:
                    return [_inspect(pc, request) for request in wanted]

            def from_second_host(
                accounts: t.Sequence[Account],
                logins: t.Sequence[Logins],
                reports: t.Sequence[AccountReport],
                login_limit: LoginLimit,
            ) -> list[AccountReport]:
                return from_pc.add(
                    self._run_tests,
                    accounts,
                    logins,
                    reports,
                    sign_in=params["from_pc"] == _SIGN_IN,
                    login_limit=login_limit,
                    seconds=params["timeout"],
                )

            verdict = run_verify.verify_all(
                params, inspect_clients, from_second_host if by_pc else None, check_mode=self._task.check_mode
            )
        for warning in verdict.warnings:
            _display.warning(warning)
        result = dict(verdict.result)
        if result["accounts"] and not by_pc:
            result["accounts"] = [{**one, "summary": f"{one['summary']} {_WHERE}"} for one in result["accounts"]]
            result["msg"] = f"{result['msg']} {_WHERE}"
        return {**result, "checked_from": _checked_from(result["accounts"]), "failed": verdict.failed}

    def _run_tests(self, tests: t.Sequence[CurlTest], seconds: float) -> CurlRun:
        """Run the tests on the PC. If it is not reached, the results from the controller still count.

        Raises:
            HostError: the PC did not run them.
        """
        try:
            with TaskConnection.open(self) as connection:
                return run_curl(WindowsPc(connection), tests, seconds)
        except AnsibleError as error:
            reason = " ".join(str(error).split())
            raise HostError("the PC", f"it cannot be reached ({reason})", "check Ansible's connection to it") from error


def _checked_from(accounts: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    by_pc = (check for one in accounts for check in one["checks"] if check.get("checked_from") == from_pc.PC)
    return "both" if any(check["status"] != "skipped" for check in by_pc) else from_pc.CONTROLLER


def _inspect(pc: WindowsPc, request: Request) -> Inspection:
    user = user_of(pc, request.account)
    return inspect(OUTLOOK, lambda _request: contextlib.nullcontext(Outlook(pc, pc.machine(), user, METHODS)), request)
