# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of mail_verify on the controller, without a host: what it passes to the module, and what it keeps."""

from __future__ import annotations

import json
import pathlib
import time
import types
import typing as t

import pytest
from ansible import constants
from ansible.plugins.action import normal

from ansible_collections.charter.mail.plugins.action import mail_verify
from ansible_collections.charter.mail.plugins.module_utils._ansible import run_verify, shared_limit_option
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._ansible.shared_limit_option import NAME
from ansible_collections.charter.mail.plugins.module_utils._ansible.validate import validated
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Code
from ansible_collections.charter.mail.plugins.module_utils._verify.other_hosts import OtherHosts, RefusedElsewhere
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run import recorder
from ansible_collections.charter.mail.plugins.plugin_utils._verify_run.shared_sign_in_limit import SharedSignInLimit

OPTIONS = {"email": "mario@charter.net", "password": "the-password"}


@pytest.fixture(autouse=True)
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The folder of this run of Ansible."""
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path), raising=False)
    return tmp_path


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, t.Any]]:
    """The options that reach the host, without defaults; each test sees the password refused."""
    seen: list[dict[str, t.Any]] = []
    defaults = validated({"email": "a@b.example"}, mail_verify._ON_LINUX)

    def tested_with(options: dict[str, t.Any]) -> dict[str, t.Any]:
        seen.append({name: value for name, value in options.items() if value != defaults.get(name)})
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
        return {"accounts": [{"checks": checks}]}

    on_host(monkeypatch, tested_with)
    return seen


def on_host(monkeypatch: pytest.MonkeyPatch, test: t.Callable[[dict[str, t.Any]], dict[str, t.Any]]) -> None:
    """Let this function stand for the program on the host, and for the module."""

    def run_compiled(*arguments: t.Any) -> dict[str, t.Any]:
        _action, module, _program, _more, options, _variables = arguments
        assert module == "charter.mail.mail_verify"
        return test(options)

    monkeypatch.setattr(mail_verify, "run_compiled", run_compiled)
    monkeypatch.setattr(normal.ActionModule, "run", lambda action, *_arguments: test(action._task.args))


def run(
    host: str = "pc01",
    system: str | None = None,
    async_val: int = 0,
    no_log: bool = False,
    variables: t.Mapping[str, t.Any] = types.MappingProxyType({}),
    **options: t.Any,
) -> dict[str, t.Any]:
    """Run the task."""
    task: t.Any = types.SimpleNamespace(
        args={**OPTIONS, **options}, delegate_to=None, check_mode=False, async_val=async_val, no_log=no_log
    )
    connection: t.Any = types.SimpleNamespace(_shell=types.SimpleNamespace(SHELL_FAMILY="sh"))
    context: t.Any = types.SimpleNamespace(connection_lockfd=None)
    templar: t.Any = types.SimpleNamespace(template=lambda value: value)
    unused: t.Any = None
    action = mail_verify.ActionModule(task, connection, context, unused, templar, unused)
    result = action.run(task_vars={"inventory_hostname": host, "mail_system": system, **variables})
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
    assert passed[0] == {**OPTIONS, "checks": "all"}
    assert {entry["refused_on"] for entry in passed[1][NAME]} == {"pc01"}
    assert NAME not in second["invocation"]["module_args"]


@pytest.mark.usefixtures("passed")
def test_a_windows_host_learns_what_a_linux_host_found(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[OtherHosts] = []

    def verify_all(params: dict[str, t.Any], *_arguments: object, check_mode: bool) -> run_verify.VerifyResult:
        assert not check_mode
        accounts = [request.account for request in requests(params)]
        seen.append(shared_limit_option.other_hosts(params, accounts))
        return run_verify.VerifyResult({"msg": "", "accounts": [], "found": []}, (), failed=False)

    monkeypatch.setattr(run_verify, "verify_all", verify_all)
    run("pc01")
    run("pc02", system="windows")
    refused = RefusedElsewhere("pc01", Code.PASSWORD_REFUSED)
    places = ("imap.charter.net:993", "smtp.charter.net:587")
    login, password = OPTIONS["email"], Secret(OPTIONS["password"])
    assert seen == [OtherHosts(refused={(place, login, password): refused for place in places})]


@pytest.mark.parametrize(
    ("options", "program"),
    [
        ({}, "verify_compiled"),
        ({"location": "auto"}, "verify_compiled"),
        ({"from_client": "thunderbird"}, "verify_client_compiled"),
        ({"location": "attic"}, None),  # for the module to report
        ({"from_client": "mutt"}, None),
        ({"timeout": "soon"}, None),
        ({"async_val": 60}, None),
    ],
)
def test_clients_are_sent_only_where_one_is_inspected(
    options: dict[str, t.Any], program: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []

    def run_compiled(_action: object, _module: str, program: str, *_more: object) -> dict[str, t.Any]:
        seen.append(program)
        return {"accounts": []}

    def run_module(*_arguments: object) -> dict[str, t.Any]:
        seen.append(None)
        return {"accounts": []}

    monkeypatch.setattr(mail_verify, "run_compiled", run_compiled)
    monkeypatch.setattr(normal.ActionModule, "run", run_module)
    shown = run(**options).get("invocation", {}).get("module_args", {})
    assert seen == [program]
    if program is not None:
        assert (shown.get("from_client"), shown["location"]) == (options.get("from_client"), "auto")


def test_nobody_learns_anything_about_other_passwords_or_without_one(passed: list[dict[str, t.Any]]) -> None:
    run("pc01")
    run("pc02", password=None)
    assert NAME not in passed[1]


def test_wrong_options_are_for_the_module_to_report(passed: list[dict[str, t.Any]], folder: pathlib.Path) -> None:
    run(port=1)
    run(incoming={"host": "no host"})
    assert len(passed) == 2
    assert [path for path in folder.iterdir() if "sign_ins" in path.name] == []


@pytest.mark.usefixtures("passed")
def test_without_a_folder_there_is_no_limit_and_no_test(folder: pathlib.Path) -> None:
    folder.rmdir()
    result = run()
    assert result["failed"]
    assert result["msg"].startswith("The limit on sign-ins cannot be shared with other hosts (")


CHECK = {"stage": "tls", "endpoint": "incoming", "server": "imap.charter.net:993", "evidence": "", "code": ""}
SEEN: dict[str, t.Any] = {
    "email": "mario@charter.net",
    "ok": True,
    "summary": "All tests completed successfully.",
    "checks": [
        {**CHECK, "status": "ok", "advice": ""},
        {**CHECK, "status": "ok", "advice": "Renew it."},
        {**CHECK, "stage": "authentication", "status": "ok", "advice": ""},
        {**CHECK, "stage": "mailbox", "status": "skipped", "advice": ""},
    ],
}


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is shown on the screen."""
    shown: list[str] = []
    monkeypatch.setattr(mail_verify._display, "display", shown.append)
    return shown


