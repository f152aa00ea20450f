# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts for Outlook on a Windows PC, worked out on the controller. The documentation is with the module's stub."""

from __future__ import annotations

import collections
import contextlib
import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._ansible.arguments import argument_spec, requests
from ..module_utils._ansible.run_client import Task, UserAccounts, configure, grouped
from ..module_utils._ansible.validate import presentable, validated
from ..module_utils._clients.outlook.client import Outlook
from ..module_utils._clients.outlook.staging import METHODS
from ..module_utils._model.errors import MailError, OptionError
from ..module_utils._model.printable import printable
from ..module_utils._windows.users import WindowsUser
from ..plugin_utils._windows.pc import WindowsPc, user_of
from ..plugin_utils._windows.task_connection import TaskConnection

_OWN_OPTIONS: t.Mapping[str, t.Any] = {
    "sid": {"type": "str"},
    "mail_profile": {"type": "str"},
    "method": {"type": "list", "elements": "str", "choices": list(METHODS), "default": list(METHODS)},
    "offline_hives": {"type": "bool", "default": False},
}
_SPEC = argument_spec(**_OWN_OPTIONS)

_display = Display()


def _warn(text: str) -> None:
    _display.warning(printable(text))


class ActionModule(ActionBase):
    """Runs where the playbook runs; the PC needs no Python and runs no PowerShell of ours."""

    TRANSFERS_FILES = False  # a temporary folder is made where it is needed
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        raw = self._task.args
        try:
            params = validated(raw, _SPEC, mutually_exclusive=[("user", "sid")])
            result = self._configure(params)
        except MailError as error:
            result = {"failed": True, "changed": False, "msg": str(error)}
        return t.cast("dict[str, t.Any]", presentable(result, raw, _SPEC))

    def _configure(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        if params["offline_hives"]:
            raise OptionError(
                "offline_hives",
                "this version does not write for users who are not logged on, because that could not be tested",
                "leave it out and run again while they are logged on; until then the result is pending_logon",
            )
        if params["sid"] is not None:
            params = {**params, "user": params["sid"]}
        found = requests(params, profiles=False)
        methods = [method for method in METHODS if method in params["method"]]
        if not methods:
            raise OptionError("method", "it is empty", "leave it out, or write prf, autodiscover or both")
        with TaskConnection.open(self) as connection:
            pc = WindowsPc(connection)
            groups = grouped(found, lambda request: user_of(pc, request.account))
            pc.look_at([user.sid for user in groups])

            def opener(user: WindowsUser) -> t.Callable[[], t.ContextManager[Outlook]]:
                return lambda: contextlib.nullcontext(Outlook(pc, pc.machine(), user, methods, params["mail_profile"]))

            by_user = [UserAccounts(user.name, group, opener(user)) for user, group in groups.items()]
            answer = configure(by_user, Task(self._task.check_mode, "fail", _warn))
        for folder in pc.unproven:
            _warn(
                f"The PC does not show the access rights of {folder} (icacls /save). Check that only administrators "
                "can change what is in it."
            )
        for folder, name in pc.moved_aside.items():
            _warn(
                f"{folder} was there before this collection staged anything, so that its maker could have changed what "
                f"is staged. It is {name} now; see what it is, and delete it."
            )
        result = answer.as_result()
        del result["backup_files"]  # nothing is replaced of which Outlook had the only copy
        statuses = collections.Counter(one["outlook_status"] for one in answer.accounts if "outlook_status" in one)
        if not answer.failures:
            result["msg"] += (
                f" In Outlook: {', '.join(f'{number} {name}' for name, number in sorted(statuses.items()))}."
            )
        return {**result, "failed": bool(answer.failures)}
