# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of one client: a look answers in front of them only where nothing is to be done, and as they do.

Otherwise the compiled files run. The module itself runs in the background, and to say what is wrong with the options.

The connection is a stand-in. What it brings of a home, the command of the look has printed.
"""

from __future__ import annotations

import pathlib
import random
import types
import typing as t

import pytest
from ansible.plugins.action import normal

from ansible_collections.charter.mail.plugins.action import evolution_account, thunderbird_account
from ansible_collections.charter.mail.plugins.module_utils._ansible import client_registry, run_id_option
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec
from ansible_collections.charter.mail.plugins.module_utils._ansible.result import TaskResult
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import CLIENT_OPTIONS
from ansible_collections.charter.mail.plugins.module_utils._ansible.validate import on_controller, validated
from ansible_collections.charter.mail.plugins.module_utils._model.printable import printable_result
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run.run_id import is_run_id
from ansible_collections.charter.mail.plugins.plugin_utils._look import client_action
from ansible_collections.charter.mail.plugins.plugin_utils._look.covered_paths import Patterns
from ansible_collections.charter.mail.plugins.plugin_utils._look.errors import UnseenError
from ansible_collections.charter.mail.plugins.plugin_utils._look.prepared import FILES
from ansible_collections.charter.mail.tests.unit.amount import FULL
from ansible_collections.charter.mail.tests.unit.plugins.plugin_utils._look.homes import (
    Generator,
    Options,
    by_client_module,
    by_module,
    client_options,
    options,
    printed,
)

pytestmark = pytest.mark.one_in(3)

ACTIONS: dict[str, t.Any] = {"thunderbird": thunderbird_account, "evolution": evolution_account}
SEEDS = range(240) if FULL else random.SystemRandom().sample(range(100_000), 6)
BY_MODULE = {"by": "the module"}
BY_FILES = {"by": "the compiled files"}
MARIO: Options = {"email": "mario@charter.net", "full_name": "Mario Rossi"}


@pytest.fixture
def home(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(params=ACTIONS)
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def run(
    home: pathlib.Path,
    client: str,
    args: Options,
    *,
    look: t.Callable[[pathlib.Path, Patterns], str] = printed,
    shell: str | None = "sh",
    async_val: int = 0,
) -> tuple[Options, int]:
    """The result of the action, and how many looks it took.

    It is ``BY_MODULE`` for that of the module, and ``BY_FILES`` for that of the compiled files.
    """
    patterns = Patterns(FILES[client])
    lines: list[str] = []

    def run_line(_action: object, line: str) -> str:
        lines.append(line)
        return look(home, patterns)

    def run_module(action: t.Any, *_arguments: object) -> Options:
        given = dict(action._task.args)
        assert is_run_id(given.pop(run_id_option.NAME))
        assert given == args
        return BY_MODULE

    def run_compiled(*arguments: t.Any) -> Options:
        _action, module, program, more, params, _variables = arguments
        given = dict(params)
        assert is_run_id(given.pop(run_id_option.NAME))
        assert given == sent(client, args)
        assert (module, program) == (f"charter.mail.{client}_account", "configure_compiled")
        assert more == {"client": client}
        return dict(BY_FILES)

    task: t.Any = types.SimpleNamespace(args=args, check_mode=False, async_val=async_val)
    connection: t.Any = types.SimpleNamespace(_shell=shell and types.SimpleNamespace(SHELL_FAMILY=shell))
    context: t.Any = types.SimpleNamespace(connection_lockfd=None)
    unused: t.Any = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client_action, "run_line", run_line)
        patch.setattr(client_action, "run_compiled", run_compiled)
        patch.setattr(normal.ActionModule, "run", run_module)
        result = ACTIONS[client].ActionModule(task, connection, context, unused, unused, unused).run()
    assert task.args == args
    if result.get("by") == BY_FILES["by"]:
        assert result.pop("invocation")["module_args"].keys() >= {"email", "accounts"} & args.keys()
    return result, len(lines)


def sent(client: str, args: Options) -> Options:
    """The options that are sent with the compiled files: valid, with defaults, and with paths as they are written."""
    spec = on_controller(argument_spec(**CLIENT_OPTIONS, **client_registry.CLIENTS[client].options))
    return validated(args, spec)


def settle(home: pathlib.Path, *accounts: Options) -> None:
    by_module(home, options(accounts), check_mode=False)


def as_returned(found: TaskResult, warnings: list[str]) -> t.Any:
    return printable_result({**found.as_result(), **({"warnings": warnings} if warnings else {})})


@pytest.mark.parametrize("part", range(4))
def test_the_look_and_the_module_agree(part: int, tmp_path: pathlib.Path, client: str) -> None:
    answered = 0
    for seed in SEEDS[part::4]:
        folder = tmp_path / str(seed)
        folder.mkdir()
        generator = Generator(seed, folder)
        accounts = [
            {name: value for name, value in entry.items() if value is not None}
            for entry in generator.make()["accounts"]
        ]
        result, _looks = run(generator.home, client, {"accounts": accounts})
        if "by" in result:
            continue
        answered += 1
        del result["invocation"]
        found, warnings = by_client_module(generator.home, client, client_options(client, accounts))
        assert not found.failures, (seed, generator.names)
        assert result == as_returned(found, warnings), (seed, generator.names)
        assert not result["changed"]
    assert answered or not FULL


def test_a_settled_home_is_answered_after_one_look(home: pathlib.Path, client: str) -> None:
    settle(home, MARIO)
    result, looks = run(home, client, {**MARIO, "backup": "no"})
    assert looks == 1
    assert not result["changed"]
    (account,) = result["accounts"]
    assert account["status"] == "unchanged"
    assert "client" not in account
    given = result.pop("invocation")["module_args"]
    assert (given["full_name"], given["backup"], given["when_running"]) == ("Mario Rossi", False, "fail")
    found, warnings = by_client_module(home, client, client_options(client, [MARIO]))
    assert result == as_returned(found, warnings)


def test_the_options_of_the_client_count(home: pathlib.Path, client: str) -> None:
    settle(home, MARIO)
    result, _looks = run(home, client, {**MARIO, "location": "flatpak"})
    assert result == BY_FILES  # nothing is there


@pytest.mark.parametrize(
    "change",
    [{"full_name": "Maria"}, {"state": "absent"}, {"home": "/home/mario"}, {"home": "~/${PART}"}],
    ids=["name", "absent", "home", "a home to expand"],
)
def test_a_change_is_for_the_compiled_files(home: pathlib.Path, client: str, change: Options) -> None:
    settle(home, MARIO)
    assert run(home, client, {**MARIO, **change})[0] == BY_FILES


@pytest.mark.parametrize(
    "args",
    [{}, {"email": "mario"}, {**MARIO, "ful_name": "Mario"}, {**MARIO, "seal_key": "k" * 64}, {"accounts": [{}]}],
    ids=["no account", "no address", "unknown", "of another module", "an empty entry"],
)
def test_what_is_wrong_with_the_options_the_module_says(home: pathlib.Path, client: str, args: Options) -> None:
    assert run(home, client, args) == (BY_MODULE, 0)


@pytest.mark.parametrize("accounts", [[], None, ""])
def test_a_task_without_accounts_is_said_to_have_done_nothing(
    home: pathlib.Path, client: str, accounts: list[Options] | None
) -> None:
    result, looks = run(home, client, {"accounts": accounts})
    assert (looks, result["changed"], result["accounts"]) == (0, False, [])
    assert result["warnings"] == [result["msg"]]
    assert result["msg"].startswith("this host has no mail accounts: the list accounts of this task is empty.")


def test_in_the_background_the_module_runs(home: pathlib.Path, client: str) -> None:
    settle(home, MARIO)
    for change in ({}, {"full_name": "Maria"}):
        assert run(home, client, {**MARIO, **change}, async_val=60) == (BY_MODULE, 0)


@pytest.mark.parametrize("shell", ["powershell", None])
def test_where_no_line_can_be_run_the_compiled_files_are(home: pathlib.Path, client: str, shell: str | None) -> None:
    settle(home, MARIO)
    assert run(home, client, MARIO, shell=shell) == (BY_FILES, 0)


def test_a_look_that_fails_is_followed_by_the_compiled_files(home: pathlib.Path, client: str) -> None:
    def fails(*_arguments: object) -> t.NoReturn:
        raise UnseenError("exit code 127")

    settle(home, MARIO)
    assert run(home, client, MARIO, look=fails) == (BY_FILES, 1)


def test_a_password_that_could_be_stored_is_for_the_compiled_files(home: pathlib.Path, client: str) -> None:
    """Only Evolution has stores that no password can be in, which takes a look."""
    settle(home, MARIO)
    store, looks = ({"password_store": "plaintext_keyring"}, 1) if client == "evolution" else ({}, 0)
    assert run(home, client, {**MARIO, "password": "a new one", **store}) == (BY_FILES, looks)


def test_there_is_no_look_where_the_files_run_whatever_it_sees(home: pathlib.Path, client: str) -> None:
    settle(home, MARIO)
    assert run(home, client, {**MARIO, "user": None, "home": str(home)}) == (BY_FILES, 0)
    _result, looks = run(home, client, {**MARIO, "default": True})
    assert looks == (0 if client == "evolution" else 1)


def test_no_password_is_in_the_result(home: pathlib.Path) -> None:
    settle(home, MARIO)
    secret = "a password that no keyring takes"
    result, looks = run(home, "evolution", {**MARIO, "password": secret, "password_store": "none"})
    assert looks == 1
    assert secret not in repr(result)
