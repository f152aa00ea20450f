# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a task whose module ran for some clients, while a look showed that the others need no changes."""

from __future__ import annotations

import typing as t

from ...module_utils._ansible.result import TaskResult
from .decided_by_look import Look

_OF_MODULE = ("changed", "backup_files", "diff")  # empty for unchanged clients


def joined(module: t.Mapping[str, t.Any], look: Look, accounts: int) -> dict[str, t.Any]:
    """The result that the module would have returned for all clients.

    Args:
        module: the module's result for ``look.to_change``.
        look: the result of the look.
        accounts: the number of accounts in the task.
    """
    if "accounts" not in module:  # it failed before the accounts
        return dict(module)
    others = {name: _of_module(module, name, accounts) for name in look.to_change}
    result = {**module, **look.as_result(others)}
    result.update({name: module[name] for name in _OF_MODULE if name in module})
    if module.get("failed"):
        result["msg"] = module["msg"]
    if module.get("warnings"):
        result["warnings"] = list(dict.fromkeys([*module["warnings"], *look.warnings]))
    return result


def _of_module(module: t.Mapping[str, t.Any], client: str, accounts: int) -> TaskResult:
    """The part of one client: an entry for each account of the task, then the unlisted accounts."""
    entries = [dict(entry) for entry in module["accounts"] if entry["client"] == client]
    found = TaskResult()
    for entry in entries:
        del entry["client"]
    found.numbered = dict(enumerate(entries[:accounts]))
    found.unlisted = entries[accounts:]
    return found
