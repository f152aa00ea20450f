# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No password is in a log, a result, an error or a process list, whatever it is made of and wherever it stands."""

from __future__ import annotations

import base64
import json
import os
import pathlib
import secrets
import shutil
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser, temporary_user
from ansible_collections.charter.mail.tests.integration.logged_runs import LoggedRun, LoggedRuns, logged_runs
from ansible_collections.charter.mail.tests.missing import skip_or_fail
from ansible_collections.charter.mail.tests.unit.amount import examples

EMAIL = "anna.bianchi@charter.net"
# In every password, so that whatever shows a part of one is found; no other process of the machine has it.
MARK = f"mark{secrets.token_hex(6)}"
NASTY = f"\\Zq7'\"\t\xa0\xad\u200d\x1b\x9b\u202e{MARK}\\\\%s{{}}'\" é"

_NOWHERE = {"host": "127.0.0.1", "port": 1}
# module: options that the form of the accounts does not change, and those of an account
MODULES: t.Mapping[str, tuple[dict[str, t.Any], dict[str, t.Any]]] = {
    "thunderbird_account": ({}, {}),
    "evolution_account": ({"password_store": "plaintext_keyring"}, {}),
    "mail_accounts": (
        {"clients": ["thunderbird", "evolution"], "evolution": {"password_store": "plaintext_keyring"}},
        {},
    ),
    "mail_verify": ({"timeout": 1, "suggest": False}, {"incoming": _NOWHERE, "outgoing": _NOWHERE}),
}
Form = t.Callable[[dict[str, t.Any], str], dict[str, t.Any]]
VALID: t.Mapping[str, Form] = {
    "list": lambda account, password: {"accounts": [{**account, "password": password}]},
    "flat": lambda account, password: {**account, "password": password},
    "default of the list": lambda account, password: {"accounts": [account], "password": password},
    "also the user name": lambda account, password: {
        "accounts": [{**account, "password": password, "username": password}]
    },
    "also the full name": lambda account, password: {**account, "password": password, "full_name": password},
}
INVALID: t.Mapping[str, Form] = {
    "misspelt": lambda account, password: {"accounts": [{**account, "passwort": password}]},
    "misspelt flat": lambda account, password: {**account, "pasword": password},
    "misspelt below": lambda account, password: {"accounts": [{**account, "incoming": {"password": password}}]},
    "misspelt container": lambda account, password: {"accounts": [{**account, "passwords": [{"a": [password]}]}]},
    "no blank after the colon": lambda account, password: {"accounts": [{**account, f"password:{password}": None}]},
    "no blank before the colon": lambda account, password: {**account, f"password {password}": "x"},
    "beside a wrong choice": lambda account, password: {**account, "password": password, "protocol": password},
    "beside a wrong number": lambda account, password: {
        "accounts": [{**account, "password": password, "leave_on_server_days": password}]
    },
    "in a list": lambda account, password: {"accounts": [{**account, "password": [password]}]},
    "in a dictionary": lambda account, password: {**account, "password": {"text": password}},
    "in another option": lambda account, password: {"accounts": [{**account, "full_name": {"password": password}}]},
    "in a number": lambda account, password: {"accounts": [{**account, "leave_on_server_days": [password]}]},
    "instead of servers": lambda account, password: {"accounts": [{**account, "incoming": password}]},
    "in text for servers": lambda account, password: {**account, "incoming": f"host=x.charter.net password={password}"},
    "instead of accounts": lambda account, password: {"accounts": password},
    "instead of an account": lambda account, password: {"accounts": [account, password]},
    "in a list of lists": lambda account, password: {"accounts": [[password]]},
    "without the list": lambda account, password: {"accounts": {**account, "password": password}},
    "in text for accounts": lambda account, password: {"accounts": f"user=mario email={EMAIL} password={password}"},
    "in JSON": lambda account, password: {"accounts": json.dumps([{**account, "password": password}])},
    "swapped": lambda account, password: {
        "accounts": [{**account, "email": password.replace("@", ""), "password": EMAIL}]
    },
}
FORMS: t.Mapping[str, Form] = {**VALID, **INVALID}

AROUND = st.text(max_size=8) | st.text("\\'\"\t \xa0\xad\u200d%{}\x00\n", max_size=8)


@pytest.fixture(scope="module")
def anna() -> t.Iterator[LocalUser]:
    """One user for all runs."""
    if os.geteuid() != 0:
        skip_or_fail("creating local users needs root")
    with temporary_user() as user:
        yield user


