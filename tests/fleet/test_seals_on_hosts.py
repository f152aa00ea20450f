# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_accounts with a key for seals over SSH: one look tells that passwords are stored, whoever logs in."""

from __future__ import annotations

import json
import pathlib
import secrets
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, AnsibleRun

from .fleet import Fleet
from .mail_accounts_runs import (
    HOST,
    SU,
    Controller,
    has_look,
    is_from_look,
    login_shell,
    on_host,
    one_host,
    run_mail_accounts,
)

NAMES = ("mario", "anna")
KEY = secrets.token_hex(32)
PASSWORDS = {name: f"{name}'s {secrets.token_hex(8)}" for name in NAMES}
ACCOUNTS: list[dict[str, t.Any]] = [
    {"user": name, "email": f"{name}@charter.net", "password": PASSWORDS[name]} for name in NAMES
]
STORES = (".thunderbird/charter.default", ".local/share/keyrings")


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[Fleet]:
    """A host without accounts."""
    with one_host(NAMES) as running:
        yield running


@pytest.fixture
def ansible(fleet: Fleet, tmp_path: pathlib.Path) -> Controller:
    """Ansible, once the accounts are there with their passwords and seals."""
    found = Controller(tmp_path, Ansible(tmp_path, quick=True))
    play(found, fleet)
    result, _run = play(found, fleet)  # the first run may have had to change what another test has left
    assert {account["password"] for account in result["accounts"]} == {"stored"}
    return found


def play(
    ansible: Controller,
    fleet: Fleet,
    accounts: t.Sequence[dict[str, t.Any]] = ACCOUNTS,
    key: str | None = KEY,
    **others: t.Any,
) -> tuple[dict[str, t.Any], AnsibleRun]:
    """The result of the task with -vvv, and the run; ``others`` are those of ``run_mail_accounts``."""
    options: dict[str, t.Any] = {"evolution": {"password_store": "plaintext_keyring"}}
    if key is not None:
        options["seal_key"] = key
    result, run = run_mail_accounts(ansible, fleet, accounts, options=options, **others)
    assert not [secret for secret in (KEY, *PASSWORDS.values()) if secret in run.output]
    return result, run


@pytest.mark.parametrize(
    ("shell", "login"),
    [
        ("/bin/bash", {}),
        ("/usr/bin/tcsh", {}),
        ("/usr/bin/tcsh", SU),
    ],
    ids=["bash", "tcsh", "tcsh and su"],
)
def test_stored_passwords_are_answered_by_one_look(
    fleet: Fleet, ansible: Controller, shell: str, login: t.Mapping[str, t.Any]
) -> None:
    with login_shell(fleet, shell):
        result, run = play(ansible, fleet, variables=login)
    assert run.code == 0, run.output
    assert is_from_look(run), run.output
    assert not result["changed"]
    assert {(entry["status"], entry["password"]) for entry in result["accounts"]} == {("unchanged", "stored")}
    assert "H4sI" not in run.output  # gzip's header in base64


def test_the_seals_are_the_users_alone_and_no_key_stays_on_the_host(fleet: Fleet, ansible: Controller) -> None:
    for name in NAMES:
        for folder in STORES:
            owner = on_host(fleet, f"stat -c '%U %a' /home/{name}/{folder}/charter-mail.seal")
            assert owner.split() == [name, "600"]
    assert on_host(fleet, f"grep -rlF {KEY} /home /root /tmp /var/tmp || true") == ""


@pytest.mark.parametrize(
    "number", range(4), ids=["another password", "another key", "no key", "a store that the client has changed"]
)
def test_without_a_seal_that_fits_the_module_is_sent(fleet: Fleet, ansible: Controller, number: int) -> None:
    others: list[dict[str, t.Any]] = [
        {"accounts": [{**ACCOUNTS[0], "password": "another one"}, ACCOUNTS[1]], "check": True},
        {"key": "k" * 64, "check": True},
        {"key": None},
        {},
    ]
    if number == 3:
        logins = "/home/mario/.thunderbird/charter.default/logins.json"
        on_host(fleet, f'sed -i \'s/"timesUsed":1/"timesUsed":2/\' {logins}; chown mario: {logins}')
    result, run = play(ansible, fleet, **others[number])
    assert run.code == 0, run.output
    if number == 2:
        assert not has_look(run)
    else:
        assert not is_from_look(run)
    assert result["changed"] == (number == 0)
    if number == 3:  # the run has renewed the seal
        _result, run = play(ansible, fleet)
        assert is_from_look(run), run.output


def test_the_same_host_by_another_name_has_another_key(fleet: Fleet, ansible: Controller) -> None:
    inventory = json.loads(fleet.inventory_path.read_text())
    hosts = inventory["all"]["children"]["fleet"]["hosts"]
    hosts["another-name"] = hosts.pop(HOST)
    renamed = ansible.folder / "renamed.json"
    renamed.touch(mode=0o600)
    renamed.write_text(json.dumps(inventory))
    _result, run = play(ansible, fleet, inventory=renamed, host="another-name", check=True)
    assert run.code == 0, run.output
    assert not is_from_look(run)
    _result, run = play(ansible, fleet)
    assert is_from_look(run), run.output
