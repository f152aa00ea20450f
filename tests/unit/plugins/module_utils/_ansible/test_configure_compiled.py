# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs in the place of a module does as AnsibleModule: it logs the accounts, and expands paths."""

from __future__ import annotations

import json
import pathlib
import syslog
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import client_registry, configure_compiled
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_all_options import OPTIONS
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import CLIENT_OPTIONS
from ansible_collections.charter.mail.plugins.module_utils._ansible.validate import validated

Options = t.Dict[str, t.Any]

INTERNAL: t.Mapping[str, t.Any] = {
    "_ansible_check_mode": True,
    "_ansible_no_log": False,
    "_ansible_syslog_facility": "LOG_USER",
    "_ansible_verbosity": 0,
}
SECRET = "hunter2-P\u00e4ssword"


class Log:
    """The log of the system.

    Attributes:
        entries: program, facility, priority and text of each.
    """

    def __init__(self) -> None:
        self.entries: list[tuple[str, int, int, str]] = []
        self._opened = ("", 0)

    def openlog(self, program: str, _options: int, facility: int) -> None:
        self._opened = (program, facility)

    def syslog(self, priority: int, text: str) -> None:
        program, facility = self._opened
        self.entries.append((program, facility, priority, text))


@pytest.fixture(autouse=True)
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    made = Log()
    monkeypatch.setattr(syslog, "openlog", made.openlog)
    monkeypatch.setattr(syslog, "syslog", made.syslog)
    return made


def run(given: Options, client: str | None = None, **internal: t.Any) -> Options:
    own = OPTIONS if client is None else {**CLIENT_OPTIONS, **client_registry.CLIENTS[client].options}
    options = validated(given, argument_spec(**own))
    module = "charter.mail.mail_accounts" if client is None else f"charter.mail.{client}_account"
    work = {"module": module, "client": client, "options": options}
    done = configure_compiled.run(work, {**INTERNAL, **{f"_ansible_{name}": value for name, value in internal.items()}})
    assert done.isascii()
    return t.cast(Options, json.loads(done))


def of_mario(home: pathlib.Path, **others: t.Any) -> Options:
    return {"email": "mario@charter.net", "home": str(home), "clients": ["thunderbird"], **others}


@pytest.mark.parametrize("check_mode", [False, True])
def test_the_entry_names_the_account_and_nothing_else(check_mode: bool, tmp_path: pathlib.Path, log: Log) -> None:
    given = of_mario(tmp_path, full_name="Mario Rossi", organization=SECRET)
    run(given, check_mode=check_mode)
    program = "ansible-charter.mail.mail_accounts"
    assert log.entries == [(program, syslog.LOG_USER, syslog.LOG_INFO, "Invoked for mario@charter.net")]


def test_the_entry_names_all_accounts_of_a_list(tmp_path: pathlib.Path, log: Log) -> None:
    accounts = [
        {"email": "mario@charter.net", "password": SECRET, "home": str(tmp_path)},
        {"email": "anna@charter.net", "username": "Anna", "home": str(tmp_path)},
        {"email": f"evil\n{SECRET}@charter.net", "home": str(tmp_path)},
    ]
    assert run({"accounts": accounts}, "evolution")["failed"]
    (entry,) = log.entries
    assert entry[0] == "ansible-charter.mail.evolution_account"
    assert entry[3] == "Invoked for mario@charter.net, anna@charter.net"


@pytest.mark.parametrize("email", [SECRET, "a@b\nc", "%s@%n %d", ""])
def test_what_is_no_address_is_not_logged(email: str, tmp_path: pathlib.Path, log: Log) -> None:
    assert run(of_mario(tmp_path, email=email))["failed"]
    assert [entry[3] for entry in log.entries] == ["Invoked for no account"]


@pytest.mark.parametrize("client", [None, "thunderbird"])
def test_a_task_that_is_not_logged_has_no_entry(client: str | None, tmp_path: pathlib.Path, log: Log) -> None:
    given = of_mario(tmp_path)
    if client is not None:
        del given["clients"]
    assert run(given, client, no_log=True)["changed"]
    assert log.entries == []


@pytest.mark.parametrize(
    ("name", "facility"),
    [
        ("LOG_LOCAL3", syslog.LOG_LOCAL3),
        ("LOG_AUTH", syslog.LOG_AUTH),
        ("none", syslog.LOG_USER),
        ("syslog", syslog.LOG_USER),
    ],
)
def test_the_facility_is_ansibles(name: str, facility: int, tmp_path: pathlib.Path, log: Log) -> None:
    run(of_mario(tmp_path), syslog_facility=name)
    assert [entry[1] for entry in log.entries] == [facility]


@pytest.mark.parametrize("where", ["~/a", "$HOME/a", "${HOME}/a", "${PART_OF_HOME}/a", "~/$NAME"])
@pytest.mark.parametrize("in_entry", [False, True])
def test_paths_are_expanded(
    in_entry: bool, where: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"HOME": str(tmp_path), "PART_OF_HOME": "~", "NAME": "a"}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "a").mkdir()
    entry = {"email": "mario@charter.net"}
    given = {"accounts": [entry]} if in_entry else entry
    options = validated({**given, "clients": ["evolution"]}, argument_spec(**OPTIONS))
    # The controller leaves them as they are: there, they have another type.
    place = options["accounts"][0] if in_entry else options
    place["home"] = where
    work = {"module": "charter.mail.mail_accounts", "client": None, "options": options}
    result = json.loads(configure_compiled.run(work, {**INTERNAL, "_ansible_check_mode": False}))
    assert (result["changed"], result["failed"]) == (True, False)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert list((tmp_path / "a/.config/evolution/sources").iterdir())
    assert place["home"] == where


def test_a_path_that_begins_with_no_variable_is_refused(tmp_path: pathlib.Path) -> None:
    result = run({**of_mario(tmp_path), "home": "$NO_SUCH_VARIABLE/a"})
    assert result["failed"]
    assert "this path does not begin with /" in result["msg"]
    assert list(tmp_path.iterdir()) == []


def test_texts_are_printable(tmp_path: pathlib.Path) -> None:
    name = "a\x1b[2J\u202eb.default"
    (tmp_path / ".thunderbird" / name).mkdir(parents=True)
    profile = f"[Profile0]\nName=default\nIsRelative=1\nPath={name}\nDefault=1\n"
    (tmp_path / ".thunderbird/profiles.ini").write_text(profile, encoding="utf-8")
    (account,) = run(of_mario(tmp_path))["accounts"]
    assert account["profile"].endswith("/.thunderbird/a\\x1b[2J\\u202eb.default")
