# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of changes that a rollback reads: without secrets, of a limited size, and never an obstacle."""

from __future__ import annotations

import json
import os
import pathlib
import random
import stat
import tempfile
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import rollback_on_linux, run_id_option
from ansible_collections.charter.mail.plugins.module_utils._ansible.desktop_hosts import desktop_hosts
from ansible_collections.charter.mail.plugins.module_utils._ansible.linux_users import opened, target_of
from ansible_collections.charter.mail.plugins.module_utils._ansible.rollback import OPTIONS
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import Task
from ansible_collections.charter.mail.plugins.module_utils._clients import change_log, engine
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.tests.unit.amount import examples

from .desk import CLIENTS
from .hand_made import write_evolution, write_thunderbird
from .rollback_runs import HAND_MADE, WRITERS, configure, log, request, roll_back, settings

pytestmark = pytest.mark.one_in(3)


@CLIENTS
def test_passwords_are_named_and_never_logged(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    configure(client, "20260101T000000Z-1", request(tmp_path, password="synthetic-1!"))
    configure(client, "20260102T000000Z-1", request(tmp_path, password="synthetic-2!"))
    result = roll_back(tmp_path)
    assert not result["changed"]
    assert "The former password is not known: set it again." in result["msg"]
    configure(client, "20260103T000000Z-1", request(tmp_path, state="absent"))
    result = roll_back(tmp_path)
    assert result["changed"]
    assert "It is not known: the client will ask the user." in result["msg"]
    assert "synthetic" not in log(tmp_path, client).read_text()
    assert "synthetic" not in json.dumps(result)
    assert stat.S_IMODE(log(tmp_path, client).stat().st_mode) == 0o600


def test_settings_that_could_be_secrets_are_not_logged(tmp_path: pathlib.Path) -> None:
    """Old versions of clients, and add-ons, may have kept some among the settings of an account."""
    write_thunderbird(tmp_path, [HAND_MADE], {"mail.server.server2.password": "hunter2", "mail.server.server2.x": 1})
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, state="absent"))
    write_evolution(tmp_path, [HAND_MADE], {"account0": {"Old": {"Token": "hunter2", "RememberPassword": "true"}}})
    configure(EVOLUTION, "20260101T000000Z-1", request(tmp_path, state="absent"))
    for client in (THUNDERBIRD, EVOLUTION):
        assert "hunter2" not in log(tmp_path, client).read_text()
    result = roll_back(tmp_path)
    assert "mail.server.server2.password is not known, so it is not restored." in result["msg"]
    assert "/Old/Token is not known, so it is not restored." in result["msg"]
    after = b"".join(content for client in (THUNDERBIRD, EVOLUTION) for content in settings(tmp_path, client).values())
    assert b"server2.x" in after
    assert b"RememberPassword=true" in after
    assert b"hunter2" not in after


@CLIENTS
@pytest.mark.parametrize("seed", range(examples(100)))
def test_a_log_that_somebody_has_filled_with_anything(tmp_path: pathlib.Path, client: ClientEntry, seed: int) -> None:
    """Either an entry is one, or it is passed over. No error ends the task."""
    chance = random.Random(seed)
    WRITERS[client.name](tmp_path, [HAND_MADE])
    configure(client, "20260101T000000Z-1", request(tmp_path, full_name="M"))
    entry = json.loads(log(tmp_path, client).read_text())
    odd: tuple[t.Any, ...] = (
        None,
        1,
        "",
        "x",
        [],
        {},
        [["a", None, "b"]],
        ["mail.server."],
        {"a": 1},
        True,
        "\udc80",
        "../../etc/passwd",
    )
    target = chance.choice((entry, entry["accounts"][0]))
    target[chance.choice(list(target))] = chance.choice(odd)
    path = log(tmp_path, client)
    path.write_text(json.dumps(entry) + "\nno entry\n[1]\n" + "[" * 5000 + "\n")
    defaults = {name: option.get("default") for name, option in OPTIONS.items()}
    params = {**defaults, "home": str(tmp_path), run_id_option.NAME: "x", "force": chance.random() < 0.5}
    done = rollback_on_linux.roll_back(params, desktop_hosts(), Task(False, "fail", lambda text: None, pytest.fail))
    assert done.as_result()["msg"]
    assert {path.name for path in tmp_path.iterdir()} <= {".thunderbird", ".config", ".local"}


