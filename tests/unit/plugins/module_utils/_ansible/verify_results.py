# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A result of mail_verify as its module returns it, from servers on loopback."""

from __future__ import annotations

import contextlib
import json
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._ansible import run_verify
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import DEFAULTS
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, serve


def options(*entries: dict[str, t.Any], **changes: t.Any) -> dict[str, t.Any]:
    """The options of a task, as they are after validation."""
    return {
        **{name: option.get("default") for name, option in run_verify.OPTIONS.items()},
        **dict.fromkeys(("user", "home", "profile", "full_name", "username", "password"), None),
        **dict.fromkeys(("incoming", "outgoing", "leave_on_server", "leave_on_server_days"), None),
        **DEFAULTS,
        "accounts": list(entries),
        "ca_path": CA,
        "timeout": 20.0,
        "suggest": False,
        **changes,
    }


def result_of_three_accounts() -> dict[str, t.Any]:
    """The result of an account that works, one that cannot send, and one without a password, with all checks."""
    scripts = imap(Server()), pop3(Server()), smtp(Server()), smtp(Server(certificate="expired"))
    with contextlib.ExitStack() as stack:
        receiving, popping, sending, old = (stack.enter_context(serve(script)) for script in scripts)
        outgoing = {"host": "127.0.0.1", "port": sending.port, "security": "ssl"}
        both = {"incoming": {"host": "127.0.0.1", "port": receiving.port, "security": "ssl"}, "outgoing": outgoing}
        entries = [
            {"email": USERNAME, "password": PASSWORD, "user": "mario", **both},
            {"email": USERNAME, "password": PASSWORD, **both, "outgoing": {**outgoing, "port": old.port}},
            {"email": USERNAME, "protocol": "pop3", **both, "incoming": {**both["incoming"], "port": popping.port}},
        ]
        found = run_verify.verify_all(options(*entries, checks="all"), None, check_mode=False).result
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]
