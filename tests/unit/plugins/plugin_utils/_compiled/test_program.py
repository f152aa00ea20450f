# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that actions send, run as Ansible runs it: it does and returns what the module does.

Each test runs it with the controller's code, and with the source alone as on a host with another Python.
"""

from __future__ import annotations

import contextlib
import pathlib
import random
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import run_id_option
from ansible_collections.charter.mail.plugins.module_utils._ansible.compiled_task import WARNINGS
from ansible_collections.charter.mail.plugins.plugin_utils._compiled import files
from ansible_collections.charter.mail.tests.unit.amount import FULL
from ansible_collections.charter.mail.tests.unit.plugins.modules.__internal.program import (
    INTERNAL,
    MARKER,
    Payload,
    for_another_python,
    result_of,
    run,
    text_of,
    work,
)
from ansible_collections.charter.mail.tests.unit.plugins.plugin_utils._look.homes import (
    Generator,
    by_module,
    client_options,
    options,
)

from .two_ways import Options, by_program, in_a_copy, in_process, tree

pytestmark = pytest.mark.one_in(3)

SEEDS = range(24) if FULL else random.SystemRandom().sample(range(100_000), 4)
SLOW = "large"  # a file with millions of lines, which takes both ways half a minute
RUN = "20261128T033000Z-417305-9c2e41"
MARIO: Options = {"email": "mario@charter.net", "full_name": "Mario Rossi"}
ODD = f"it's '''quoted''' \"\"\" \\\" \\n \\u0041 {{0}} %s $HOME `id` \U0001f4e7 S\u00f6hne {MARKER}"


@pytest.fixture(scope="module", params=["code", "source"])
def payload(request: pytest.FixtureRequest) -> Payload:
    made = files.arguments("configure_compiled")
    return made if request.param == "code" else for_another_python(made)


@pytest.fixture
def home(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "folder" / "home"
    folder.mkdir(parents=True)
    return folder


def of_task(params: Options, home: pathlib.Path) -> Options:
    """The options as the action sends them, for a home that is not the user's own."""
    accounts = [{**entry, "home": str(home)} for entry in params["accounts"]]
    return {**params, "accounts": accounts, run_id_option.NAME: RUN}


def assert_equal(
    payload: Payload, client: str | None, params: Options, folder: pathlib.Path, *, check_mode: bool = False
) -> Options:
    """Both do the same, in copies of a folder; the result."""
    expected, left = in_a_copy(folder, lambda: in_process(client, params, check_mode=check_mode))
    found, found_left = in_a_copy(folder, lambda: by_program(payload, client, params, check_mode=check_mode))
    assert found == expected
    assert found_left == left
    return found


def generated(seeds: t.Iterable[int], folder: pathlib.Path) -> t.Iterator[tuple[Generator, pathlib.Path, Options]]:
    """Homes, each with its folder and a task's options."""
    for seed in seeds:
        below = folder / str(seed)
        below.mkdir()
        generator = Generator(seed, below)
        made = generator.make()
        if SLOW not in generator.names:
            yield generator, below, made


@pytest.mark.parametrize("check_mode", [False, True], ids=["change", "check"])
@pytest.mark.parametrize("part", range(4))
def test_on_generated_homes(part: int, check_mode: bool, tmp_path: pathlib.Path, payload: Payload) -> None:
    for generator, folder, made in generated(SEEDS[part::4], tmp_path):
        before = tree(folder)
        with noted(f"{folder.name}: {generator.names}"):
            assert_equal(payload, None, of_task(made, generator.home), folder, check_mode=check_mode)
        assert tree(folder) == before


@pytest.mark.parametrize("client", ["thunderbird", "evolution"])
@pytest.mark.parametrize("part", range(2))
def test_one_client_on_generated_homes(part: int, client: str, tmp_path: pathlib.Path, payload: Payload) -> None:
    for generator, folder, made in generated(SEEDS[part::2], tmp_path):
        accounts: t.Any = _without_none(made["accounts"])
        with noted(f"{folder.name}: {generator.names}"):
            assert_equal(payload, client, of_task(client_options(client, accounts), generator.home), folder)


@contextlib.contextmanager
def noted(what: str) -> t.Iterator[None]:
    """Add a note to an assertion that fails."""
    try:
        yield
    except AssertionError as error:
        error.add_note(f"seed {what}")
        raise


