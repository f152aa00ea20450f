# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_accounts on a host where nothing is to be done: one look over SSH tells it, whoever logs in and however."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, AnsibleRun

from .fleet import Fleet
from .mail_accounts_runs import (
    SU,
    Controller,
    has_look,
    is_from_look,
    login_shell,
    on_host,
    one_host,
    run_mail_accounts,
)

NAMES = ("mario", "anna", "luca")
NOTE = "a note that is only in a file of mario"
ACCOUNTS: list[dict[str, t.Any]] = [
    {"user": "mario", "email": "mario.rossi@charter.net", "full_name": "Mario Rossi"},
    {"user": "anna", "email": "anna@charter.net", "protocol": "pop3", "leave_on_server_days": 7, "profile": "default"},
    {"user": "luca", "email": "luca@charter.net", "state": "absent"},
]
BUSYBOX = """
cat >/usr/local/bin/busybox-sh <<'END'
#!/bin/sh
exec /bin/busybox sh "$@"
END
chmod 0755 /usr/local/bin/busybox-sh
"""
SUDO = {"ansible_user": "mario", "ansible_become": True, "ansible_become_method": "sudo"}


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[Fleet]:
    """A host whose users have their accounts."""
    with one_host(NAMES) as running:
        on_host(running, BUSYBOX)
        on_host(running, "echo 'mario ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/mario; chmod 0440 /etc/sudoers.d/mario")
        yield running


@pytest.fixture(scope="module")
def ansible(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Controller:
    """Ansible, once the accounts are there."""
    folder = tmp_path_factory.mktemp("ansible")
    found = Controller(folder, Ansible(folder, quick=True))
    first, _run = play(found, fleet, {"profile": None})
    assert first["changed"]
    on_host(fleet, f"echo '// {NOTE}' >>/home/mario/.thunderbird/charter.default/prefs.js")
    return found


def play(
    ansible: Controller, fleet: Fleet, change: t.Mapping[str, t.Any] | None = None, **others: t.Any
) -> tuple[dict[str, t.Any], AnsibleRun]:
    """The result of the task with -vvv, and the run; ``others`` are those of ``run_mail_accounts``."""
    accounts = [{**account, **(change or {})} for account in ACCOUNTS]
    accounts = [{name: value for name, value in account.items() if value is not None} for account in accounts]
    return run_mail_accounts(ansible, fleet, accounts, **others)


@pytest.mark.parametrize(
    ("shell", "login"),
    [
        ("/bin/bash", {}),
        ("/bin/sh", SUDO),
        ("/usr/bin/tcsh", {}),
        ("/usr/bin/tcsh", {**SUDO, "ansible_pipelining": True}),
        ("/usr/bin/tcsh", SU),
        ("/usr/local/bin/busybox-sh", SU),
    ],
    ids=["bash", "sh and sudo", "tcsh", "tcsh and sudo", "tcsh and su", "busybox and su"],
)
def test_one_look_tells_that_nothing_is_to_be_done(
    fleet: Fleet, ansible: Controller, shell: str, login: t.Mapping[str, t.Any]
) -> None:
    with login_shell(fleet, shell):
        result, run = play(ansible, fleet, variables=login)
    assert run.code == 0, run.output
    assert is_from_look(run), run.output
    assert not result["changed"]
    assert {(entry["user"], entry["status"]) for entry in result["accounts"]} == {
        ("mario", "unchanged"),
        ("anna", "unchanged"),
        ("luca", "absent"),
    }
    assert NOTE not in run.output
    assert "H4sI" not in run.output  # gzip's header in base64


@pytest.mark.parametrize("client", ["thunderbird", "evolution"])
def test_the_module_of_one_client_is_not_sent_either(fleet: Fleet, ansible: Controller, client: str) -> None:
    module = f"{client}_account"
    result, run = play(ansible, fleet, module=module)
    assert run.code == 0, run.output
    assert is_from_look(run, module), run.output
    assert [(entry["user"], entry["status"]) for entry in result["accounts"]] == [
        ("mario", "unchanged"),
        ("anna", "unchanged"),
        ("luca", "absent"),
    ]
    assert NOTE not in run.output
    _result, changing = play(ansible, fleet, {"organization": "Rossi"}, module=module, check=True)
    assert not is_from_look(changing, module)
    assert changing.recap["changed"] == 1, changing.output


def test_the_user_alone(fleet: Fleet, ansible: Controller) -> None:
    result, run = play(ansible, fleet, variables={"ansible_user": "mario"})
    assert not is_from_look(run)  # the other users are out of reach, which the module says
    assert "only root can configure another user's mail" in result["msg"]


def test_a_password_is_the_modules_without_a_look(fleet: Fleet, ansible: Controller) -> None:
    result, run = play(ansible, fleet, {"password": "new"}, check=True)
    assert not has_look(run)
    assert result["accounts"]


@pytest.mark.parametrize("number", range(2))
def test_whatever_differs_is_the_modules(fleet: Fleet, ansible: Controller, number: int) -> None:
    changes: list[dict[str, t.Any]] = [{"full_name": "Somebody"}, {"leave_on_server_days": 9}]
    result, run = play(ansible, fleet, changes[number], check=True)
    assert not is_from_look(run)
    assert result["accounts"]


def test_the_module_runs_for_the_client_that_differs(fleet: Fleet, ansible: Controller) -> None:
    preferences = "/home/mario/.thunderbird/charter.default/prefs.js"
    on_host(fleet, f"cp -p {preferences} /tmp/kept; sed -i 's/Mario Rossi/Somebody/' {preferences}")
    try:
        for check in (True, False):
            result, run = play(ansible, fleet, check=check)
            assert run.code == 0, run.output
            assert not is_from_look(run)
            assert result["changed"]
            assert result["clients"] == ["thunderbird", "evolution"]
            assert [(entry["user"], entry["client"], entry["status"]) for entry in result["accounts"]] == [
                ("mario", "thunderbird", "updated"),
                ("mario", "evolution", "unchanged"),
                ("anna", "thunderbird", "unchanged"),
                ("anna", "evolution", "unchanged"),
                ("luca", "thunderbird", "absent"),
                ("luca", "evolution", "absent"),
            ]
            assert [diff["before_header"] for diff in result["diff"]] == [
                "Thunderbird profile /home/mario/.thunderbird/charter.default"
            ]
            assert result["msg"].startswith("Thunderbird: 1 absent, 1 unchanged, 1 updated. Evolution: 1 absent, ")
            assert result["invocation"]["module_args"]["clients"] == ["thunderbird", "evolution"]
    finally:
        on_host(fleet, f"cp -p /tmp/kept {preferences}")
    _result, again = play(ansible, fleet)
    assert is_from_look(again)
