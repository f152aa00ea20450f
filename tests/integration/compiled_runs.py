# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that actions send in the place of modules, run in this process, between what the actions do."""

from __future__ import annotations

import importlib
import json
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._ansible import client_registry, run_all_options, run_verify
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import CLIENT_OPTIONS
from ansible_collections.charter.mail.plugins.module_utils._ansible.validate import presentable, valid_options

UTILS = "ansible_collections.charter.mail.plugins.module_utils._ansible"
INTERNAL = {
    "_ansible_check_mode": False,
    "_ansible_no_log": False,
    "_ansible_syslog_facility": "LOG_USER",
    "_ansible_verbosity": 3,
}
# The program, what it needs beside the options, and the options beside those of accounts.
PROGRAMS: t.Mapping[str, tuple[str, dict[str, t.Any], t.Mapping[str, t.Any]]] = {
    "mail_accounts": ("configure_compiled", {"client": None}, run_all_options.OPTIONS),
    "mail_verify": ("verify_compiled", {}, {**run_verify.OPTIONS, "from_client": {"type": "str"}}),
    **{
        f"{name}_account": (
            "configure_compiled",
            {"client": name},
            {**CLIENT_OPTIONS, **client_registry.CLIENTS[name].options},
        )
        for name in ("thunderbird", "evolution")
    },
}


def result_of(module: str, raw: dict[str, t.Any]) -> str:
    """The result of the program in the place of a module, as its action returns it."""
    name, more, own = PROGRAMS[module]
    spec = argument_spec(**own)
    options = valid_options(raw, spec)
    program = importlib.import_module(f"{UTILS}.{name}")
    work = {**more, "module": module, "options": options.params}
    found = json.loads(program.run(work, INTERNAL))
    return json.dumps(presentable({**found, "invocation": {"module_args": options.shown()}}, raw, spec))
