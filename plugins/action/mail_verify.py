# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests mail accounts: on a Linux host itself, and on the controller for a Windows host."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible import constants
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

from ..module_utils._ansible import from_client_options, run_verify, shared_limit_option
from ..module_utils._ansible.arguments import Request, argument_spec
from ..module_utils._ansible.each_signature import with_names_of_files
from ..module_utils._ansible.from_client import Inspection, inspect
from ..module_utils._ansible.validate import on_controller, presentable, valid_options, validated
from ..module_utils._clients.client_entry import System
from ..module_utils._clients.outlook.client import Outlook
from ..module_utils._clients.outlook.client_entry import OUTLOOK
from ..module_utils._clients.outlook.staging_methods import METHODS
from ..module_utils._model.errors import HostError, MailError
from ..module_utils._model.printable import printable
from ..plugin_utils._accounts import no_accounts, signature_files
from ..plugin_utils._compiled.host_python import HostPython
from ..plugin_utils._compiled.run_compiled import run_compiled
from ..plugin_utils._fleet_run import recorder, unreached
from ..plugin_utils._fleet_run.run_folder import run_folder
from ..plugin_utils._verify_from_pc import from_pc
from ..plugin_utils._verify_from_pc.run_curl import CurlRun, run_curl
from ..plugin_utils._verify_run import jitter
from ..plugin_utils._verify_run.shared_sign_in_limit import SharedSignInLimit
from ..plugin_utils._verify_run.sign_ins_file import SignInsFile
from ..plugin_utils._windows.host_system import system_of
from ..plugin_utils._windows.pc import WindowsPc
from ..plugin_utils._windows.task_connection import TaskConnection
from ..plugin_utils._windows.user_of_account import require_user, user_of

if t.TYPE_CHECKING:
    from ..module_utils._model.account import Account
    from ..module_utils._verify.login import Logins
    from ..module_utils._verify.login_limit import LoginLimit
    from ..module_utils._verify.report.account_report import AccountReport
    from ..plugin_utils._verify_from_pc.curl_config import CurlTest

_CLIENT_OPTIONS: t.Mapping[str, t.Any] = {
    # Outlook is the only client on Windows, so a choice made for Linux hosts also means Outlook there.
    "from_client": from_client_options.options()["from_client"],
    "location": {"type": "str", "default": "auto"},  # for other clients
}
_SPEC = argument_spec(**run_verify.OPTIONS, **_CLIENT_OPTIONS)
_ON_LINUX = on_controller(argument_spec(**run_verify.OPTIONS, **from_client_options.options()))
_MODULE = "charter.mail.mail_verify"
_WHERE = "Tested from the controller, not from the PC itself."
_NO_PC, _SIGN_IN = "none", "sign_in"
_PATIENCE = 30.0  # seconds that Ansible needs for a task on another host, in addition to the tests

_FOR_PROGRAMS = ("json", "jsonl")  # callbacks with output for programs: nothing may be added to it

_QUIET_VARIABLE = "charter_mail_quiet"  # set by a playbook that ends with a summary

_display = Display()


@dataclasses.dataclass
class _Shared:
    """Data that a task gets from and gives to other hosts of the run.

    Attributes:
        entries: entries of the option ``shared_limit_option.OPTION``.
        result: the task's result.
    """

    entries: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    result: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


