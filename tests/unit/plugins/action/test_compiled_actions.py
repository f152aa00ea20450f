# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Actions whose task changes something: the program runs, and what it returns is shown without secrets.

The program is the real one; only the way to the host is a stand-in.
"""

from __future__ import annotations

import pathlib
import types
import typing as t

import pytest
from ansible.plugins.action import ActionBase

from ansible_collections.charter.mail.plugins.action import evolution_account, mail_accounts, thunderbird_account
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import System
from ansible_collections.charter.mail.plugins.plugin_utils._compiled.run_compiled import MODULE
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run import recorder, run_id_for_module
from ansible_collections.charter.mail.plugins.plugin_utils._look import client_action, seal_key
from ansible_collections.charter.mail.tests.unit.plugins.modules.__internal.program import INTERNAL, result_of, run_with

pytestmark = pytest.mark.one_in(3)

RUN = "20261128T033000Z-417305-9c2e41"
ACTIONS: dict[str, t.Any] = {
    "mail_accounts": mail_accounts,
    "thunderbird_account": thunderbird_account,
    "evolution_account": evolution_account,
}
SECRET = "pa\u00dfw\u00f6rt'''\\of Mario"
Options = t.Dict[str, t.Any]


class Host:
    """Runs modules where a connection would.

    Attributes:
        modules: the names of the modules that ran.
        printed: what the program printed.
        removed: the temporary folders that were removed.
    """

    def __init__(self) -> None:
        self.modules: list[str] = []
        self.printed = ""
        self.removed: list[str] = []

    def execute(self, action: t.Any, module_name: str, module_args: Options, task_vars: object) -> Options:
        self.modules.append(module_name)
        check_mode = {"_ansible_check_mode": action._task.check_mode}
        done = run_with({**module_args, **INTERNAL, **check_mode})
        self.printed = done.stdout.decode()
        return result_of(done)


@pytest.fixture
def home(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    made = Host()
    monkeypatch.setattr(ActionBase, "_execute_module", lambda action, **arguments: made.execute(action, **arguments))
    monkeypatch.setattr(ActionBase, "_remove_tmp_path", lambda _action, path: made.removed.append(path))
    for module in (client_action, mail_accounts):
        monkeypatch.setattr(module, "can_run", lambda _action: False)
    monkeypatch.setattr(mail_accounts, "system_of", lambda *_arguments: System.LINUX)
    monkeypatch.setattr(run_id_for_module, "run_id", lambda *_arguments: RUN)
    monkeypatch.setattr(seal_key, "of_host", lambda *_arguments: None)
    monkeypatch.setattr(recorder, "configured", lambda *_arguments: None)
    return made


@pytest.fixture(params=ACTIONS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def run(name: str, args: Options, *, check_mode: bool = False) -> Options:
    """The result of the action."""
    task: t.Any = types.SimpleNamespace(args=args, check_mode=check_mode, async_val=0)
    connection: t.Any = types.SimpleNamespace(_shell=types.SimpleNamespace(SHELL_FAMILY="sh", tmpdir="/tmp/-tmp-"))
    context: t.Any = types.SimpleNamespace(connection_lockfd=None)
    unused: t.Any = None
    action = ACTIONS[name].ActionModule(task, connection, context, unused, unused, unused)
    return t.cast("Options", action.run(None, {"inventory_hostname": "pc-1"}))


def of_mario(name: str, home: pathlib.Path) -> Options:
    clients = {"clients": ["thunderbird", "evolution"]} if name == "mail_accounts" else {}
    return {"email": "mario@charter.net", "full_name": "Mario Rossi", "home": str(home), **clients}


def test_the_program_runs_and_its_folder_is_removed(name: str, home: pathlib.Path, host: Host) -> None:
    result = run(name, of_mario(name, home))
    assert (result["changed"], result["failed"], result["run"]) == (True, False, RUN)
    assert (host.modules, host.removed) == ([MODULE], ["/tmp/-tmp-"])
    assert result["invocation"]["module_args"]["full_name"] == "Mario Rossi"
    assert not run(name, of_mario(name, home))["changed"]


def test_nothing_is_changed_in_check_mode(name: str, home: pathlib.Path, host: Host) -> None:
    assert run(name, of_mario(name, home), check_mode=True)["changed"]
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("level", ["task", "entry"])
def test_a_secret_in_a_file_of_the_user_is_hidden(level: str, name: str, home: pathlib.Path, host: Host) -> None:
    """A user's settings may contain the password, and the result has former values and diffs."""
    args = of_mario(name, home)
    run(name, {**args, "full_name": SECRET})
    given = {**args, "password": SECRET}
    if name != "thunderbird_account":
        store = {"password_store": "none"}
        given.update({"evolution": store} if name == "mail_accounts" else store)
    if level == "entry":
        entry = {name: given.pop(name) for name in ("email", "full_name", "home", "password")}
        given["accounts"] = [entry]
    result = run(name, given)
    assert "pa\\u00dfw\\u00f6rt" in host.printed  # so it would be in the result
    assert "pa\u00df" not in repr(result)
    assert "of Mario" not in repr(result)
    assert result["changed"]
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in repr(result) or "****" in repr(result)


def test_a_secret_in_a_failure_is_hidden(name: str, home: pathlib.Path, host: Host) -> None:
    given = {**of_mario(name, home), "password": SECRET, "user": f"no {SECRET}"}
    result = run(name, given)
    assert result["failed"]
    assert SECRET in host.printed.encode().decode("unicode_escape").replace("\\\\", "\\")
    assert SECRET not in repr(result).replace("\\\\", "\\")
    assert "of Mario" not in repr(result)


def test_the_folder_is_removed_when_the_connection_is_lost(
    name: str, home: pathlib.Path, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_arguments: object, **_options: object) -> t.NoReturn:
        raise ConnectionError

    monkeypatch.setattr(ActionBase, "_execute_module", lost)
    with pytest.raises(ConnectionError):
        run(name, of_mario(name, home))
    assert host.removed == ["/tmp/-tmp-"]
