# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keyring without encryption: one more keyring among the user's, and nobody else's to read."""

from __future__ import annotations

import pathlib
import stat
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.password_store.keyring_item import Item
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.password_store.plaintext_keyring import (
    PlaintextKeyring,
)
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret


def keyring(home: pathlib.Path) -> PlaintextKeyring:
    return PlaintextKeyring(LocalFiles(), str(home / "keyrings"))


def write(store: PlaintextKeyring, wanted: t.Mapping[str, Item | None]) -> None:
    LocalFiles().replace(store.file_writes(wanted))


def path(home: pathlib.Path) -> pathlib.Path:
    return home / "keyrings/charter-mail.keyring"


def item(secret: str) -> Item:
    return Item("label", Secret(secret))


@pytest.mark.parametrize("secret", ["geheim", " leading", "p%a=s;s#w\\ord", "p\u00e4ssw\u00f6rd \U0001f511", "tab\t"])
def test_what_is_stored_is_found_again(tmp_path: pathlib.Path, secret: str) -> None:
    write(keyring(tmp_path), {"uid1": item("another"), "uid2": item(secret)})
    stored = keyring(tmp_path)
    assert stored.stored("uid2") == Secret(secret)
    assert stored.stored("uid1") == Secret("another")
    assert stored.stored("uid3") is None
    assert stat.S_IMODE(path(tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE(path(tmp_path).parent.stat().st_mode) == 0o700


def test_what_is_stored_replaces_and_goes_alone(tmp_path: pathlib.Path) -> None:
    store = keyring(tmp_path)
    write(store, {"uid1": item("first"), "uid2": item("second")})
    before = path(tmp_path).read_text()
    write(store, {"uid1": item("third")})
    assert path(tmp_path).read_text() == before.replace("secret=first", "secret=third")
    assert store.stored("uid1") == Secret("third")
    write(store, {"uid1": None})
    assert store.stored("uid1") is None
    assert store.stored("uid2") == Secret("second")
    assert "third" not in path(tmp_path).read_text()
    write(store, {"uid3": item("fourth")})
    assert path(tmp_path).read_text().count("[3]") == 1


def test_nothing_is_written_for_nothing(tmp_path: pathlib.Path) -> None:
    write(keyring(tmp_path), {"uid1": None})
    assert not path(tmp_path).exists()
    write(keyring(tmp_path), {"uid1": item("x")})
    before = path(tmp_path).stat()
    write(keyring(tmp_path), {"uid1": item("x"), "uid2": None})
    after = path(tmp_path).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)  # it was read: st_atime differs


@pytest.mark.parametrize("group", ["7" * 6000, "\u00b2", "\u0664", "0007", "2147483647"])
def test_odd_names_of_groups_are_kept_and_not_given_again(tmp_path: pathlib.Path, group: str) -> None:
    path(tmp_path).parent.mkdir(mode=0o700)
    path(tmp_path).write_text(f"[{group}]\nsecret=kept\n")
    for number in range(3):
        write(keyring(tmp_path), {f"uid{number}": item(f"secret {number}")})
    assert [keyring(tmp_path).stored(f"uid{number}") for number in range(3)] == [
        Secret(f"secret {number}") for number in range(3)
    ]
    text = path(tmp_path).read_text()
    assert text.count(f"[{group}]\nsecret=kept\n") == 1


def test_damage_is_told_without_a_secret(tmp_path: pathlib.Path) -> None:
    write(keyring(tmp_path), {"uid1": item("x")})
    path(tmp_path).write_text("[1]\nsecret hunter\n")
    with pytest.raises(DamagedFileError, match="line 2") as caught:
        keyring(tmp_path).stored("uid1")
    assert "hunter" not in str(caught.value)
