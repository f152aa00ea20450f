# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limit on sign-ins that the hosts of a run share."""

from __future__ import annotations

import os
import pathlib
import stat
import subprocess
import threading
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.shared_limit_option import PlannedSignIn
from ansible_collections.charter.mail.plugins.module_utils._model.account import Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import Endpoint, MailService, Role
from ansible_collections.charter.mail.plugins.plugin_utils._verify_run.shared_sign_in_limit import (
    SharedSignInLimit,
    login_key,
)
from ansible_collections.charter.mail.plugins.plugin_utils._verify_run.sign_ins_file import SignInsFile

LOGIN = "Mario@charter.net"
IMAP = Endpoint(Role.INCOMING, MailService.IMAP, Server("imap.lab.test", 993, Security.SSL))
SMTP = Endpoint(Role.OUTGOING, MailService.SMTP, Server("smtp.lab.test", 465, Security.SSL))
POP3 = Endpoint(Role.INCOMING, MailService.POP3, Server("pop.lab.test", 995, Security.SSL))
OK, REFUSED, SKIPPED = ("ok", ""), ("failed", "password_refused"), ("skipped", "")
Outcome = t.Tuple[str, str]


@pytest.fixture
def logins(tmp_path: pathlib.Path) -> SignInsFile:
    return SignInsFile(str(tmp_path))


def limit(
    logins: SignInsFile,
    host: str,
    password: str | None = "secret-1",
    endpoints: t.Sequence[Endpoint] = (IMAP, SMTP),
    username: str = LOGIN,
    attempts: int = 2,
    patience: float = 20,
) -> SharedSignInLimit:
    secret = None if password is None else Secret(password)
    planned = [PlannedSignIn(0, endpoint, username, secret) for endpoint in endpoints]
    return SharedSignInLimit(logins, host, planned, attempts, patience)


def result(*outcomes: Outcome, evidence: str = "", incoming: Endpoint = IMAP) -> dict[str, t.Any]:
    """What a task returns that ended like this at both servers."""
    checks = [
        {
            "stage": "authentication",
            "endpoint": endpoint.role.value,
            "server": endpoint.where,
            "status": status,
            "code": code,
            "evidence": evidence,
        }
        for endpoint, (status, code) in zip((incoming, SMTP), outcomes)
    ]
    return {"accounts": [{"checks": checks}]}


def test_what_was_refused_is_refused_on_other_hosts(logins: SignInsFile) -> None:
    one = limit(logins, "pc01")
    assert one.begin() == []
    one.end(result(REFUSED, REFUSED))
    other = limit(logins, "pc02", username=LOGIN.upper())
    assert other.begin() == [
        {"account": 0, "endpoint": role, "refused_on": "pc01", "code": "password_refused"}
        for role in ("incoming", "outgoing")
    ]
    other.end(result(REFUSED, REFUSED))  # the report repeats the verdict, which is no new refusal
    right = limit(logins, "pc03", "secret-2")
    assert [entry["attempts"] for entry in right.begin()] == [1, 1]
    right.end(result(OK, OK))
    assert limit(logins, "pc04", "secret-2").begin() == []


def test_a_refused_password_is_tried_at_no_other_server(logins: SignInsFile) -> None:
    one = limit(logins, "pc01", attempts=1)
    one.begin()
    one.end(result(REFUSED, SKIPPED))
    (refused, stopped) = limit(logins, "pc02", attempts=1).begin()
    assert refused["refused_on"] == "pc01"
    assert stopped["reason"] == (f"{LOGIN} was refused with this password on pc01 and repeated failures lock accounts")
    (stopped,) = limit(logins, "pc03", attempts=1, endpoints=[POP3]).begin()
    assert "on pc01" in stopped["reason"]


def test_what_one_server_accepts_may_be_used_there_although_the_other_refuses_it(logins: SignInsFile) -> None:
    one = limit(logins, "pc01")
    one.begin()
    one.end(result(("failed", "password_refused_here_only"), OK))
    (entry,) = limit(logins, "pc02").begin()
    assert (entry["endpoint"], entry["refused_on"]) == ("incoming", "pc01")


@pytest.mark.parametrize("attempts", [1, 2, 3])
@pytest.mark.parametrize("password", ["typo", None], ids=["of the options", "of the clients"])
def test_many_wrong_passwords_are_refused_only_so_often(
    logins: SignInsFile, attempts: int, password: str | None
) -> None:
    refusals = 0
    for number in range(30):
        host = limit(logins, f"pc{number:02}", password and f"{password} {number}", attempts=attempts)
        entries = host.begin()
        if any("reason" in entry for entry in entries):
            assert f"{LOGIN} was refused {refusals} times in this run" in entries[0]["reason"]
            host.end(result(SKIPPED, SKIPPED))
            continue
        allowed = min([attempts, 2, *(entry["attempts"] for entry in entries)])
        host.end(result(*[REFUSED] * allowed))
        refusals += allowed
    assert min(attempts, 2) < refusals <= attempts + 1


def test_a_locked_account_is_left_alone(logins: SignInsFile) -> None:
    one = limit(logins, "pc01")
    one.begin()
    one.end(result(OK, OK))
    other = limit(logins, "pc02", "secret-2")
    other.begin()
    other.end(result(("failed", "account_locked"), SKIPPED))
    for password in ("secret-1", "secret-2", "secret-3"):
        entries = limit(logins, "pc03", password).begin()
        assert {entry["reason"] for entry in entries} == {f"the account of {LOGIN} was found locked on pc02"}


