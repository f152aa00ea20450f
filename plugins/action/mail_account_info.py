# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mail accounts of users. The documentation is in plugins/modules/mail_account_info.py.

On Linux the module of the same name runs on the host. On Windows the controller reads the registry.
"""

from __future__ import annotations

import functools
import typing as t

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

from ..module_utils._ansible.account_info import OPTIONS, Gathered
from ..module_utils._clients.client_entry import System
from ..module_utils._clients.listing import Listing
from ..module_utils._clients.outlook import listing
from ..module_utils._clients.outlook.client import Outlook
from ..module_utils._clients.outlook.client_entry import OUTLOOK
from ..module_utils._clients.outlook.staging_methods import METHODS
from ..module_utils._model.errors import MailError
from ..module_utils._model.printable import printable, printable_result
from ..module_utils._windows import users
from ..module_utils._windows.users import WindowsUser
from ..plugin_utils._compiled.host_python import HostPython
from ..plugin_utils._windows.host_system import system_of
from ..plugin_utils._windows.pc import WindowsPc
from ..plugin_utils._windows.task_connection import TaskConnection

_display = Display()


class ActionModule(HostPython, NormalAction):
    """The action plugin."""

    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """See plugins/modules/mail_account_info.py."""
        try:
            if system_of(self, task_vars) is System.LINUX:
                result: dict[str, t.Any] = super().run(tmp, task_vars)  # type: ignore[no-untyped-call]
                return result
            options = self.validate_argument_spec(dict(OPTIONS))[1]  # type: ignore[no-untyped-call]
            return t.cast("dict[str, t.Any]", printable_result(self._on_windows(options)))
        except MailError as error:
            raise AnsibleActionFail(printable(str(error))) from error

    def _on_windows(self, options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        gathered = Gathered()
        if options["clients"] is not None and OUTLOOK.name not in options["clients"]:
            return gathered.as_result()
        with TaskConnection.open(self) as connection:
            pc = WindowsPc(connection)
            wanted = _users(pc, options["users"], gathered)
            pc.look_at([user.sid for user in wanted])
            for user in wanted:
                read = functools.partial(_list, pc, user)
                gathered.add(OUTLOOK.name, user.name, read, _display.vvv, (AnsibleError,))
        return gathered.as_result()


def _users(pc: WindowsPc, names: t.Sequence[str] | None, gathered: Gathered) -> list[WindowsUser]:
    machine = pc.machine()
    if names is None:
        return list(machine.users)
    found = []
    for name in names:
        try:
            found.append(users.find(machine.users, name, machine.name))
        except MailError as error:
            gathered.add_unreadable(name, str(error))
    return found


def _list(pc: WindowsPc, user: WindowsUser) -> Listing:
    return listing.accounts(Outlook(pc, pc.machine(), user, METHODS))
