# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated homes whose stores and seals somebody has changed: a look that answers says what the module says."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import random
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.seal import NAME
from ansible_collections.charter.mail.tests.unit.amount import FULL
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.thunderbird.password_store import samples
from ansible_collections.charter.mail.tests.unit.plugins.plugin_utils._look.homes import Generator, Options, by_module

from .sealed_homes import KEY, PASSWORD, USES_DATABASE, agrees, task

SEEDS = range(240) if FULL else random.SystemRandom().sample(range(100_000), 4)


@pytest.mark.parametrize("part", range(4))
def test_the_look_and_the_module_agree(part: int, tmp_path: pathlib.Path) -> None:
    answered = 0
    for seed in SEEDS[part::4]:
        folder = tmp_path / str(seed)
        folder.mkdir()
        chance = random.Random(seed)
        generator = Generator(seed, folder)
        generated = generator.make()
        if "large" in generator.names:  # takes long, and test_same_verdict.py has it
            continue
        accounts = [with_password(entry, chance) for entry in generated["accounts"]]
        others: Options = {"evolution": {"password_store": chance.choice(("plaintext_keyring", "secret_service"))}}
        params = task(*accounts, **others)
        by_module(generator.home, params, check_mode=False)
        former = {path: path.read_bytes() for path in _stores(generator.home)}
        if chance.random() < 0.5:  # a second run: what it leaves and what was there before are mixed below
            by_module(generator.home, task(*(with_password(entry, chance) for entry in accounts)), check_mode=False)
        for _number in range(chance.choice((0, 1, 1, 2))):
            with contextlib.suppress(OSError, LookupError, ValueError):
                chance.choice(TAMPERING)(generator.home, former, chance)
        if chance.random() < 0.2:
            accounts = [with_password(entry, chance) for entry in accounts]
        answered += agrees(
            generator.home, task(*accounts, **others, seal_key=chance.choice((KEY, KEY, KEY, f"{KEY}x")))
        )
    assert answered or not FULL


def with_password(entry: Options, chance: random.Random) -> Options:
    """An account with one of a few passwords, or without."""
    given = {name: value for name, value in _given(entry).items() if name != "password"}
    password = chance.choice((None, PASSWORD, PASSWORD, "another password"))
    policy = chance.choice(("always", "always", "on_create"))
    return given if password is None else {**given, "password": password, "update_password": policy}


def _given(options: t.Any) -> t.Any:
    """The options without those that validation has filled in as omitted."""
    if isinstance(options, list):
        return [_given(one) for one in options]
    if not isinstance(options, dict):
        return options
    return {name: _given(value) for name, value in options.items() if value is not None}


Former = t.Mapping[pathlib.Path, bytes]
"""The stores and seals of a home as they were. A whole home can be too large to be copied."""


def _stores(home: pathlib.Path) -> list[pathlib.Path]:
    names = ("key4.db", "logins.json", "charter-mail.keyring", NAME)
    return sorted(path for path in home.rglob("*") if path.name in names and path.is_file())


def _one(home: pathlib.Path, chance: random.Random, name: str) -> pathlib.Path:
    return chance.choice(sorted(path for path in home.rglob(name) if path.is_file()))


def _store(home: pathlib.Path, chance: random.Random) -> pathlib.Path:
    return chance.choice(_stores(home))


def _restored(home: pathlib.Path, former: Former, chance: random.Random) -> None:
    path = _store(home, chance)
    path.write_bytes(former[path])


def _damaged(home: pathlib.Path, former: Former, chance: random.Random) -> None:
    path = _store(home, chance)
    content = path.read_bytes()
    path.write_bytes(chance.choice((b"", content[: len(content) // 2], content + b"x", content.replace(b"1", b"2"))))


def _replaced(home: pathlib.Path, former: Former, chance: random.Random) -> None:
    path = _store(home, chance)
    path.unlink()
    chance.choice((lambda: None, path.mkdir, lambda: os.mkfifo(path), lambda: path.symlink_to(home / "nothing")))()


def _behind_a_link(home: pathlib.Path, former: Former, chance: random.Random) -> None:
    path = _store(home, chance)
    target = path.with_name(f"{path.name}.moved")
    path.rename(target)
    path.symlink_to(target)


def _closed(home: pathlib.Path, former: Former, chance: random.Random) -> None:
    path = _store(home, chance)
    chance.choice((path, path.parent)).chmod(chance.choice((0, 0o100, 0o400)))


def _foreign(home: pathlib.Path, former: Former, chance: random.Random) -> None:
    path = _one(home, chance, "key4.db")
    path.write_bytes(samples.key4(chance.choice(("primary-password", "aes", "des3"))))


def _left_over(home: pathlib.Path, former: Former, chance: random.Random) -> None:
    path = _one(home, chance, "key4.db")
    path.with_name(f"key4.db{chance.choice(('-wal', '-journal'))}").write_bytes(chance.choice((b"", b"x")))


def _signed_in(home: pathlib.Path, former: Former, chance: random.Random) -> None:
    path = _one(home, chance, "logins.json")
    path.write_bytes(path.read_bytes().replace(b'"timesUsed":1', b'"timesUsed":2'))


def _without_a_login(home: pathlib.Path, former: Former, chance: random.Random) -> None:
    path = _one(home, chance, "logins.json")
    found = json.loads(path.read_bytes())
    found["logins"].pop()
    path.write_text(json.dumps(found))


def _other_database(home: pathlib.Path, former: Former, chance: random.Random) -> None:
    with _one(home, chance, "prefs.js").open("ab") as file:
        file.write(USES_DATABASE)


TAMPERING: t.Sequence[t.Callable[[pathlib.Path, Former, random.Random], None]] = (
    *(_restored, _restored, _damaged, _replaced, _behind_a_link, _closed, _foreign, _left_over, _signed_in),
    *(_without_a_login, _other_database),
)
