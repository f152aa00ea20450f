# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a verification together: what all of them share."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import run_verify
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import DEFAULTS
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._verify.login import Logins
from ansible_collections.charter.mail.plugins.module_utils._verify.login_limit import LoginLimit
from ansible_collections.charter.mail.plugins.module_utils._verify.report.account_report import AccountReport
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, smtp
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, serve


@pytest.mark.parametrize(
    ("password", "refused", "attempts"),
    [(PASSWORD, False, 2), ("something else", True, 2), ("something else", True, 1)],
)
def test_all_tests_of_a_task_have_one_limit(password: str, refused: bool, attempts: int) -> None:
    """What the test saw refused, the test from the second host knows, in whatever letter case."""
    limits: list[LoginLimit] = []

    def from_second_host(
        _accounts: t.Sequence[Account],
        _logins: t.Sequence[Logins],
        reports: t.Sequence[AccountReport],
        login_limit: LoginLimit,
    ) -> t.Sequence[AccountReport]:
        limits.append(login_limit)
        return reports

    with serve(imap(Server())) as receiving, serve(smtp(Server())) as sending:
        entry = {
            "email": USERNAME,
            "password": password,
            "incoming": {"host": "127.0.0.1", "port": receiving.port, "security": "ssl"},
            "outgoing": {"host": "127.0.0.1", "port": sending.port, "security": "ssl"},
        }
        params = {
            **{name: option.get("default") for name, option in run_verify.OPTIONS.items()},
            **dict.fromkeys(("user", "home", "profile", "full_name", "username", "password"), None),
            **dict.fromkeys(("incoming", "outgoing", "leave_on_server", "leave_on_server_days"), None),
            **DEFAULTS,
            "accounts": [entry],
            "ca_path": CA,
            "timeout": 20.0,
            "suggest": False,
            "attempts": attempts,
        }
        result = run_verify.verify_all(params, None, from_second_host, check_mode=False)
        sign_ins = receiving.in_tls.count(b"AUTH") + sending.in_tls.count(b"AUTH")
    assert result.failed is refused
    assert sign_ins == (attempts if refused else 2)
    (limit,) = limits
    assert limit.refused(USERNAME.upper()) is refused
    assert limit.exhausted(USERNAME.upper()) is refused