@CLIENTS
def test_a_run_that_a_newer_version_has_noted_is_not_undone(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    configure(client, "20260101T000000Z-1", request(tmp_path, full_name="M"))
    newer = {"charter_mail_change": change_log.VERSION + 1, "run": "20260102T000000Z-2", "undoes": "", "more": {"a": 1}}
    path = log(tmp_path, client)
    path.write_text(path.read_text() + json.dumps(newer, separators=(",", ":")) + "\n")
    before = settings(tmp_path, client)
    defaults = {name: option.get("default") for name, option in OPTIONS.items()}
    params = {**defaults, "home": str(tmp_path), run_id_option.NAME: "x"}
    done = rollback_on_linux.roll_back(params, desktop_hosts(), Task(False, "fail", pytest.fail, pytest.fail))
    assert done.failed
    assert "run 20260102T000000Z-2 was recorded by a newer version of charter.mail" in done.as_result()["msg"]
    assert settings(tmp_path, client) == before
    # Older runs are known, and the log keeps what it cannot read.
    assert roll_back(tmp_path, "20260101T000000Z-1")["changed"]
    assert [json.loads(line)["charter_mail_change"] for line in path.read_text().splitlines()] == [1, 2, 1]


@CLIENTS
def test_a_damaged_log_is_named(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    for number in (1, 2):
        configure(client, f"20260101T000000Z-{number}", request(tmp_path, full_name=f"M{number}"))
    path = log(tmp_path, client)
    path.write_bytes(path.read_bytes()[:-20])
    defaults = {name: option.get("default") for name, option in OPTIONS.items()}
    params = {**defaults, "home": str(tmp_path), "run": "none", run_id_option.NAME: "x"}
    warnings: list[str] = []
    done = rollback_on_linux.roll_back(params, desktop_hosts(), Task(True, "fail", warnings.append, pytest.fail))
    assert done.as_result()["runs"] == [{"run": "20260101T000000Z-1", "undoes": ""}]
    assert warnings == [f"{path}: damaged lines of the log of changes, which are ignored: 1"]


@CLIENTS
def test_the_log_is_bounded(tmp_path: pathlib.Path, client: ClientEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_log, "ENTRIES", 3)
    for number in range(5):
        configure(client, f"2026010{number}T000000Z-1", request(tmp_path, full_name=f"Mario {number}"))
    lines = [json.loads(line) for line in log(tmp_path, client).read_bytes().splitlines()]
    assert [line["run"][:8] for line in lines] == ["20260102", "20260103", "20260104"]
    monkeypatch.setattr(change_log, "BYTES", len(json.dumps(lines[-1])) + 10)
    configure(client, "20260109T000000Z-1", request(tmp_path, full_name="Mario"))
    assert len(log(tmp_path, client).read_bytes().splitlines()) == 1


@CLIENTS
@pytest.mark.parametrize("obstacle", ["a file", "a folder", "a read-only folder", "no log"])
def test_a_log_that_cannot_be_written_stops_nothing(home: pathlib.Path, client: ClientEntry, obstacle: str) -> None:
    path = log(home, client)
    path.parent.parent.mkdir(parents=True)
    if obstacle == "a file":
        path.parent.write_text("somebody's")
    elif obstacle == "no log":
        path.parent.mkdir()
        path.write_text("somebody's")
    elif obstacle == "a folder":
        path.mkdir(parents=True)
    elif os.geteuid() == 0:
        os.chown(home, 65534, 65534)  # the owner of the home writes; the folder stays root's
    else:
        path.parent.parent.chmod(0o500)
    options = {"wait_seconds": 0, "lock_timeout": 1, "backup": False}
    wanted = request(home)
    with opened(client, target_of(wanted), {**client.defaults(), **options}, desktop_hosts()) as found:
        assert engine.reconcile(found, [wanted.account]).changed
        assert found.log is not None
        assert not found.log.written
        (warning,) = found.log.warnings
        assert warning.startswith("This change cannot be rolled back")
    if obstacle in {"a file", "no log"}:
        assert (path if obstacle == "no log" else path.parent).read_text() == "somebody's"


@pytest.fixture
def home() -> t.Iterator[pathlib.Path]:
    """A home outside of pytest's folders, which every session of pytest closes to other users anew."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)