class ActionModule(HostPython, NormalAction):
    """Tests from the Linux host or, for Windows, from the controller and from the PC with its curl.exe."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        raw = {name: value for name, value in self._task.args.items() if name != shared_limit_option.NAME}
        host = str((task_vars or {}).get("inventory_hostname", "this host"))
        if no_accounts.without_accounts(raw):
            missing = no_accounts.warning(host, task_vars or {})
            recorder.verified(self, task_vars or {}, {"accounts": []})
            return {"changed": False, "accounts": [], "found": [], "msg": missing, "warnings": [missing]}
        variables = task_vars or {}
        try:
            raw = self._with_signatures(raw, variables)
            jitter.wait(self._templar.template(variables.get(jitter.VARIABLE)))
            if system_of(self, task_vars) is System.LINUX:
                return self._shown(host, self._on_linux(raw, tmp, variables), variables)
            params = validated(raw, _SPEC)
            with self._shared_limit(params, task_vars or {}) as shared:
                all_checks = {"checks": run_verify.ALL_CHECKS}  # for the shared limit
                result = self._verify({**params, **all_checks, shared_limit_option.NAME: _complete(shared.entries)})
                shared.result = result
            recorder.verified(self, variables, presentable(result, raw, _SPEC))
            result = {**result, "accounts": run_verify.returned(result["accounts"], params["checks"])}
        except AnsibleConnectionFailure as error:
            return unreached.recorded(self, variables, error)
        except AnsibleError as error:
            result = recorder.result_of(error)  # not raised, so that the playbook can report before it fails
            recorder.verified(self, variables, result)
            return result
        except MailError as error:
            result = {"failed": True, "msg": str(error)}
            recorder.verified(self, variables, presentable(result, raw, _SPEC))
        shown = t.cast("dict[str, t.Any]", presentable({"changed": False, **result}, raw, _SPEC))
        return self._shown(host, shown, variables)

    def _with_signatures(self, raw: dict[str, t.Any], variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """The options, with signature contents if those of a client are compared with them."""
        if not raw.get("from_client"):
            return with_names_of_files(raw)
        return signature_files.expanded(self, raw, variables)

    def _on_linux(self, raw: dict[str, t.Any], tmp: str | None, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Verify from the host. The module reports invalid options, and runs for tasks in the background."""
        options = None
        if not self._task.async_val:
            with contextlib.suppress(MailError):
                options = valid_options(raw, _ON_LINUX)
        if options is None:
            done = self._by_module(raw, tmp, task_vars)
            recorder.verified(self, task_vars, presentable(done, raw, _SPEC))
            return done
        params = options.params
        with self._shared_limit(params, task_vars) as shared:
            entries = _complete(shared.entries)
            all_checks = {"checks": run_verify.ALL_CHECKS}  # for the shared limit
            done = run_compiled(
                self,
                _MODULE,
                "verify_compiled" if params["from_client"] is None else "verify_client_compiled",
                {},
                {**params, **all_checks, **({shared_limit_option.NAME: entries} if entries else {})},
                task_vars,
            )
            shared.result = done
        done = t.cast("dict[str, t.Any]", presentable(done, raw, _SPEC))
        recorder.verified(self, task_vars, done)
        if "accounts" in done:
            done["accounts"] = run_verify.returned(done["accounts"], params["checks"])
        return {**done, "invocation": {"module_args": options.shown()}}

    def _by_module(self, raw: dict[str, t.Any], tmp: str | None, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        given = self._task.args
        self._task.args = raw
        try:
            return t.cast("dict[str, t.Any]", super().run(tmp, task_vars))  # type: ignore[no-untyped-call]
        finally:
            self._task.args = given  # a retry of the task starts from them

    @contextlib.contextmanager
    def _shared_limit(self, params: dict[str, t.Any] | None, task_vars: t.Mapping[str, t.Any]) -> t.Iterator[_Shared]:
        """Use what other hosts of the run found out, and share what this task finds out."""
        shared = _Shared()
        planned: list[shared_limit_option.PlannedSignIn] = []
        if params is not None:
            with contextlib.suppress(MailError):  # the task itself reports it
                planned = shared_limit_option.planned(params)
        if params is None or not planned:
            yield shared
            return
        host = str(self._task.delegate_to or task_vars.get("inventory_hostname") or "this host")
        patience = _PATIENCE + 3 * params["timeout"] + params["round_trip"] * params["round_trip_timeout"]
        try:
            limit = SharedSignInLimit(SignInsFile(run_folder(self)), host, planned, params["attempts"], patience)
            shared.entries = limit.begin()
        except OSError as error:
            raise MailError(
                f"The limit on sign-ins cannot be shared with other hosts ({error}). Make Ansible's local_tmp writable."
            ) from error
        try:
            if limit.released:  # otherwise all hosts that waited for the same host would start at once
                jitter.wait(self._templar.template(task_vars.get(jitter.VARIABLE)))
            yield shared
        finally:
            limit.end(shared.result)

    def _verify(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        by_pc = params["from_pc"] != _NO_PC
        with contextlib.ExitStack() as stack:
            inspect_clients = None
            if params["from_client"]:
                pc = WindowsPc(stack.enter_context(TaskConnection.open(self)))

                def inspect_clients(wanted: t.Sequence[Request]) -> list[Inspection]:
                    for request in wanted:
                        require_user(request.account)
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
            _display.warning(printable(warning))
        result = dict(verdict.result)
        if result["accounts"] and not by_pc:
            result["accounts"] = [{**one, "summary": f"{one['summary']} {_WHERE}"} for one in result["accounts"]]
            result["msg"] = f"{result['msg']} {_WHERE}"
        if not by_pc or not result["accounts"]:
            result["network"] = []  # it would be the controller's, not the PC's
        return {**result, "checked_from": _checked_from(result["accounts"]), "failed": verdict.failed}

    def _shown(self, host: str, result: dict[str, t.Any], task_vars: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The result. Also displays a line for each working account, since Ansible shows no successful result."""
        quiet = self._task.no_log or self._templar.template(task_vars.get(_QUIET_VARIABLE))
        if not quiet and not str(constants.DEFAULT_STDOUT_CALLBACK).endswith(_FOR_PROGRAMS):  # type: ignore[attr-defined]
            for account in result.get("accounts", ()):
                if account.get("ok"):
                    _display.display(f"{host}: {account['summary']}")
        return result

    def _run_tests(self, tests: t.Sequence[CurlTest], seconds: float) -> CurlRun:
        """Run the tests on the PC. If it is unreachable, the results from the controller still count.

        Raises:
            HostError: the tests did not run on the PC.
        """
        try:
            with TaskConnection.open(self) as connection:
                return run_curl(WindowsPc(connection), tests, seconds)
        except AnsibleError as error:
            reason = " ".join(str(error).split())
            raise HostError("the PC", f"it cannot be reached ({reason})", "check Ansible's connection to it") from error


def _complete(entries: t.Sequence[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """The entries as after validation: missing options are None."""
    names = shared_limit_option.OPTION[shared_limit_option.NAME]["options"]
    return [{name: entry.get(name) for name in names} for entry in entries]


def _checked_from(accounts: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    by_pc = (check for one in accounts for check in one["checks"] if check.get("checked_from") == from_pc.PC)
    return "both" if any(check["status"] != "skipped" for check in by_pc) else from_pc.CONTROLLER


def _inspect(pc: WindowsPc, request: Request) -> Inspection:
    def opened(_request: Request) -> t.ContextManager[Outlook]:
        user = user_of(pc, request.account)
        return contextlib.nullcontext(Outlook(pc, pc.machine(), user, METHODS))

    return inspect(OUTLOOK, opened, request, _display.vvv, (AnsibleError,))
