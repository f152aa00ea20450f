# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module runs for the clients that differ. The task returns what the module returns for all of them."""

from __future__ import annotations

import pathlib
import random
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.printable import printable_result
from ansible_collections.charter.mail.plugins.plugin_utils._look.joined_result import joined
from ansible_collections.charter.mail.tests.unit.amount import FULL

from .homes import Generator, Options, by_module, look_at, options

pytestmark = pytest.mark.one_in(3)

SEEDS = range(240) if FULL else random.SystemRandom().sample(range(100_000), 4)
MARIO: Options = {"email": "mario@charter.net", "full_name": "Mario Rossi"}
ANNA: Options = {"email": "anna@charter.net", "protocol": "pop3"}


@pytest.fixture
def home(tmp_path: pathlib.Path) -> pathlib.Path:
    """A home with both accounts in both clients."""
    folder = tmp_path / "home"
    folder.mkdir()
    by_module(folder, options([MARIO, ANNA]), check_mode=False)
    return folder


def returned(home: pathlib.Path, params: Options) -> Options:
    """What the module returns in check mode, with its warnings sorted."""
    done = by_module(home, params)
    found = {**done.as_result(), "failed": done.failed, "warnings": sorted(done.warnings)}
    return t.cast("Options", printable_result(found))


def change_in_thunderbird(home: pathlib.Path) -> None:
    (path,) = home.glob(".thunderbird/*/prefs.js")
    path.write_text(path.read_text().replace('"Mario Rossi"', '"Somebody"'))


def change_in_evolution(home: pathlib.Path) -> None:
    for path in (home / ".config/evolution/sources").glob("*.source"):
        path.write_text(path.read_text().replace("Mario Rossi", "Somebody"))


def assert_joined(home: pathlib.Path, params: Options) -> list[str]:
    """The clients that differ, once the joined result is known to be that of all clients; empty if there is no look."""
    look = look_at(home, params)
    if look is None:
        return []
    if look.to_change:
        module = returned(home, {**params, "clients": look.to_change})
        found = joined(module, look, len(params["accounts"]))
        found["warnings"] = sorted(found.get("warnings", ()))
        assert printable_result(found) == returned(home, params)
    return look.to_change


@pytest.mark.parametrize(
    ("change", "client"), [(change_in_thunderbird, "thunderbird"), (change_in_evolution, "evolution")]
)
def test_the_module_runs_for_the_client_that_differs(
    home: pathlib.Path, change: t.Callable[[pathlib.Path], None], client: str
) -> None:
    assert assert_joined(home, options([MARIO, ANNA])) == []
    change(home)
    assert assert_joined(home, options([ANNA, MARIO])) == [client]


def test_accounts_that_are_not_listed_come_last(home: pathlib.Path) -> None:
    by_module(home, options([ANNA], clients=["evolution"], exclusive="charter"), check_mode=False)
    assert assert_joined(home, options([ANNA], exclusive="charter")) == ["thunderbird"]


def test_the_message_of_a_failure_is_the_modules(home: pathlib.Path) -> None:
    (path,) = home.glob(".thunderbird/*/prefs.js")
    path.write_bytes(b'user_pref("damaged')
    params = options([MARIO, ANNA])
    assert assert_joined(home, params) == ["thunderbird"]
    assert returned(home, params)["failed"]


def test_a_module_that_did_not_come_to_the_accounts(home: pathlib.Path) -> None:
    change_in_thunderbird(home)
    look = look_at(home, options([MARIO]))
    assert look is not None
    failed = {"failed": True, "msg": "MODULE FAILURE", "rc": 1}
    assert joined(failed, look, 1) == failed


@pytest.mark.parametrize("part", range(4))
def test_on_generated_homes(part: int, tmp_path: pathlib.Path) -> None:
    different = []
    for seed in SEEDS[part::4]:
        folder = tmp_path / str(seed)
        folder.mkdir()
        generator = Generator(seed, folder)
        params = generator.make()
        try:
            different += assert_joined(generator.home, params)
        except AssertionError as error:
            error.add_note(f"seed {seed}: {generator.names}")
            raise
    assert different or not FULL
