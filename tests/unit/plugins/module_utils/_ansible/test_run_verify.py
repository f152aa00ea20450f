# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a verification together: what all of them share."""

from __future__ import annotations

import datetime
import ipaddress
import json
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import run_verify
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._verify.login import Logins
from ansible_collections.charter.mail.plugins.module_utils._verify.login_limit import LoginLimit
from ansible_collections.charter.mail.plugins.module_utils._verify.report.account_report import AccountReport
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, smtp
from ansible_collections.charter.mail.tests.unit.scripted_server import serve

from .verify_results import options, result_of_three_accounts


@pytest.fixture(scope="module")
def result() -> dict[str, t.Any]:
    """Of three accounts, with all checks."""
    return result_of_three_accounts()


def test_the_result_says_when_and_where_from(result: dict[str, t.Any]) -> None:
    when = datetime.datetime.strptime(result["tested_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    assert abs(when - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(minutes=5)
    assert all(ipaddress.ip_network(network).prefixlen in (24, 64) for network in result["network"])
    assert [(one["user"], one["protocol"]) for one in result["accounts"]] == [
        ("mario", "imap"),
        ("", "imap"),
        ("", "pop3"),
    ]
    assert PASSWORD not in json.dumps(result, ensure_ascii=False)


def test_checks_that_succeeded_can_be_left_out(result: dict[str, t.Any]) -> None:
    everything = result["accounts"]
    short = run_verify.returned(everything, "failed")
    assert run_verify.returned(everything, "all") == everything
    assert [{**one, "checks": []} for one in short] == [{**one, "checks": []} for one in everything]
    assert short[0]["checks"] == []
    assert next((check["stage"], check["status"]) for check in short[1]["checks"]) == ("tls", "failed")
    assert {check["status"] for check in short[1]["checks"]} == {"failed", "skipped"}
    assert {check["status"] for check in short[2]["checks"]} == {"skipped"}
    assert len(json.dumps(short[0])) < len(json.dumps(everything[0])) / 4
    warned = {"checks": [{"status": "ok", "advice": "Renew it."}, {"status": "ok", "advice": ""}]}
    assert run_verify.returned([warned], "failed") == [{"checks": warned["checks"][:1]}]


def test_by_default_they_are_left_out() -> None:
    assert run_verify.OPTIONS["checks"]["default"] == "failed"
    with serve(imap(Server())) as receiving, serve(smtp(Server())) as sending:
        entry = {
            "email": USERNAME,
            "password": PASSWORD,
            "incoming": {"host": "127.0.0.1", "port": receiving.port, "security": "ssl"},
            "outgoing": {"host": "127.0.0.1", "port": sending.port, "security": "ssl"},
        }
        (account,) = run_verify.verify_all(options(entry), None, check_mode=False).result["accounts"]
    assert account["complete"]
    assert account["checks"] == []


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
        params = options(entry, attempts=attempts)
        result = run_verify.verify_all(params, None, from_second_host, check_mode=False)
        sign_ins = receiving.in_tls.count(b"AUTH") + sending.in_tls.count(b"AUTH")
    assert result.failed is refused
    assert sign_ins == (attempts if refused else 2)
    (limit,) = limits
    assert limit.refused(USERNAME.upper()) is refused
    assert limit.exhausted(USERNAME.upper()) is refused
