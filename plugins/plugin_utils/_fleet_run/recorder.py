# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores a record of a task's result as soon as its host is done. It never makes the task fail."""

from __future__ import annotations

import os
import time
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ...module_utils._model.printable import printable
from .._fleet.host_record import HostRecord
from .._fleet.record_limits import bounded
from .._fleet.record_of_result import accounts_of, compared_accounts, networks_of
from .record_files import RecordFiles
from .run_folder import run_folder
from .run_id import this_run

FOLDER_VARIABLE, SITE_VARIABLE = "mail_records", "mail_site"
_CONTROL_VARIABLE = "charter_mail_controls"  # set by the play that tests other servers than the accounts'
_PRIVATE = "records"

_display = Display()


def records_folder(action: ActionBase, named: object) -> str:
    """The folder of the records.

    Args:
        action: the action plugin of a task of the run.
        named: the folder from an option or variable; empty for one that is deleted when Ansible ends.

    Raises:
        OSError: the folder of the run cannot be used.
    """
    if named:
        return os.path.abspath(os.path.expanduser(os.path.expandvars(str(named))))
    return os.path.join(run_folder(action), _PRIVATE)


def verified(action: ActionBase, task_vars: t.Mapping[str, t.Any], result: t.Mapping[str, t.Any]) -> None:
    """Record the result of mail_verify.

    Args:
        action: of the task.
        task_vars: its variables.
        result: with all checks, printable, and without secrets.
    """
    if "ansible_job_id" in result:  # it still runs
        return
    if action._templar.template(task_vars.get(_CONTROL_VARIABLE)):
        _keep(action, task_vars, controls=accounts_of(result, with_texts=False))
        return
    has_accounts = isinstance(result.get("accounts"), list)
    _keep(
        action,
        task_vars,
        tested_at=bounded(result.get("tested_at")),
        networks=networks_of(result),
        verified=has_accounts,
        failure="" if has_accounts else bounded(result.get("msg")) or "The test failed.",
        accounts=accounts_of(result, with_texts=not action._task.no_log),
    )


def configured(action: ActionBase, task_vars: t.Mapping[str, t.Any], result: t.Mapping[str, t.Any]) -> None:
    """Record whether a task that configures clients failed, and why.

    Args:
        action: of the task.
        task_vars: its variables.
        result: printable, and without secrets.
    """
    failure = bounded(result.get("msg")) or "Configuring failed."
    _keep(
        action,
        task_vars,
        configuring=failure if result.get("failed") else "",
        changed=bool(result.get("changed")),
    )


def compared(action: ActionBase, task_vars: t.Mapping[str, t.Any], result: t.Mapping[str, t.Any]) -> None:
    """Record the result of mail_drift.

    Args:
        action: of the task.
        task_vars: its variables.
        result: printable, and without secrets.
    """
    has_accounts = isinstance(result.get("accounts"), list)
    _keep(
        action,
        task_vars,
        compared=True,
        uncompared="" if has_accounts else bounded(result.get("msg")) or "The accounts could not be compared.",
        accounts=compared_accounts(result, with_texts=not action._task.no_log),
    )


def unreached(action: ActionBase, task_vars: t.Mapping[str, t.Any], result: t.Mapping[str, t.Any]) -> None:
    """Record that Ansible does not reach the host.

    Args:
        action: of the task.
        task_vars: its variables.
        result: see ``unreached.recorded``.
    """
    _keep(action, task_vars, unreached=bounded(result["msg"]))


def result_of(error: AnsibleError) -> dict[str, t.Any]:
    """The result to record for a task that Ansible itself ends, such as one that cannot become root on the host."""
    return {"failed": True, "changed": False, "msg": sentence_of(error)}


def sentence_of(error: AnsibleError) -> str:
    """Ansible's message for an error, on one line."""
    return printable(" ".join(str(error).split()))


def _keep(action: ActionBase, task_vars: t.Mapping[str, t.Any], **values: t.Any) -> None:
    try:
        template = action._templar.template
        run = this_run(run_folder(action), task_vars)
        record = HostRecord(
            host=str(task_vars.get("inventory_hostname", "this host")),
            run=run.id,
            recorded_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            check_mode=bool(action._task.check_mode),
            site=bounded(template(task_vars.get(SITE_VARIABLE)) or ""),
            **values,
        )
        RecordFiles(records_folder(action, template(task_vars.get(FOLDER_VARIABLE)))).add(record)
    except Exception as error:  # noqa: BLE001 # a record is not worth a failed task
        # Use the same text for every host, so that it is shown once.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        _display.warning(
            f"Mail results cannot be recorded ({reason}), so hosts will be missing from the report. Make "
            f"{FOLDER_VARIABLE}, or Ansible's local_tmp, a folder that you can write to."
        )
