# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handles hosts that Ansible does not reach, in playbooks that report on them.

If all hosts of a play are unreachable, Ansible ends the run before the report. In playbooks of this collection, a task
on such a host is skipped instead, and the host becomes unreachable again after the report.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from . import recorder

LATER_VARIABLE = "charter_mail_unreachable_later"  # set by the plays that report


def recorded(action: ActionBase, task_vars: t.Mapping[str, t.Any], error: AnsibleConnectionFailure) -> dict[str, t.Any]:
    """The result of a task whose host is not reached, recorded for the report.

    Args:
        action: of the task.
        task_vars: its variables.
        error: why the host is not reached.

    Raises:
        AnsibleConnectionFailure: the error itself, in a playbook without a later task that makes the host unreachable.
    """
    if not action._templar.template(task_vars.get(LATER_VARIABLE)):
        raise error
    # ssh's message is hidden if a line with secrets is run. The rest of the sentence is enough.
    reason = recorder.sentence_of(error).replace(": <error censored due to no log>", ".")
    result = {"changed": False, "skipped": True, "unreached": True, "msg": reason}
    recorder.unreached(action, task_vars, result)
    return result