@pytest.fixture
def tested(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, t.Any]]:
    """The options with which an account that works is tested, by the module and on the controller."""
    seen: list[dict[str, t.Any]] = []

    def accounts(params: dict[str, t.Any]) -> list[dict[str, t.Any]]:
        seen.append(dict(params))
        return run_verify.returned([SEEN, {**SEEN, "ok": False}], params.get("checks", "failed"))

    def verify_all(params: dict[str, t.Any], *_arguments: object, check_mode: bool) -> run_verify.VerifyResult:
        found = {"msg": "", "accounts": accounts(params), "found": [], "network": ["192.0.2.0/24"]}
        return run_verify.VerifyResult(found, (), failed=check_mode)

    on_host(monkeypatch, lambda options: {"accounts": accounts(options)})
    monkeypatch.setattr(run_verify, "verify_all", verify_all)
    return seen


@pytest.mark.parametrize("system", ["linux", "windows"])
@pytest.mark.parametrize(("checks", "kept"), [(None, [1, 3]), ("failed", [1, 3]), ("all", [0, 1, 2, 3])])
def test_the_shared_limit_sees_all_checks_and_the_result_those_asked_for(
    system: str,
    checks: str | None,
    kept: list[int],
    tested: list[dict[str, t.Any]],
    folder: pathlib.Path,
    lines: list[str],
) -> None:
    options: dict[str, t.Any] = {} if checks is None else {"checks": checks}
    result = run(system=system, **options)
    assert [one["checks"] for one in result["accounts"]] == [[SEEN["checks"][number] for number in kept]] * 2
    assert tested[0]["checks"] == "all"
    assert result.get("invocation", {"module_args": {"checks": checks or "failed"}})["module_args"]["checks"] == (
        checks or "failed"
    )
    assert '"accepted": true' in next(folder.rglob("charter_mail_sign_ins.json")).read_text()
    assert lines[0].startswith("pc01: All tests completed successfully.")
    assert len(lines) == 1


