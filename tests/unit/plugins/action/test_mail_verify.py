# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of mail_verify on the controller, without a host: what it passes to the module, and what it keeps."""

from __future__ import annotations

import pathlib
import types
import typing as t

import pytest
from ansible import constants
from ansible.plugins.action import normal

from ansible_collections.charter.mail.plugins.action import mail_verify
from ansible_collections.charter.mail.plugins.module_utils._ansible import run_limit, run_verify
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_limit import NAME
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Code
from ansible_collections.charter.mail.plugins.module_utils._verify.other_hosts import OtherHosts, RefusedElsewhere

OPTIONS = {"email": "mario@charter.net", "password": "the-password"}


@pytest.fixture(autouse=True)
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The folder of this run of Ansible."""
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path), raising=False)
    return tmp_path


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, t.Any]]:
    """The options that reach the module; each of its runs sees the password refused."""
    seen: list[dict[str, t.Any]] = []

    def run_module(action: mail_verify.ActionModule, *_arguments: object) -> dict[str, t.Any]:
        seen.append(action._task.args)
        checks = [
            {
                "stage": "authentication",
                "endpoint": endpoint,
                "server": server,
                "status": "failed",
                "code": "password_refused",
                "evidence": "",
            }
            for endpoint, server in (("incoming", "imap.charter.net:993"), ("outgoing", "smtp.charter.net:587"))
        ]
        return {"accounts": [{"checks": checks}], "invocation": {"module_args": dict(action._task.args)}}

    monkeypatch.setattr(normal.ActionModule, "run", run_module)
    return seen


def run(host: str = "pc01", system: str | None = None, **options: t.Any) -> dict[str, t.Any]:
    """Run the task."""
    task: t.Any = types.SimpleNamespace(args={**OPTIONS, **options}, delegate_to=None, check_mode=False)
    connection: t.Any = types.SimpleNamespace(_shell=types.SimpleNamespace(SHELL_FAMILY="sh"))
    templar: t.Any = types.SimpleNamespace(template=lambda value: value)
    unused: t.Any = None
    action = mail_verify.ActionModule(task, connection, unused, unused, templar, unused)
    result = action.run(task_vars={"inventory_hostname": host, "mail_system": system})
    assert task.args == {**OPTIONS, **options}
    return result


@pytest.mark.usefixtures("passed")
def test_a_wrong_system_fails_the_task() -> None:
    assert run(system="amiga") == {
        "changed": False,
        "failed": True,
        "msg": "mail_system: 'amiga' is not a system. Write linux or windows.",
    }


def test_the_second_host_learns_what_the_first_found(passed: list[dict[str, t.Any]]) -> None:
    run("pc01")
    second = run("pc02")
    assert passed[0] == OPTIONS
    assert {entry["refused_on"] for entry in passed[1][NAME]} == {"pc01"}
    assert NAME not in second["invocation"]["module_args"]


@pytest.mark.usefixtures("passed")
def test_a_windows_host_learns_what_a_linux_host_found(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[OtherHosts] = []

    def verify_all(params: dict[str, t.Any], *_arguments: object, check_mode: bool) -> run_verify.VerifyResult:
        assert not check_mode
        accounts = [request.account for request in requests(params)]
        seen.append(run_limit.other_hosts(params, accounts))
        return run_verify.VerifyResult({"msg": "", "accounts": [], "found": []}, (), failed=False)

    monkeypatch.setattr(run_verify, "verify_all", verify_all)
    run("pc01")
    run("pc02", system="windows")
    refused = RefusedElsewhere("pc01", Code.PASSWORD_REFUSED)
    places = ("imap.charter.net:993", "smtp.charter.net:587")
    login, password = OPTIONS["email"], Secret(OPTIONS["password"])
    assert seen == [OtherHosts(refused={(place, login, password): refused for place in places})]


def test_nobody_learns_anything_about_other_passwords_or_without_one(passed: list[dict[str, t.Any]]) -> None:
    run("pc01")
    run("pc02", password=None)
    assert NAME not in passed[1]


def test_wrong_options_are_for_the_module_to_report(passed: list[dict[str, t.Any]], folder: pathlib.Path) -> None:
    run(port=1)
    run(incoming={"host": "no host"})
    assert len(passed) == 2
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("passed")
def test_without_a_folder_there_is_no_limit_and_no_test(folder: pathlib.Path) -> None:
    folder.rmdir()
    result = run()
    assert result["failed"]
    assert result["msg"].startswith("The limit on sign-ins cannot be shared with other hosts (")