def _without_none(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {name: _without_none(content) for name, content in value.items() if content is not None}
    return [*map(_without_none, value)] if isinstance(value, list) else value


def test_texts_arrive_as_they_are(home: pathlib.Path, payload: Payload) -> None:
    account = {
        **MARIO,
        "full_name": ODD,
        "organization": "a \\ b",
        "signature": {"text": f"{ODD}\nSecond line\u2028third \u202e\tand so on \\"},
        "identities": [{"address": "info@rossi.example", "full_name": "\\'''\\"}],
    }
    found = assert_equal(payload, None, of_task(options([account]), home), home.parent)
    assert (found["changed"], found["failed"]) == (True, False)
    by_program(payload, None, of_task(options([account]), home))
    again = by_program(payload, None, of_task(options([account]), home))
    assert [entry["status"] for entry in again["accounts"]] == ["unchanged", "unchanged"]
    assert by_module(home, options([account])).changed is False  # the texts are those of the task


@pytest.mark.parametrize("password", [ODD, "\U0001f511 p\u00e4ss\u2028word", "'''"])
def test_passwords_are_stored_as_they_are_and_returned_nowhere(
    password: str, home: pathlib.Path, payload: Payload
) -> None:
    given = options([{**MARIO, "password": password}], evolution={"password_store": "none"})
    params = of_task(given, home)
    found = assert_equal(payload, None, params, home.parent)
    assert found["changed"]
    assert password not in repr(found)
    by_program(payload, None, params)
    again = by_program(payload, None, params)
    entry = next(entry for entry in again["accounts"] if entry["client"] == "thunderbird")
    assert entry["status"] == "unchanged"  # the stored one was decrypted and compared


def test_a_failure_is_returned(home: pathlib.Path, payload: Payload) -> None:
    by_module(home, options([MARIO]), check_mode=False)
    (path,) = home.glob(".thunderbird/*/prefs.js")
    path.write_bytes(b'user_pref("damaged')
    found = assert_equal(payload, None, of_task(options([{**MARIO, "full_name": "Maria"}]), home), home.parent)
    assert found["failed"]
    assert found["changed"]  # in the other client
    assert found["msg"].startswith("Thunderbird: ")
    alone = assert_equal(payload, "thunderbird", of_task(client_options("thunderbird", [MARIO]), home), home.parent)
    assert (alone["failed"], alone["changed"]) == (True, False)


@pytest.mark.parametrize("client", [None, "thunderbird"])
def test_an_option_that_only_the_host_can_refuse(client: str | None, home: pathlib.Path, payload: Payload) -> None:
    account = {**MARIO, "user": "no such user"}
    params = options([account]) if client is None else client_options(client, [account])
    found = assert_equal(payload, client, {**params, run_id_option.NAME: RUN}, home.parent)
    assert found["failed"]
    assert "this host does not know that user" in found["msg"]


def test_an_invalid_option_is_a_failure_of_the_task(home: pathlib.Path, payload: Payload) -> None:
    params = {**of_task(options([MARIO]), home), "seal_key": "short"}
    found = assert_equal(payload, None, params, home.parent)
    assert set(found) == {"failed", "changed", "msg"}
    assert found["msg"].startswith("seal_key: ")


def test_warnings_are_returned_once_each(home: pathlib.Path, payload: Payload) -> None:
    by_module(home, options([MARIO]), check_mode=False)
    (home / ".icedove").mkdir()
    (home / ".config/thunderbird").mkdir(parents=True)
    (home / ".config/thunderbird/profiles.ini").touch()
    found = assert_equal(payload, None, of_task(options([MARIO]), home), home.parent)
    assert any("have the user close Thunderbird" in warning for warning in found[WARNINGS])
    assert len(set(found[WARNINGS])) == len(found[WARNINGS])


@pytest.mark.parametrize("where", ["${HOME}/of mario", "$HOME/of mario", "~/of mario", "~/${PART} mario"])
@pytest.mark.parametrize("level", ["task", "entry"])
@pytest.mark.parametrize("client", [None, "evolution"])
def test_a_home_is_expanded_on_the_host(
    client: str | None, level: str, where: str, home: pathlib.Path, payload: Payload
) -> None:
    place = {"home": where}
    accounts, task = ([{**MARIO, **place}], {}) if level == "entry" else ([MARIO], place)
    params = options(accounts, **task) if client is None else client_options(client, accounts, **task)
    params = _as_on_controller(params, level, where)
    (home / "of mario").mkdir()
    done = run(payload, client, params, variables={"HOME": str(home), "PART": "of"})
    assert result_of(done)["changed"]
    assert (home / "of mario/.config/evolution/sources").is_dir()
    assert [path.name for path in home.iterdir()] == ["of mario"]


def test_the_working_directory_may_be_gone(home: pathlib.Path, payload: Payload) -> None:
    gone = home.parent / "gone"
    gone.mkdir()
    program = f'rmdir "$0" && exec "{sys.executable}" -'
    text = text_of({**payload, "work": work(None, of_task(options([MARIO]), home)), **INTERNAL})
    done = subprocess.run(
        ["/bin/sh", "-c", program, str(gone)], cwd=gone, input=text.encode(), capture_output=True, check=False
    )
    assert result_of(done)["changed"]


def _as_on_controller(params: Options, level: str, where: str) -> Options:
    """The controller expands nothing: there, the option is text."""
    if level == "task":
        return {**params, "home": where}
    return {**params, "accounts": [{**entry, "home": where} for entry in params["accounts"]]}


def test_nothing_is_imported_from_the_working_directory(home: pathlib.Path, payload: Payload) -> None:
    """It may be another user's, and Python imports from it what it runs from standard input."""
    names = ("json", "base64", "zlib", "types", "importlib", "syslog", "re", "ansible_collections", "subprocess")
    evil = home.parent / "evil"
    evil.mkdir()
    for name in names:
        (evil / f"{name}.py").write_text(f"raise SystemExit({name!r})\n")
    params: t.Any = of_task(options([MARIO]), home)
    assert result_of(run(payload, None, params, folder=evil, check_mode=True))["changed"]
