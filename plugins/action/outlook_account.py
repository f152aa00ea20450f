# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts for Outlook on a Windows PC, prepared on the controller. The documentation is with the module's stub."""

from __future__ import annotations

import collections
import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._ansible import exclusive
from ..module_utils._ansible.arguments import argument_spec
from ..module_utils._ansible.each_signature import with_names_of_files
from ..module_utils._ansible.validate import presentable, validated
from ..module_utils._clients.outlook.client_entry import OUTLOOK
from ..module_utils._model.errors import MailError, OptionError
from ..module_utils._model.printable import printable
from ..plugin_utils._accounts import signature_files
from ..plugin_utils._fleet_run import run_id_for_module
from ..plugin_utils._outlook.configure_outlook import configure_outlook

_OWN_OPTIONS: t.Mapping[str, t.Any] = {
    "sid": {"type": "str"},
    **OUTLOOK.options,
    "offline_hives": {"type": "bool", "default": False},
    **exclusive.OPTION,
}
_SPEC = argument_spec(**_OWN_OPTIONS)

_display = Display()


def _warn(text: str) -> None:
    _display.warning(printable(text))


class ActionModule(ActionBase):
    """The action plugin. It runs on the controller; the PC needs no Python and runs none of our PowerShell."""

    TRANSFERS_FILES = False  # a temporary folder is created when needed
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        raw: t.Mapping[str, t.Any] = with_names_of_files(self._task.args)
        try:
            raw = signature_files.expanded(self, self._task.args, task_vars or {})
            params = validated(raw, _SPEC, mutually_exclusive=[("user", "sid")])
            result = self._configure(params, run_id_for_module.run_id(self, task_vars))
        except MailError as error:
            result = {"failed": True, "changed": False, "msg": str(error)}
        return t.cast("dict[str, t.Any]", presentable(result, raw, _SPEC))

    def _configure(self, params: dict[str, t.Any], run: str | None) -> dict[str, t.Any]:
        if params["offline_hives"]:
            raise OptionError(
                "offline_hives",
                "this version does not write for users who are not logged on, because that could not be tested",
                "leave it out and run again while they are logged on; until then the result is pending_logon",
            )
        if params["sid"] is not None:
            params = {**params, "user": params["sid"]}
        answer = configure_outlook(self, params, params, _warn, run)
        result = answer.as_result()
        del result["backup_files"]  # no replaced file is the only copy of Outlook's data
        statuses = collections.Counter(one["outlook_status"] for one in answer.accounts if "outlook_status" in one)
        if not answer.failures:
            result["msg"] += (
                f" In Outlook: {', '.join(f'{number} {name}' for name, number in sorted(statuses.items()))}."
            )
        return {**result, "failed": bool(answer.failures)}
