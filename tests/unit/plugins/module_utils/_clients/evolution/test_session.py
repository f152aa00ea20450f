# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evolution with a session alive: what goes through its registry, and what the registry does not do."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import session_change
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError

from .evolution_runs import account, client, folder, push, session, source, uids
from .fake_session import Desktop, Secrets


def test_both_servers_have_their_password_as_long_as_they_are_shown(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path)
    assert desktop.registry is not None
    assert desktop.secrets is not None
    passwords, asked = desktop.secrets.passwords, desktop.registry.asked
    create = desktop.registry.call

    def call(path: str, member: str, *arguments: t.Any) -> tuple[t.Any, ...]:
        if member in {"CreateSources", "Remove"}:
            assert set(passwords) == {uids()["account"], uids()["transport"]}
        return create(path, member, *arguments)

    desktop.registry.call = call  # type: ignore[method-assign]
    push(tmp_path, account(password="geheim"), desktop=desktop)
    assert asked.count("CreateSources") == 3
    assert set(passwords.values()) == {"geheim"}
    push(tmp_path, account(state="absent"), desktop=desktop)
    assert asked.count("Remove") == 3
    assert passwords == {}


def test_what_a_deleted_account_left_in_memory_does_not_come_back(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path)
    push(tmp_path, account(full_name="First"), desktop=desktop)
    assert desktop.registry is not None
    desktop.registry.call(f"/source/{uids()['account']}", "Remove")  # as Evolution's button does
    assert desktop.registry.shown() == {}
    assert desktop.registry.memory
    push(tmp_path, account(full_name="Second", provider="spectrum"), desktop=desktop)
    for texts in (desktop.registry.shown(), {path.stem: path.read_text() for path in folder(tmp_path).iterdir()}):
        assert "Name=Second\n" in texts[uids()["identity"]]
        assert "Host=mobile.charter.net\n" in texts[uids()["transport"]]


@pytest.mark.parametrize("content", [None, b"nonsense"])
def test_a_file_that_the_registry_cannot_write_is_written(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    monkeypatch.setattr(session_change, "_PAUSE", 0.001)
    desktop = session(tmp_path)
    push(tmp_path, account(), desktop=desktop)
    assert desktop.registry is not None
    desktop.registry.folder = tmp_path / "elsewhere"
    desktop.registry.folder.mkdir()
    path = source(tmp_path, "account")
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    push(tmp_path, account(provider="spectrum"), desktop=desktop)
    assert path.read_text() == desktop.registry.memory[path.stem]
    assert "mobile.charter.net" in path.read_text()


def test_what_the_registry_refuses_is_said(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path)
    assert desktop.registry is not None
    desktop.registry.memory = {uids()["account"]: "[Data Source]\nParent=nowhere\n"}
    with pytest.raises(HostError, match="already in use"):
        push(tmp_path, account(), desktop=desktop)


def test_a_session_without_a_registry_has_files_and_a_keyring(tmp_path: pathlib.Path) -> None:
    desktop = Desktop(None, Secrets())
    wanted = account(password="geheim")
    outcome = push(tmp_path, wanted, desktop=desktop)
    assert client(tmp_path, desktop).result_details(outcome.after, wanted) == {"via": "files", "password": "stored"}
    assert desktop.secrets is not None
    assert set(desktop.secrets.passwords) == {uids()["account"], uids()["transport"]}
