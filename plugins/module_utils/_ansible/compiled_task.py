# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AnsibleModule does for a task, for the programs that run without it.

``modules/__internal/run_compiled.py`` runs these in the place of modules: being compiled and imported, AnsibleModule
takes most of a module's time. The action validates the options, and hides secrets in the result.
"""

from __future__ import annotations

import json
import typing as t

from .._linux.paths import expanded
from .._linux.system_log import log
from .._model.errors import MailError
from .._model.printable import printable, printable_result
from .logged_accounts import sentence

WARNINGS = "charter_mail_warnings"
"""The key of the result that has the warnings. Since ansible-core 2.21, an action does not see a module's own ones."""


class CompiledTask:
    """A task.

    Args:
        work: ``module``, the name of the module that the program replaces; ``options``, valid and with defaults.
        internal: Ansible's internal options, such as ``_ansible_check_mode``.
        paths: the options of type path, of the task and of each entry of ``accounts``.

    Attributes:
        options: the options.
        check_mode: whether nothing may be changed.
        traces: traces of unexpected errors; filled during the run.
    """

    def __init__(self, work: t.Mapping[str, t.Any], internal: t.Mapping[str, t.Any], paths: t.Collection[str]) -> None:
        self._internal = internal
        self._warnings: dict[str, None] = {}
        self.options = {**work["options"], **_with_paths(work["options"], paths)}
        self.check_mode = bool(internal["_ansible_check_mode"])
        self.traces: list[str] = []
        if not internal["_ansible_no_log"]:
            log(f"ansible-{work['module']}", internal["_ansible_syslog_facility"], sentence(self.options))

    def warn(self, warning: str) -> None:
        """Show a warning, once."""
        self._warnings[printable(warning)] = None

    def answer(self, run: t.Callable[[], t.Mapping[str, t.Any]]) -> str:
        """The result as JSON in ASCII.

        Args:
            run: does the work; returns the result, with ``failed``.
        """
        try:
            result = dict(run())
        except MailError as error:
            result = {"failed": True, "changed": False, "msg": str(error)}
        if self.traces:
            from . import unexpected_error  # imported late: rarely needed

            result.update(unexpected_error.in_result(self.traces, self._internal["_ansible_verbosity"]))
        if self._warnings:
            result[WARNINGS] = list(self._warnings)
        return json.dumps(printable_result(result))


def _with_paths(options: t.Mapping[str, t.Any], paths: t.Collection[str]) -> dict[str, t.Any]:
    found: dict[str, t.Any] = {name: expanded(options[name]) for name in paths if options.get(name) is not None}
    if options.get("accounts") is not None:
        found["accounts"] = [{**entry, **_with_paths(entry, paths)} for entry in options["accounts"]]
    return found