@pytest.mark.parametrize(
    ("outcome", "evidence"),
    [
        (SKIPPED, ""),
        (("failed", "temporarily_unavailable"), "454 later"),
        (("failed", "too_many"), "NO [LIMIT] too many connections"),
        (("failed", "no_way_to_sign_in"), ""),
        (("failed", "public_address_blocked"), ""),
    ],
)
def test_what_is_no_verdict_on_the_password_proves_nothing(
    logins: SignInsFile, outcome: Outcome, evidence: str
) -> None:
    for number in range(10):
        host = limit(logins, f"pc{number:02}")
        assert host.begin() == []
        host.end(result(outcome, outcome, evidence=evidence))


@pytest.mark.parametrize("outcome", [("failed", "nothing_said"), ("failed", "too_many"), ("failed", "hung_up")])
def test_what_nobody_knows_counts_as_refused_and_names_no_password(logins: SignInsFile, outcome: Outcome) -> None:
    for host, attempts in (("pc01", [None, None]), ("pc02", [1, 1])):
        one = limit(logins, host)
        assert [entry.get("attempts") for entry in one.begin()] == [number for number in attempts if number]
        one.end(result(outcome, SKIPPED, evidence="too many login failures"))


def test_others_wait_until_the_first_has_ended(logins: SignInsFile) -> None:
    """Another worker process is a process that runs."""
    with subprocess.Popen(["sleep", "30"]) as worker:
        try:
            first = held_by(logins, worker.pid)
            seen: list[list[dict[str, t.Any]]] = []
            second = limit(logins, "pc02")
            waiting = threading.Thread(target=lambda: seen.append(second.begin()))
            waiting.start()
            waiting.join(0.6)
            assert seen == []
            first.end(result(REFUSED, REFUSED))
            waiting.join(20)
            assert [entry["refused_on"] for entry in seen[0]] == ["pc01", "pc01"]
            assert (first.released, second.released) == (False, True)
        finally:
            worker.kill()


def held_by(logins: SignInsFile, pid: int) -> SharedSignInLimit:
    """pc01 tries the login, in another process."""
    first = limit(logins, "pc01")
    first.begin()
    with logins.changed() as records:
        records[LOGIN.casefold()]["holder"] = {"host": "pc01", "pid": pid}
    return first


def test_a_host_that_waits_in_vain_does_not_sign_in(logins: SignInsFile) -> None:
    with subprocess.Popen(["sleep", "30"]) as worker:
        try:
            held_by(logins, worker.pid)
            entries = limit(logins, "pc02", patience=0.3).begin()
            assert {entry["reason"] for entry in entries} == {
                f"{LOGIN} was being tried on pc01 and repeated failures lock accounts"
            }
        finally:
            worker.kill()


def test_a_worker_that_has_died_holds_nothing(logins: SignInsFile) -> None:
    with subprocess.Popen(["true"]) as worker:
        worker.wait()
    held_by(logins, worker.pid)
    second = limit(logins, "pc02")
    assert second.begin() == []
    assert not second.released  # others wait for it now


def test_nobody_waits_for_a_server_that_many_did_not_reach(logins: SignInsFile) -> None:
    for number in range(3):
        host = limit(logins, f"pc{number:02}")
        host.begin()
        host.end({})
    with subprocess.Popen(["sleep", "30"]) as worker:
        try:
            held_by(logins, worker.pid)
            assert "was being tried on pc01" in limit(logins, "pc05").begin()[0]["reason"]
        finally:
            worker.kill()


def test_a_task_in_the_background_uses_up_its_attempts(logins: SignInsFile) -> None:
    one = limit(logins, "pc01")
    one.begin()
    one.end({"ansible_job_id": "1"})
    assert [entry["attempts"] for entry in limit(logins, "pc02").begin()] == [1, 1]


def test_what_succeeded_may_be_left_out_of_the_result(logins: SignInsFile) -> None:
    one = limit(logins, "pc01")
    one.begin()
    one.end({"accounts": [{"checks": []}]})
    with logins.changed() as records:
        assert [verdict["accepted"] for verdict in records[LOGIN.casefold()]["servers"].values()] == [True, True]


def test_the_file_is_private_and_has_no_password(logins: SignInsFile, tmp_path: pathlib.Path) -> None:
    one = limit(logins, "pc01")
    one.begin()
    one.end(result(REFUSED, OK))
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_uid == os.geteuid()
    assert "secret-1" not in path.read_text()


@pytest.mark.parametrize(
    ("username", "endpoint", "key"),
    [
        ("Mario@Charter.net", IMAP, "mario@charter.net"),
        ("mario", IMAP, "mario@lab.test"),
        ("mario", SMTP, "mario@lab.test"),
        ("mario", Endpoint(Role.INCOMING, MailService.IMAP, Server("192.0.2.1", 993, Security.SSL)), "mario@192.0.2.1"),
    ],
)
def test_what_names_an_account(username: str, endpoint: Endpoint, key: str) -> None:
    assert login_key(PlannedSignIn(0, endpoint, username, None)) == key
