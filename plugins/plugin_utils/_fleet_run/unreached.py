# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that Ansible does not reach, in playbooks that report on them.

Ansible ends a run when all hosts of a play are unreachable, and so before the report. In playbooks of this collection
a task on such a host is skipped instead, and after the report the host is unreachable again.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from . import recorder

LATER_VARIABLE = "charter_mail_unreachable_later"  # of the plays that report


def recorded(action: ActionBase, task_vars: t.Mapping[str, t.Any], error: AnsibleConnectionFailure) -> dict[str, t.Any]:
    """The result of a task whose host is not reached, which is kept for the report.

    Args:
        action: of the task.
        task_vars: its variables.
        error: why the host is not reached.

    Raises:
        AnsibleConnectionFailure: the same, in a playbook without a later task that makes the host unreachable.
    """
    if not action._templar.template(task_vars.get(LATER_VARIABLE)):
        raise error
    # What ssh says is hidden where a line with secrets is run. The rest of the sentence is enough.
    reason = recorder.sentence_of(error).replace(": <error censored due to no log>", ".")
    result = {"changed": False, "skipped": True, "unreached": True, "msg": reason}
    recorder.unreached(action, task_vars, result)
    return result
