# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the accounts of hosts as an inventory. The documentation is in plugins/modules/mail_inventory.py."""

from __future__ import annotations

import os
import typing as t

from ansible.plugins.action import ActionBase

from ..module_utils._model.printable import printable
from ..plugin_utils._inventory import new_file
from ..plugin_utils._inventory.inventory_file import HostAccounts, of_result, render

_OPTIONS: t.Mapping[str, t.Any] = {"path": {"type": "path", "required": True}, "register": {"type": "str"}}
_REGISTER = "mail_found"


class ActionModule(ActionBase):
    """The action plugin."""

    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """See plugins/modules/mail_inventory.py."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(dict(_OPTIONS))[1]  # type: ignore[no-untyped-call]
        path = options["path"]
        if os.path.lexists(path):
            return _failed(result, f"{path} exists and is not overwritten. Move it away, or name another file.")
        if not os.path.isdir(os.path.dirname(os.path.abspath(path))):
            return _failed(
                result, f"{path} cannot be written: there is no such folder. Create it, or name another file."
            )
        found = _found(task_vars or {}, options["register"] or _REGISTER)
        text = render(found, os.path.basename(path))
        number = sum(len(host.entries) for host in found.values())
        left = sum(len(host.remarks) for host in found.values())
        if self._task.diff:
            result["diff"] = {"before_header": path, "after_header": path, "before": "", "after": text}
        if not self._task.check_mode:
            try:
                new_file.write(path, text)
            except OSError as error:
                return _failed(result, f"{path} cannot be written: {error.strerror}. Name another file.")
        return {
            **result,
            "changed": True,
            "path": path,
            "msg": printable(
                f"{path}: {number} accounts of {len(found)} hosts. Remarks on what is not listed: {left}."
            ),
        }


def _failed(result: t.Mapping[str, t.Any], message: str) -> dict[str, t.Any]:
    """A failed result, not an exception, to which Ansible would add its own text and the cause again."""
    return {**result, "failed": True, "changed": False, "msg": printable(message)}


def _found(variables: t.Mapping[str, t.Any], register: str) -> dict[str, HostAccounts]:
    hostvars = variables["hostvars"]
    return {host: of_result(hostvars[host].get(register)) for host in variables["ansible_play_hosts_all"]}
