# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test of mail accounts: on the host by the module, and for a Windows host on the controller."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

from ..module_utils._ansible import verification
from ..module_utils._ansible.arguments import Request, argument_spec
from ..module_utils._ansible.from_client import Look, look_into
from ..module_utils._ansible.validate import validated, without_secrets
from ..module_utils._clients.outlook import people
from ..module_utils._clients.outlook.client import Outlook
from ..module_utils._clients.outlook.staging import METHODS
from ..module_utils._model.errors import MailError, OptionError
from ..plugin_utils._outlook.pc import WindowsPc
from ..plugin_utils._outlook.task_connection import TaskConnection

_CLIENT_OPTIONS: t.Mapping[str, t.Any] = {
    "from_client": {"type": "str", "choices": ["outlook"]},
    "location": {"type": "str", "default": "auto"},  # for other clients
}
_WHERE = "Tested from the controller, not from the PC itself."

_display = Display()


class ActionModule(NormalAction):
    """Windows has no Python to run the module, hence no way to test from there with a password that stays hidden."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        if not getattr(self._connection._shell, "_IS_WINDOWS", False):
            done: dict[str, t.Any] = super().run(tmp, task_vars)  # type: ignore[no-untyped-call]
            return done
        raw = self._task.args
        try:
            params = validated(raw, argument_spec(**verification.OPTIONS, **_CLIENT_OPTIONS))
            result = self._verify(params)
        except MailError as error:
            result = {"failed": True, "msg": str(error)}
        return t.cast("dict[str, t.Any]", without_secrets({"changed": False, **result}, raw))

    def _verify(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        with contextlib.ExitStack() as until:
            looks = None
            if params["from_client"]:
                pc = WindowsPc(until.enter_context(TaskConnection.open(self)))

                def looks(wanted: t.Sequence[Request]) -> list[Look]:
                    return [_look(pc, request) for request in wanted]

            verdict = verification.verify_all(params, looks, check_mode=self._task.check_mode)
        for warning in verdict.warnings:
            _display.warning(warning)
        accounts = [{**one, "summary": f"{one['summary']} {_WHERE}"} for one in verdict.result["accounts"]]
        return {
            **verdict.result,
            "accounts": accounts,
            "msg": f"{verdict.result['msg']} {_WHERE}" if accounts else verdict.result["msg"],
            "checked_from": "controller",
            "failed": verdict.failed,
        }


def _look(pc: WindowsPc, request: Request) -> Look:
    user = request.account.user
    if not user:
        raise OptionError(
            "user", f"whose Outlook has {request.account} is not said", "write the Windows account's name or SID"
        )
    person = people.find(pc.machine().people, user)
    outlook = Outlook(pc, pc.machine(), person, METHODS, request.profile)
    return look_into(outlook, "Outlook", "charter.mail.outlook_account", request)