def test_a_task_in_the_background_leaves_out_what_it_was_told_to(tested: list[dict[str, t.Any]]) -> None:
    run(async_val=60)
    assert "checks" not in tested[0]


@pytest.mark.usefixtures("tested")
@pytest.mark.parametrize(("no_log", "callback", "shown"), [(True, "default", 0), (False, "ansible.posix.json", 0)])
def test_nothing_is_shown_that_must_not_be(
    no_log: bool, callback: str, shown: int, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", callback, raising=False)
    run(no_log=no_log)
    assert len(lines) == shown


@pytest.mark.usefixtures("tested", "lines")
def test_the_network_of_the_controller_is_not_a_pcs() -> None:
    assert run(system="windows", from_pc="reach")["network"] == ["192.0.2.0/24"]
    assert run(system="windows", from_pc="none")["network"] == []


@pytest.mark.usefixtures("tested")
def test_a_playbook_that_ends_with_a_summary_shows_no_line_for_each_account(lines: list[str]) -> None:
    run(variables={"charter_mail_quiet": True})
    assert lines == []


@pytest.mark.parametrize("seconds", ["soon", -1, "nan", "inf"])
def test_a_wrong_jitter_is_refused(seconds: object, passed: list[dict[str, t.Any]]) -> None:
    result = run(variables={"mail_jitter": seconds})
    assert result["failed"]
    assert result["msg"] == f"mail_jitter: {seconds!r} is not a number of seconds. Write 0 or more."
    assert passed == []


@pytest.mark.usefixtures("passed")
def test_each_host_waits_for_a_random_part_of_the_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    for _ in range(20):
        run(variables={"mail_jitter": "5"})
    assert all(0 <= wait <= 5 for wait in waits)
    assert len(set(waits)) > 10


@pytest.mark.usefixtures("passed")
def test_a_host_that_has_waited_for_another_waits_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or all that waited for the same host would call the provider at once."""
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    begin = SharedSignInLimit.begin

    def released(limit: SharedSignInLimit) -> list[dict[str, t.Any]]:
        entries = begin(limit)
        limit.released = True
        return entries

    monkeypatch.setattr(SharedSignInLimit, "begin", released)
    run(variables={"mail_jitter": "5"})
    assert len(waits) == 2
    assert all(0 <= wait <= 5 for wait in waits)


@pytest.mark.usefixtures("tested", "lines")
@pytest.mark.parametrize("system", ["linux", "windows"])
@pytest.mark.parametrize("no_log", [False, True])
def test_what_was_found_is_recorded_with_all_checks(system: str, no_log: bool, tmp_path: pathlib.Path) -> None:
    run(system=system, no_log=no_log, variables={"mail_records": str(tmp_path / "records"), "mail_site": "Turin"})
    (path,) = (tmp_path / "records").rglob("pc01.json")
    text = path.read_text()
    record = json.loads(text)
    assert (record["host"], record["site"], record["verified"]) == ("pc01", "Turin", True)
    stages = [len(end["stages"]) for one in record["accounts"] for end in one["endpoints"]]
    assert stages == [len(SEEN["checks"])] * 2
    assert ("All tests completed" in text) is not no_log
    assert OPTIONS["password"] not in text


@pytest.mark.usefixtures("tested", "lines")
def test_a_record_that_cannot_be_written_is_a_warning(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(recorder._display, "warning", warned.append)
    (tmp_path / "file").write_text("")
    result = run(variables={"mail_records": str(tmp_path / "file" / "records")})
    assert "failed" not in result
    assert len(warned) == 1
    assert warned[0].startswith("Mail results cannot be recorded (Not a directory)")
