# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How accounts differ from the wanted ones. The documentation is in plugins/modules/mail_drift.py.

On Linux the module of the same name runs on the host. On Windows the controller reads the registry.
"""

from __future__ import annotations

import contextlib
import typing as t

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

from ..module_utils._ansible.arguments import argument_spec, requests
from ..module_utils._ansible.drift import OPTIONS, Drift, DriftResult, without_ignored
from ..module_utils._ansible.run_client import UserAccounts, grouped
from ..module_utils._ansible.validate import presentable, validated
from ..module_utils._clients.client import Client
from ..module_utils._clients.client_entry import System
from ..module_utils._clients.outlook import listing
from ..module_utils._clients.outlook.client import Outlook
from ..module_utils._clients.outlook.client_entry import OUTLOOK
from ..module_utils._clients.outlook.staging_methods import METHODS
from ..module_utils._clients.outlook.status import OutlookStatus
from ..module_utils._model.account import Account, State
from ..module_utils._model.errors import MailError
from ..module_utils._model.printable import printable
from ..module_utils._windows.users import WindowsUser
from ..plugin_utils._accounts import no_accounts, signature_files
from ..plugin_utils._compiled.host_python import HostPython
from ..plugin_utils._fleet_run import recorder, unreached
from ..plugin_utils._windows.host_system import system_of
from ..plugin_utils._windows.pc import WindowsPc
from ..plugin_utils._windows.task_connection import TaskConnection
from ..plugin_utils._windows.user_of_account import user_of

_SPEC = argument_spec(**OPTIONS)
_DRIFTS: t.Mapping[OutlookStatus, Drift] = {
    OutlookStatus.STAGED: Drift.STAGED,
    OutlookStatus.PENDING_LOGON: Drift.STAGED,
    OutlookStatus.CONFIGURED: Drift.NONE,
    OutlookStatus.DRIFTED: Drift.CHANGED,
    OutlookStatus.CONSUMED: Drift.MISSING,
    OutlookStatus.BLOCKED: Drift.MISSING,
    OutlookStatus.ABSENT: Drift.MISSING,
}


_display = Display()


class ActionModule(HostPython, NormalAction):
    """The action plugin."""

    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """See plugins/modules/mail_drift.py."""
        raw, variables = self._task.args, task_vars or {}
        host = str(variables.get("inventory_hostname", "this host"))
        if no_accounts.without_accounts(raw):
            missing = no_accounts.warning(host, variables)
            recorder.compared(self, variables, {"accounts": []})
            return {
                "changed": False,
                "drifted": False,
                "not_compared": 0,
                "accounts": [],
                "clients": [],
                "msg": missing,
                "warnings": [missing],
            }
        try:
            with signature_files.contents(self, variables):
                raw = self._task.args
                params = validated(raw, _SPEC)
                requests(params)  # reports invalid accounts before connecting to the host
                if system_of(self, variables) is System.LINUX:
                    result: dict[str, t.Any] = super().run(tmp, task_vars)  # type: ignore[no-untyped-call]
                else:
                    result = self._on_windows(params)
        except AnsibleConnectionFailure as error:
            return unreached.recorded(self, variables, error)
        except AnsibleError as error:
            result = recorder.result_of(error)  # not raised, so that the playbook can report before it fails
            recorder.compared(self, variables, result)
            return result
        except MailError as error:
            result = {"failed": True, "changed": False, "msg": str(error)}
        shown = t.cast("dict[str, t.Any]", presentable(result, raw, _SPEC))
        recorder.compared(self, variables, shown)
        if not self._task.no_log:
            for account in result.get("accounts", ()):
                if account.get("sentence"):
                    _display.display(printable(f"{host}: {account['sentence']}"))
        return shown

    def _on_windows(self, params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        result = DriftResult()
        with TaskConnection.open(self) as connection:
            pc = WindowsPc(connection)
            bare = [without_ignored(request, params["ignore"]) for request in requests(params, profiles=False)]
            groups, unknown = grouped(bare, lambda request: user_of(pc, request.account))
            pc.look_at([user.sid for user in groups])

            def opener(user: WindowsUser) -> t.Callable[[], t.ContextManager[Outlook]]:
                return lambda: contextlib.nullcontext(Outlook(pc, pc.machine(), user, METHODS))

            users = [UserAccounts(user.name, group, opener(user)) for user, group in groups.items()]
            for user in [*users, *unknown]:
                result.add_user(OUTLOOK.name, user, listing.accounts, _verdict, _display.vvv, (AnsibleError,))
        return {**result.as_result(), "clients": [OUTLOOK.name]}


def _verdict(client: Client[t.Any], account: Account) -> tuple[Drift, str] | None:
    """Outlook's own state of an account. A plan cannot show it, since a run only stages and Outlook acts."""
    outlook, state = t.cast("Outlook", client), client.read()
    reached = outlook.verdict(state, account)
    if account.state is State.ABSENT:
        return (Drift.NONE, "") if reached.standing is OutlookStatus.ABSENT else (Drift.NOT_REMOVED, reached.advice)
    if reached.standing is OutlookStatus.CONFIGURED:
        differs, left_alone = outlook.signature_drift(state, account)
        if differs:
            return (Drift.LEFT_ALONE, left_alone) if left_alone else (Drift.CHANGED, reached.advice)
    return _DRIFTS[reached.standing], reached.advice
