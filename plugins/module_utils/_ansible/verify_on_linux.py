# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common part of the modules that verify accounts from this Linux host.

There are two modules, because Ansible sends everything that a module could import, and reading a client's settings
doubles the files: ``mail_verify``, and the one in ``modules/__internal``, which the action runs if no client is
inspected.
"""

from __future__ import annotations

import typing as t

from .._model.errors import MailError
from . import run_verify

if t.TYPE_CHECKING:
    from .module import MailModule


def end(module: MailModule, inspect_clients: run_verify.InspectClients | None, traces: t.Sequence[str] = ()) -> None:
    """Verify the accounts and end the module.

    Args:
        module: the module, with ``run_verify.OPTIONS`` and ``shared_limit_option.OPTION`` among its options.
        inspect_clients: see ``run_verify.verify_all``.
        traces: traces of unexpected errors in clients; filled during the run.
    """
    try:
        verdict = run_verify.verify_all(module.options, inspect_clients, check_mode=module.check_mode)
    except MailError as error:
        module.fail_json(msg=str(error))
    for warning in verdict.warnings:
        module.warn(warning)
    if verdict.failed:
        module.fail_json(**verdict.result, **module.traced(traces))
    module.exit_json(changed=False, **verdict.result)
