# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a task whose module ran for some clients, while a look showed that the others need no change."""

from __future__ import annotations

import typing as t

from ...module_utils._ansible.result import TaskResult
from .unchanged import Look

_OF_MODULE = ("changed", "backup_files", "diff")  # where nothing is to be done, there are none


def joined(module: t.Mapping[str, t.Any], look: Look, accounts: int) -> dict[str, t.Any]:
    """What the module would have returned for all clients.

    Args:
        module: its result for ``look.to_change``.
        look: what the look showed.
        accounts: how many the task has.
    """
    if "accounts" not in module:  # it did not come to them
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
    """The part of one client: an entry for each account of the task, and then those that are not listed."""
    entries = [dict(entry) for entry in module["accounts"] if entry["client"] == client]
    found = TaskResult()
    for entry in entries:
        del entry["client"]
    found.numbered = dict(enumerate(entries[:accounts]))
    found.unlisted = entries[accounts:]
    return found
