# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoes what a run staged for Outlook on a task's Windows PC, from the controller."""

from __future__ import annotations

import functools
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ...module_utils._ansible.rollback import RollbackResult
from ...module_utils._ansible.run_client import Task
from ...module_utils._clients import change_log_reader, undo
from ...module_utils._clients.change_log_reader import PastChange
from ...module_utils._clients.outlook import change_notes
from ...module_utils._clients.outlook.client import Outlook
from ...module_utils._clients.outlook.client_entry import OUTLOOK
from ...module_utils._clients.outlook.staging_methods import METHODS
from ...module_utils._clients.outlook.undo import undone
from ...module_utils._clients.undo import Rollback
from ...module_utils._clients.when_running import FAIL
from ...module_utils._model.errors import MailError
from ...module_utils._windows import users
from ...module_utils._windows.users import WindowsUser
from .._windows.pc import WindowsPc
from .._windows.task_connection import TaskConnection
from .configure_outlook import open_log

_display = Display()


def rollback_outlook(
    action: ActionBase, options: t.Mapping[str, t.Any], warn: t.Callable[[str], t.Any], own_run: str | None
) -> RollbackResult:
    """Undo a run.

    Args:
        action: the task's action plugin.
        options: values for ``rollback.OPTIONS``.
        warn: called to show a warning.
        own_run: this run's ID; None if unknown.

    Raises:
        MailError: the PC does not answer, or does not know a user; nothing was changed.
    """
    result = RollbackResult()
    if options["clients"] is not None and OUTLOOK.name not in options["clients"]:
        return result
    task = Task(bool(action._task.check_mode), FAIL, warn, _display.vvv, (AnsibleError,))
    with TaskConnection.open(action) as connection:
        pc = WindowsPc(connection)
        machine = pc.machine()
        names = options["users"]
        wanted = machine.users if names is None else [users.find(machine.users, one, machine.name) for one in names]
        pc.look_at([user.sid for user in wanted])
        found = {user: entries for user in wanted for entries in [_entries(pc, user, result, warn)] if entries}
        past = [entry for entries in found.values() for entry in entries]
        run = result.choose(options["run"], past, options["accounts"])
        own = None if own_run is None else change_log_reader.rollback_id(own_run, run)
        for user, entries in found.items():
            changes = result.changes(OUTLOOK.name, user.name, entries)
            if changes:
                undo_it = functools.partial(_undo, pc, user, changes, options, task.check_mode, own)
                result.add(OUTLOOK.name, user.name, undo_it, task)
    return result


def _entries(
    pc: WindowsPc, user: WindowsUser, result: RollbackResult, warn: t.Callable[[str], t.Any]
) -> list[PastChange]:
    try:
        content = change_notes.content(pc.snapshot(user.sid).registry, user.sid)
        found = change_log_reader.parsed(content)
        damage = change_log_reader.about_damage(content, found)
        if damage:
            warn(f"{user.name}: {damage}")
        return found
    except MailError as error:
        result.add_failure(OUTLOOK.name, user.name, str(error))
        return []


def _undo(
    pc: WindowsPc,
    user: WindowsUser,
    changes: t.Sequence[PastChange],
    options: t.Mapping[str, t.Any],
    check_mode: bool,
    own_run: str | None,
    begin: t.Callable[[], None],
) -> tuple[Outlook, Rollback[t.Any]]:
    outlook = Outlook(pc, pc.machine(), user, METHODS)
    outlook.open_log = functools.partial(open_log, own_run)
    done = undo.roll_back(
        outlook,
        lambda: undo.plan(outlook, changes, undone, options["accounts"], force=options["force"]),
        changes[0].run,
        check_mode=check_mode,
        begin=begin,
    )
    return outlook, done