@pytest.fixture(scope="module")
def runs(anna: LocalUser, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[LoggedRuns]:
    """Runs of modules, as root."""
    with logged_runs(tmp_path_factory.mktemp("runs")) as started:
        yield started


def empty(user: LocalUser) -> None:
    """Remove what an earlier run stored: it is no secret of the next one."""
    for path in user.home.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def run(
    runs: LoggedRuns, user: LocalUser, module: str, form: str, password: str, *, journal: bool = False
) -> LoggedRun:
    empty(user)
    own, account = MODULES[module]
    options = FORMS[form]({"user": user.name, "email": EMAIL, **account}, password)
    return runs.run(module, {**own, **options}, journal=journal)


def assert_hidden(done: LoggedRun, password: str) -> None:
    shown = done.everything
    assert MARK not in shown
    for encoded in (base64.b64encode(password.encode()).decode(), password.encode().hex(), password[::-1]):
        assert encoded not in shown


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_the_options_shows_it(runs: LoggedRuns, anna: LocalUser, module: str, form: str) -> None:
    for journal in (False, True) if form in VALID else (False,):  # nothing is logged for invalid options
        done = run(runs, anna, module, form, NASTY, journal=journal)
        assert done.result, done.errors
        assert_hidden(done, NASTY)
        if form in VALID:
            assert f"Invoked for {EMAIL}" in "".join(done.log)
        else:
            assert done.result["failed"]


@settings(max_examples=examples(60))
@given(
    module=st.sampled_from(sorted(MODULES)),
    form=st.sampled_from(sorted(FORMS)),
    before=AROUND,
    after=AROUND,
    journal=st.booleans(),
)
def test_no_text_shows_itself(
    runs: LoggedRuns, anna: LocalUser, module: str, form: str, before: str, after: str, journal: bool
) -> None:
    password = before + MARK + after
    assert_hidden(run(runs, anna, module, form, password, journal=journal), password)


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("form", VALID)
def test_no_program_in_the_place_of_a_module_shows_it(
    runs: LoggedRuns, anna: LocalUser, module: str, form: str
) -> None:
    empty(anna)
    own, account = MODULES[module]
    options = VALID[form]({"user": anna.name, "email": EMAIL, **account}, NASTY)
    done = runs.run(module, {**own, **options}, compiled=True)
    assert done.result, done.errors
    assert_hidden(done, NASTY)
    assert f"Invoked for {EMAIL}" in "".join(done.log)


def test_what_is_looked_at_would_show_it(runs: LoggedRuns, anna: LocalUser) -> None:
    done = runs.run("thunderbird_account", {"user": anna.name, "email": EMAIL, "full_name": "Anna-Maria"})
    assert "Anna-Maria" in done.everything
    assert done.log
    assert b"logged_runs" in done.processes


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("form", ["list", "misspelt"])
def test_ansible_shows_none_with_vvv_and_diff(
    ansible: Ansible, anna: LocalUser, tmp_path: pathlib.Path, module: str, form: str
) -> None:
    empty(anna)
    variables = tmp_path / "variables.json"
    variables.write_text(json.dumps({"vault": NASTY}))
    own, account = MODULES[module]
    options = {**own, **FORMS[form]({"user": anna.name, "email": EMAIL, **account}, "{{ vault }}")}
    arguments = ["--module-name", f"charter.mail.{module}", "--args", json.dumps(options)]
    done = ansible.command("ansible", "localhost", *arguments, "--extra-vars", f"@{variables}", "--diff", "-vvv")
    assert '"msg"' in done.output
    assert MARK not in done.output


@pytest.mark.parametrize(
    ("module", "form"),
    [
        ("mail_verify", "list"),
        ("mail_verify", "misspelt"),
        ("outlook_account", "misspelt"),
        ("outlook_account", "in a list"),
    ],
)
def test_the_controller_shows_none_for_a_windows_host(
    ansible: Ansible, tmp_path: pathlib.Path, module: str, form: str
) -> None:
    variables = tmp_path / "variables.json"
    variables.write_text(json.dumps({"vault": NASTY, "mail_system": "windows"}))
    own = {"timeout": 1, "suggest": False, "from_pc": "none"} if module == "mail_verify" else {}
    options = FORMS[form]({"user": "anna", "email": EMAIL, "incoming": _NOWHERE, "outgoing": _NOWHERE}, "{{ vault }}")
    arguments = ["--module-name", f"charter.mail.{module}", "--args", json.dumps({**own, **options})]
    done = ansible.command("ansible", "localhost", *arguments, "--extra-vars", f"@{variables}", "--diff", "-vvv")
    wanted = {
        "list": "refuses connections",
        "misspelt": "passwort",
        "in a list": "accounts[0].password: text was",
    }
    assert wanted[form] in done.output
    assert MARK not in done.output


@pytest.mark.parametrize("form", ["misspelt", "misspelt flat"])
def test_the_unknown_option_is_named(runs: LoggedRuns, anna: LocalUser, form: str) -> None:
    done = run(runs, anna, "thunderbird_account", form, NASTY)
    assert ("passwort" if form == "misspelt" else "pasword") in done.result["msg"]


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("in a list", "accounts[0].password: text was expected, not a list. Write it in quotes."),
        ("in another option", "accounts[0].full_name: text was expected, not a dictionary. Check the indentation"),
        (
            "instead of an account",
            "accounts[1]: a dictionary was expected, not text. Write name: value in it.",
        ),
        ("without the list", "accounts: a list was expected, not a dictionary. Write a dash before each entry."),
        (
            "swapped",
            "accounts[0].email: it is not an e-mail address, and not shown because the password looks like one.",
        ),
    ],
)
def test_what_is_wrong_is_said(runs: LoggedRuns, anna: LocalUser, form: str, message: str) -> None:
    assert run(runs, anna, "thunderbird_account", form, NASTY).result["msg"].startswith(message)
