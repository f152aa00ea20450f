# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action that runs the module of its name, with the contents of signatures in place of their files."""

from __future__ import annotations

import typing as t

from ansible.plugins.action.normal import ActionModule as NormalAction

from ...module_utils._model.errors import MailError
from ...module_utils._model.printable import printable
from .signature_files import contents


class SignatureAction(NormalAction):
    """The base of such an action."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        try:
            with contents(self, task_vars or {}):
                return t.cast("dict[str, t.Any]", super().run(tmp, task_vars))  # type: ignore[no-untyped-call]
        except MailError as error:
            return {"failed": True, "changed": False, "msg": printable(str(error))}
