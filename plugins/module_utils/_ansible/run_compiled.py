# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configures clients of this Linux host for an action that has validated the options.

``modules/__internal/run_compiled.py`` runs this in the place of a module, without AnsibleModule, which takes most of a
module's time. This does what AnsibleModule does: it expands paths, adds an entry to the system's log and returns the
result as JSON. The action hides secrets in the result, as in that of a look.
"""

from __future__ import annotations

import json
import typing as t

from .._linux.paths import expanded
from .._linux.system_log import log
from .._model.errors import MailError
from .._model.printable import printable, printable_result
from . import client_registry
from .configure_on_linux import configure_client, configure_clients
from .logged_accounts import sentence
from .run_client import Task

PATHS = ("home",)
"""The options of type path, of a task and of each entry of ``accounts``."""


def run(work: t.Mapping[str, t.Any], internal: t.Mapping[str, t.Any]) -> str:
    """Configure clients.

    Args:
        work: ``module``, the name of the module that this replaces; ``client``, the name of the client, or None for all
            clients of the option ``clients``; ``options``, valid and with defaults.
        internal: Ansible's internal options, such as ``_ansible_check_mode``.

    Returns:
        The result, which has ``failed`` if something failed, as JSON in ASCII.
    """
    options = {**work["options"], **_with_paths(work["options"])}
    if not internal["_ansible_no_log"]:
        log(f"ansible-{work['module']}", internal["_ansible_syslog_facility"], sentence(options))
    traces: list[str] = []
    warnings: dict[str, None] = {}
    try:
        result = _configured(work["client"], options, bool(internal["_ansible_check_mode"]), warnings, traces)
    except MailError as error:
        result = {"failed": True, "changed": False, "msg": str(error)}
    if traces:
        from . import unexpected_error  # imported late: rarely needed

        result.update(unexpected_error.in_result(traces, internal["_ansible_verbosity"]))
    if warnings:
        result["warnings"] = [*map(printable, warnings)]
    return json.dumps(printable_result(result))


def _configured(
    client: str | None,
    options: t.Mapping[str, t.Any],
    check_mode: bool,
    warnings: dict[str, None],
    traces: list[str],
) -> dict[str, t.Any]:
    if client is not None:
        task = Task(check_mode, options["when_running"], warnings.setdefault, traces.append)
        one = configure_client(client_registry.CLIENTS[client], options, task)
        return {**one.as_result(), "failed": bool(one.failures)}
    done = configure_clients(options, lambda warn: Task(check_mode, options["when_running"], warn, traces.append))
    warnings.update(dict.fromkeys(done.warnings))
    return {**done.as_result(), "failed": done.failed}


def _with_paths(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    found: dict[str, t.Any] = {name: expanded(options[name]) for name in PATHS if options.get(name) is not None}
    if options.get("accounts") is not None:
        found["accounts"] = [{**entry, **_with_paths(entry)} for entry in options["accounts"]]
    return found
