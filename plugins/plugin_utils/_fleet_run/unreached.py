# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that Ansible does not reach, in playbooks that report on them.

Ansible ends a run when all hosts of a play are unreachable, and so before the report. In playbooks of this collection
a task on such a host is skipped instead, and after the report the host is unreachable again.
"""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ...module_utils._model.printable import printable

LATER_VARIABLE = "charter_mail_unreachable_later"  # of the plays that report


def is_later(action: ActionBase, task_vars: t.Mapping[str, t.Any]) -> bool:
    """Whether a later task of the playbook makes a host unreachable that is not reached."""
    return bool(action._templar.template(task_vars.get(LATER_VARIABLE)))


def as_result(error: Exception) -> dict[str, t.Any]:
    """The result of a task whose host is not reached.

    Args:
        error: an AnsibleConnectionFailure.
    """
    # What ssh says is hidden where a line with secrets is run. The rest of the sentence is enough.
    reason = printable(" ".join(str(error).split())).replace(": <error censored due to no log>", ".")
    return {"changed": False, "skipped": True, "unreached": True, "msg": reason}
