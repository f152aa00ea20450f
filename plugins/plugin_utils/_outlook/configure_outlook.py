# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configures Outlook on a task's Windows PC, from the controller."""

from __future__ import annotations

import contextlib
import functools
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ...module_utils._ansible import exclusive
from ...module_utils._ansible.arguments import requests
from ...module_utils._ansible.result import TaskResult
from ...module_utils._ansible.run_client import NumberedRequests, Task, UserAccounts, configure, grouped
from ...module_utils._clients.change_log import ChangeLog, new_run_id
from ...module_utils._clients.outlook.client import Outlook
from ...module_utils._clients.outlook.staging_methods import METHODS
from ...module_utils._clients.outlook.unlisted import unlisted
from ...module_utils._clients.when_running import FAIL
from ...module_utils._model.account import Account
from ...module_utils._model.errors import OptionError
from ...module_utils._windows.users import WindowsUser
from .._windows.pc import WindowsPc
from .._windows.task_connection import TaskConnection
from .._windows.user_of_account import require_user, user_of

_display = Display()


def open_log(run: str | None) -> ChangeLog:
    """The change log, which is in the PC's registry."""
    return ChangeLog("the log of changes in the registry", run or new_run_id(), {}, lambda paths: None)


def configure_outlook(
    action: ActionBase,
    params: t.Mapping[str, t.Any],
    own: t.Mapping[str, t.Any],
    warn: t.Callable[[str], t.Any],
    run: str | None,
) -> TaskResult:
    """Configure the accounts of a task.

    Args:
        action: the task's action plugin.
        params: the options of the accounts.
        own: Outlook's own options.
        warn: called to show a warning.
        run: the run's ID; None if unknown.

    Raises:
        MailError: an option is invalid, or the PC does not answer; nothing was changed.
    """
    found = requests(params, profiles=False)
    for request in found:
        require_user(request.account)
    methods = [method for method in METHODS if method in own["method"]]
    if not methods:
        raise OptionError("method", "it is empty", "leave it out, or write prf, autodiscover or both")
    with TaskConnection.open(action) as connection:
        pc = WindowsPc(connection)
        groups, unknown = grouped(found, lambda request: user_of(pc, request.account))
        pc.look_at([user.sid for user in groups])

        def accounts_of(group: NumberedRequests) -> list[Account]:
            return [request.account for _number, request in group]

        def opener(user: WindowsUser) -> t.Callable[[], t.ContextManager[Outlook]]:
            outlook = Outlook(pc, pc.machine(), user, methods, own["mail_profile"])
            outlook.open_log = functools.partial(open_log, run)
            return lambda: contextlib.nullcontext(outlook)

        by_user = [
            UserAccounts(
                user.name,
                group,
                opener(user),
                exclusive.unlisted(lambda: unlisted, params.get("exclusive"), accounts_of(group)),
            )
            for user, group in groups.items()
        ]
        task = Task(action._task.check_mode, FAIL, warn, _display.vvv, (AnsibleError,))
        result = configure([*by_user, *unknown], task)
    for folder in pc.folders.unproven:
        warn(
            f"The PC does not show the access rights of {folder} (icacls /save). Check that only administrators "
            "can change what is in it."
        )
    for folder, name in pc.folders.moved_aside.items():
        warn(
            f"{folder} existed before this collection staged anything, so whoever created it could have changed what "
            f"is staged. It was renamed to {name}; check what it is, and delete it."
        )
    return result
