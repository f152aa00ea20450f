# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoing runs on real files: changes, creations and removals, among settings of the user's own."""

from __future__ import annotations

import json
import os
import pathlib
import random
import re
import stat
import tempfile
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import exclusive, rollback_on_linux, run_id_option
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import Request, request_of
from ansible_collections.charter.mail.plugins.module_utils._ansible.desktop_hosts import desktop_hosts
from ansible_collections.charter.mail.plugins.module_utils._ansible.rollback import OPTIONS
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import Task
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_on_linux import opened, target_of
from ansible_collections.charter.mail.plugins.module_utils._clients import change_log, engine
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.prefs import PrefsFile
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import MailError
from ansible_collections.charter.mail.tests.unit.amount import examples

from .hand_made import HandMade, some, write_evolution, write_thunderbird

EMAIL = "mario.rossi@charter.net"
CLIENTS = pytest.mark.parametrize("client", [THUNDERBIRD, EVOLUTION], ids=lambda client: client.name)
SETTINGS = {"thunderbird": ".thunderbird/*/prefs.js", "evolution": ".config/evolution/sources/*.source"}
PORTS = {"thunderbird": ('.port", {}', ".port"), "evolution": ("Port={}", "/Authentication/Port")}
WRITERS: t.Mapping[str, t.Callable[..., None]] = {"thunderbird": write_thunderbird, "evolution": write_evolution}
HAND_MADE = HandMade(
    EMAIL,
    "imap",
    ("imap.charter.net", 143, "starttls"),
    ("smtp.charter.net", 2525, "starttls"),
    EMAIL,
    "Mario",
    True,
    0,
)


def request(home: pathlib.Path, **options: t.Any) -> Request:
    return request_of({"email": EMAIL, "home": str(home), **options}, {})


def configure(
    client: ClientEntry, run: str, *wanted: Request, exclusive_scope: str | None = None
) -> engine.Outcome[t.Any]:
    options = {"wait_seconds": 0, "lock_timeout": 1, "backup": False, run_id_option.NAME: run}
    if client is EVOLUTION:
        options["password_store"] = "plaintext_keyring"
    accounts = [one.account for one in wanted]
    unlisted = exclusive.unlisted(client.load_unlisted, exclusive_scope, accounts)
    with opened(client, target_of(wanted[0]), {**client.defaults(), **options}, desktop_hosts()) as found:
        return engine.reconcile(found, accounts, unlisted=unlisted)


def roll_back(home: pathlib.Path, run: str = "last", *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
    defaults = {name: option.get("default") for name, option in OPTIONS.items()}
    params = {**defaults, "backup": False, "home": str(home), "run": run, **options}
    params[run_id_option.NAME] = change_log.new_run_id()
    done = rollback_on_linux.roll_back(params, desktop_hosts(), Task(check, "fail", pytest.fail, pytest.fail))
    result = done.as_result()
    assert not done.failed, result["msg"]
    return result


def settings(home: pathlib.Path, client: ClientEntry) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.glob(SETTINGS[client.name])}


def edit(home: pathlib.Path, client: ClientEntry, old: str, new: str) -> None:
    """Change a setting by hand."""
    changed = 0
    for path in home.glob(SETTINGS[client.name]):
        text = path.read_text("utf-8")
        changed += text.count(old)
        path.write_text(text.replace(old, new), "utf-8")
    assert changed


def log(home: pathlib.Path, client: ClientEntry) -> pathlib.Path:
    return home / f".local/state/charter-mail/{client.name}.jsonl"


@CLIENTS
def test_an_account_that_was_made_is_removed(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE._replace(email="anna@provider.example", username="anna")])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path, password="synthetic-1!"))
    assert settings(tmp_path, client) != before
    foreseen = roll_back(tmp_path, check=True)
    assert foreseen["changed"]
    assert foreseen["rollback"] == ""
    assert len(settings(tmp_path, client)) >= len(before)
    result = roll_back(tmp_path)
    assert settings(tmp_path, client) == before
    assert result["changed"]
    assert result["run"] == "20260101T000000Z-1"
    assert result["clients"][0]["accounts"] == [{"email": EMAIL, "protocol": "imap", "status": "removed"}]
    assert foreseen["clients"] == result["clients"]
    assert foreseen["diff"] == result["diff"] != []
    second = roll_back(tmp_path)
    assert not second["changed"]
    assert second["msg"] == "Run 20260101T000000Z-1 has nothing more to undo."


@CLIENTS
def test_a_changed_account_gets_its_former_settings(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path, full_name="Mario Rossi"))
    assert settings(tmp_path, client) != before
    result = roll_back(tmp_path)
    assert settings(tmp_path, client) == before
    assert result["clients"][0]["accounts"] == [{"email": EMAIL, "protocol": "imap", "status": "undone"}]
    assert result["clients"][0]["left"] == []
    assert not roll_back(tmp_path)["changed"]


@pytest.mark.parametrize("reverse", [False, True])
def test_accounts_that_shared_an_smtp_server_come_back_with_it(tmp_path: pathlib.Path, reverse: bool) -> None:
    anna = "anna@charter.net"
    write_thunderbird(tmp_path, [HAND_MADE, HAND_MADE._replace(email=anna, username=anna)])
    (path,) = tmp_path.glob(SETTINGS["thunderbird"])
    first, second = re.findall(r'"mail.identity.id\d.smtpServer", "(.*)"', path.read_text())
    edit(tmp_path, THUNDERBIRD, f'smtpServer", "{second}"', f'smtpServer", "{first}"')
    before = settings(tmp_path, THUNDERBIRD)
    wanted = [request(tmp_path, email=email, state="absent") for email in (EMAIL, anna)]
    configure(THUNDERBIRD, "20260101T000000Z-1", *(wanted[::-1] if reverse else wanted))
    assert f"mail.smtpserver.{first}." not in path.read_text()
    roll_back(tmp_path)
    assert settings(tmp_path, THUNDERBIRD) == before


SENDERS: t.Mapping[str, t.Any] = {
    "signature": {"html": "<p>one"},
    "identities": [{"address": "info@rossi.example", "full_name": "Info"}],
}


def signatures(home: pathlib.Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in home.glob(".config/evolution/signatures/*")}


@CLIENTS
def test_signatures_and_identities_are_undone(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path, **SENDERS))
    first, files = settings(tmp_path, client), signatures(tmp_path)
    changed = {"signature": {"text": "two"}, "identities": [{"address": "info@rossi.example", "state": "absent"}]}
    configure(client, "20260102T000000Z-1", request(tmp_path, **changed))
    assert settings(tmp_path, client) != first
    roll_back(tmp_path, "20260102T000000Z-1")
    assert (settings(tmp_path, client), signatures(tmp_path)) == (first, files)
    assert not roll_back(tmp_path, "20260102T000000Z-1")["changed"]
    configure(client, "20260103T000000Z-1", request(tmp_path, state="absent"))
    assert signatures(tmp_path) == {}
    roll_back(tmp_path, "20260103T000000Z-1")
    assert (settings(tmp_path, client), signatures(tmp_path)) == (first, files)
    roll_back(tmp_path, "20260101T000000Z-1")
    assert (settings(tmp_path, client), signatures(tmp_path)) == (before, {})


def test_the_order_of_identities_is_undone(tmp_path: pathlib.Path) -> None:
    other = {"address": "info@rossi.example"}
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, identities=[other]))
    before = settings(tmp_path, THUNDERBIRD)
    configure(THUNDERBIRD, "20260102T000000Z-1", request(tmp_path, identities=[{**other, "default": True}]))
    assert settings(tmp_path, THUNDERBIRD) != before
    roll_back(tmp_path)
    assert settings(tmp_path, THUNDERBIRD) == before
    assert not roll_back(tmp_path, "20260102T000000Z-1")["changed"]


def test_a_signature_that_was_changed_since_is_left(tmp_path: pathlib.Path) -> None:
    write_evolution(tmp_path, [HAND_MADE])
    configure(EVOLUTION, "20260101T000000Z-1", request(tmp_path, signature={"text": "one"}))
    configure(EVOLUTION, "20260102T000000Z-1", request(tmp_path, signature={"text": "two"}))
    (file,) = tmp_path.glob(".config/evolution/signatures/*")
    file.write_text("the user's")
    (left, *_others) = roll_back(tmp_path, "20260102T000000Z-1")["clients"][0]["left"]
    assert left["setting"].startswith("signature ")
    assert file.read_text() == "the user's"
    roll_back(tmp_path, "20260102T000000Z-1", force=True)
    assert file.read_text() == "one"


@CLIENTS
def test_what_was_changed_since_is_left_and_named(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path))
    pattern, suffix = PORTS[client.name]
    edit(tmp_path, client, pattern.format(993), pattern.format(1993))
    result = roll_back(tmp_path)
    (left,) = result["clients"][0]["left"]
    assert left["setting"].endswith(suffix)
    assert (str(left["ours"]), str(left["stored"])) == ("993", "1993")
    assert f"{left['setting']} was changed since, and is left." in result["msg"]
    edited = settings(tmp_path, client)
    assert not roll_back(tmp_path)["changed"]
    assert settings(tmp_path, client) == edited
    edit(tmp_path, client, pattern.format(1993), pattern.format(143))
    assert settings(tmp_path, client) == before
    edit(tmp_path, client, pattern.format(143), pattern.format(1993))
    assert roll_back(tmp_path, force=True)["changed"]
    assert settings(tmp_path, client) == before


@CLIENTS
def test_a_removed_account_comes_back(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    others = [HAND_MADE._replace(email=f"{name}@provider.example", username=name) for name in ("anna", "luca")]
    WRITERS[client.name](tmp_path, [others[0], HAND_MADE, others[1]])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path, state="absent"))
    assert settings(tmp_path, client) != before
    result = roll_back(tmp_path)
    assert settings(tmp_path, client) == before
    assert result["clients"][0]["accounts"] == [{"email": EMAIL, "protocol": "imap", "status": "restored"}]
    assert not roll_back(tmp_path)["changed"]


@CLIENTS
def test_an_account_that_was_made_and_changed_since_stays(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path))
    pattern, _suffix = PORTS[client.name]
    edit(tmp_path, client, pattern.format(993), pattern.format(1993))
    edited = settings(tmp_path, client)
    result = roll_back(tmp_path)
    assert not result["changed"]
    assert f"{EMAIL} (imap) stays" in result["msg"]
    assert settings(tmp_path, client) == edited
    assert roll_back(tmp_path, force=True)["changed"]
    assert settings(tmp_path, client) == before


@CLIENTS
def test_a_rollback_can_be_rolled_back(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    anna = HAND_MADE._replace(email="anna@charter.net", username="anna@charter.net")
    WRITERS[client.name](tmp_path, [HAND_MADE, anna])
    wanted = (
        request(tmp_path),
        request(tmp_path, email="new@charter.net"),
        request(tmp_path, email="anna@charter.net", state="absent"),
    )
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", *wanted)
    after = settings(tmp_path, client)
    first = roll_back(tmp_path)
    assert settings(tmp_path, client) == before
    again = roll_back(tmp_path, first["rollback"])
    assert settings(tmp_path, client) == after
    assert [one["status"] for one in again["clients"][0]["accounts"]] == ["removed", "restored", "undone"]
    roll_back(tmp_path)  # a rollback is never the last run
    assert settings(tmp_path, client) == before


@CLIENTS
def test_only_some_accounts(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    anna = HAND_MADE._replace(email="anna@charter.net", username="anna@charter.net")
    WRITERS[client.name](tmp_path, [HAND_MADE, anna])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path), request(tmp_path, email="anna@charter.net"))
    first = roll_back(tmp_path, accounts=["Anna@charter.net"])
    assert [one["email"] for one in first["clients"][0]["accounts"]] == ["anna@charter.net"]
    assert settings(tmp_path, client) != before
    assert not configure(client, "20260102T000000Z-1", request(tmp_path)).changed
    rest = roll_back(tmp_path)
    assert [one["email"] for one in rest["clients"][0]["accounts"]] == [EMAIL]
    assert settings(tmp_path, client) == before


@CLIENTS
def test_an_earlier_run(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    """What a later run has changed is no longer the earlier one's."""
    WRITERS[client.name](tmp_path, [HAND_MADE])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path))
    between = settings(tmp_path, client)
    configure(client, "20260102T000000Z-1", request(tmp_path, incoming={"port": 1993}))
    result = roll_back(tmp_path, "20260101T000000Z-1")
    (left,) = result["clients"][0]["left"]
    assert left["setting"].endswith(PORTS[client.name][1])
    assert roll_back(tmp_path, result["rollback"])["changed"]
    roll_back(tmp_path)
    assert settings(tmp_path, client) == between
    roll_back(tmp_path, "20260101T000000Z-1")
    assert settings(tmp_path, client) == before


@CLIENTS
def test_several_tasks_of_one_run(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    before = settings(tmp_path, client)
    configure(client, "20260101T000000Z-1", request(tmp_path))
    configure(client, "20260101T000000Z-1", request(tmp_path, full_name="Another"))
    configure(client, "20260101T000000Z-1", request(tmp_path, state="absent"))
    result = roll_back(tmp_path)
    assert settings(tmp_path, client) == before
    assert result["clients"][0]["accounts"] == [{"email": EMAIL, "protocol": "imap", "status": "restored"}]


@CLIENTS
def test_what_was_set_up_again_is_not_touched(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    configure(client, "20260101T000000Z-1", request(tmp_path, state="absent"))
    configure(client, "20260102T000000Z-1", request(tmp_path))
    after = settings(tmp_path, client)
    result = roll_back(tmp_path, "20260101T000000Z-1")
    assert not result["changed"]
    assert "since that run, it was removed and set up again" in result["msg"]
    assert settings(tmp_path, client) == after


@CLIENTS
def test_passwords_are_named_and_never_logged(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    configure(client, "20260101T000000Z-1", request(tmp_path, password="synthetic-1!"))
    configure(client, "20260102T000000Z-1", request(tmp_path, password="synthetic-2!"))
    result = roll_back(tmp_path)
    assert not result["changed"]
    assert "The former one is not known: set it again." in result["msg"]
    configure(client, "20260103T000000Z-1", request(tmp_path, state="absent"))
    result = roll_back(tmp_path)
    assert result["changed"]
    assert "It is not known: the client asks the user." in result["msg"]
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
    assert "mail.server.server2.password is no longer known, and is missing." in result["msg"]
    assert "/Old/Token is no longer known, and is missing." in result["msg"]
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
    assert "run 20260102T000000Z-2 was noted by a newer version of charter.mail" in done.as_result()["msg"]
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
    assert warnings == [f"{path}: lines of the log of changes that are damaged, and are passed over: 1"]


def test_a_home_that_is_not_there_is_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(MailError, match="nowhere: this home directory does not exist"):
        roll_back(tmp_path / "nowhere")


@CLIENTS
def test_addresses_that_the_run_has_not_changed_are_named(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    configure(client, "20260101T000000Z-1", request(tmp_path, full_name="M"))
    result = roll_back(tmp_path, accounts=["mario.rosi@charter.net"])
    assert not result["changed"]
    assert result["msg"] == "Run 20260101T000000Z-1 has changed no account with the address mario.rosi@charter.net."


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
def test_what_does_not_read_back_fails(
    tmp_path: pathlib.Path, client: ClientEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may write the same files at the same time."""
    configure(client, "20260101T000000Z-1", request(tmp_path))
    left = settings(tmp_path, client)
    replace = LocalFiles.replace

    def replace_and_overwrite(files: LocalFiles, *args: t.Any, **options: t.Any) -> t.Any:
        done = replace(files, *args, **options)
        for path, content in left.items():
            (tmp_path / path).write_bytes(content)
        return done

    monkeypatch.setattr(LocalFiles, "replace", replace_and_overwrite)
    with pytest.raises(AssertionError, match="the settings were put back and do not read back as written"):
        roll_back(tmp_path)


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


def test_names_that_are_taken_by_now(tmp_path: pathlib.Path) -> None:
    """Thunderbird's numbers are used again once an account is gone."""
    write_thunderbird(tmp_path, [HAND_MADE])
    before = prefs(tmp_path)
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, state="absent"))
    configure(THUNDERBIRD, "20260102T000000Z-1", request(tmp_path, email="new@charter.net"))
    between = prefs(tmp_path)
    assert between["mail.server.server2.userName"] == "new@charter.net"
    roll_back(tmp_path, "20260101T000000Z-1")
    after = prefs(tmp_path)
    assert {key: after.get(key) for key in between if key not in LISTS} == {
        key: value for key, value in between.items() if key not in LISTS
    }
    back = next(key for key, value in after.items() if key.endswith("userName") and value == EMAIL).split(".")[2]
    assert back not in ("server1", "server2")
    for key, value in before.items():
        if key.startswith("mail.server.server2."):
            assert after[key.replace("server2", back)] == value
    assert not configure(THUNDERBIRD, "20260103T000000Z-1", request(tmp_path, email="new@charter.net")).changed
    assert not roll_back(tmp_path, "20260101T000000Z-1")["changed"]


LISTS = ("mail.accountmanager.accounts", "mail.smtpservers", "mail.accountmanager.defaultaccount")


def prefs(home: pathlib.Path) -> dict[str, t.Any]:
    (path,) = home.glob(SETTINGS["thunderbird"])
    return dict(PrefsFile.parse(path.read_bytes(), "").values)


def test_folders_and_filters_move_back_with_a_server(tmp_path: pathlib.Path) -> None:
    write_thunderbird(tmp_path, [HAND_MADE], {"mail.identity.id2.fcc_folder": FOLDER})
    profile = tmp_path / ".thunderbird/old.default"
    (profile / "virtualFolders.dat").write_text(f"version=1\nscope={FOLDER}\n")
    before = prefs(tmp_path), (profile / "virtualFolders.dat").read_bytes()
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, provider="spectrum"))
    assert prefs(tmp_path)["mail.identity.id2.fcc_folder"] != FOLDER
    edit(
        tmp_path,
        THUNDERBIRD,
        'user_pref("mail.identity.id2.fullName"',
        LATER + 'user_pref("mail.identity.id2.fullName"',
    )
    roll_back(tmp_path)
    after = prefs(tmp_path)
    assert after.pop("mail.identity.id2.draft_folder") == FOLDER.replace("Sent", "Drafts")
    assert (after, (profile / "virtualFolders.dat").read_bytes()) == before


FOLDER = "imap://mario.rossi%40charter.net@imap.charter.net/Sent"
LATER = 'user_pref("mail.identity.id2.draft_folder", "imap://mario.rossi%40charter.net@mobile.charter.net/Drafts");\n'


@CLIENTS
@pytest.mark.parametrize("made", [True, False])
def test_signatures_and_further_identities(tmp_path: pathlib.Path, client: ClientEntry, made: bool) -> None:
    """Evolution has signatures in files of their own."""
    WRITERS[client.name](tmp_path, [] if made else [HAND_MADE])
    info = {"address": "info@rossi.example", "full_name": "Info"}
    before = everything(tmp_path, client)
    first = {"signature": {"text": "Mario"}, "identities": [info]}
    configure(client, "20260101T000000Z-1", request(tmp_path, **first))
    between = everything(tmp_path, client)
    assert between != before
    second = {"signature": {"html": "<b>M</b>"}, "identities": [{**info, "state": "absent"}]}
    for run, wanted in (("20260102T000000Z-1", second), ("20260103T000000Z-1", {"state": "absent"})):
        configure(client, run, request(tmp_path, **wanted))
        assert everything(tmp_path, client) != between
        assert roll_back(tmp_path)["changed"]
        assert everything(tmp_path, client) == between
        assert not roll_back(tmp_path)["changed"]
    assert roll_back(tmp_path, "20260101T000000Z-1")["changed"]
    assert everything(tmp_path, client) == before


def test_the_order_of_identities(tmp_path: pathlib.Path) -> None:
    write_thunderbird(tmp_path, [HAND_MADE])
    info = {"address": "info@rossi.example", "full_name": "Info"}
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, identities=[info]))
    before = settings(tmp_path, THUNDERBIRD)
    configure(THUNDERBIRD, "20260102T000000Z-1", request(tmp_path, identities=[{**info, "default": True}]))
    assert settings(tmp_path, THUNDERBIRD) != before
    assert roll_back(tmp_path)["changed"]
    assert settings(tmp_path, THUNDERBIRD) == before


def test_a_signature_that_its_user_has_changed_stays(tmp_path: pathlib.Path) -> None:
    write_evolution(tmp_path, [HAND_MADE])
    configure(EVOLUTION, "20260101T000000Z-1", request(tmp_path, signature={"text": "Mario"}))
    configure(EVOLUTION, "20260102T000000Z-1", request(tmp_path, signature={"text": "Mario Rossi"}))
    (file,) = (tmp_path / ".config/evolution/signatures").iterdir()
    file.write_text("my own")
    result = roll_back(tmp_path)
    (left,) = result["clients"][0]["left"]
    assert (left["ours"], left["stored"]) == ("11 bytes", "6 bytes")  # its text is nobody else's business
    assert file.read_text() == "my own"


def everything(home: pathlib.Path, client: ClientEntry) -> dict[str, bytes]:
    """The settings, and the files of signatures."""
    files = {str(path): path.read_bytes() for path in home.glob(".config/evolution/signatures/*")}
    return {**settings(home, client), **files}


@pytest.mark.parametrize("seed", range(examples(60)))
@CLIENTS
def test_any_home_is_as_it_was(tmp_path: pathlib.Path, client: ClientEntry, seed: int) -> None:
    """Accounts made by hand, a run that makes, changes and removes some, and edits of the user in between."""
    chance = random.Random(seed)
    made = [some(chance, number) for number in range(chance.randrange(0, 5))]
    WRITERS[client.name](tmp_path, made)
    before = settings(tmp_path, client)
    wanted = [
        request(
            tmp_path, email=one.email, protocol=one.protocol, username=one.username, provider="auto", **servers(one)
        )
        if chance.random() < 0.5
        else request(
            tmp_path, email=one.email, protocol=one.protocol, username=one.username, **servers(one), state="absent"
        )
        for one in made
        if chance.random() < 0.7
    ]
    wanted += [request(tmp_path, email=f"new{number}@charter.net") for number in range(chance.randrange(0, 3))]
    if not wanted:
        return
    changed = configure(client, "20260101T000000Z-1", *wanted).changed
    after = settings(tmp_path, client)
    assert roll_back(tmp_path)["changed"] == changed
    assert settings(tmp_path, client) == before
    assert not roll_back(tmp_path)["changed"]
    if changed:
        runs = [json.loads(line)["run"] for line in log(tmp_path, client).read_bytes().splitlines()]
        assert roll_back(tmp_path, runs[-1])["changed"]
        assert settings(tmp_path, client) == after


def servers(one: HandMade) -> dict[str, t.Any]:
    names = ("host", "port", "security")
    host, port, security = one.incoming
    return {
        "incoming": dict(zip(names, (host.lower(), port + 1000, security))),
        "outgoing": dict(zip(names, one.outgoing)),
    }


@CLIENTS
def test_folders_and_settings_of_the_client_are_undone(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    WRITERS[client.name](tmp_path, [HAND_MADE])
    before = settings(tmp_path, client)
    options = {
        "folders": {"sent": "local", "drafts": "Entwürfe", "junk": "Spam", "trash": "Bin"},
        "check_at_start": False,
        "check_interval": 3,
        "offline": "30",
        "settings": {"server.max_size": 3, "account/Mail Account/MarkSeenTimeout": 3},
    }
    configure(client, "20260101T000000Z-1", request(tmp_path, **options))
    assert settings(tmp_path, client) != before
    if client is THUNDERBIRD:  # it drops what equals its default
        edit(tmp_path, client, 'user_pref("mail.server.server2.login_at_startup", false);\n', "")
    assert roll_back(tmp_path)["clients"][0]["left"] == []
    assert settings(tmp_path, client) == before


def test_local_folders_stay_with_what_is_in_them(tmp_path: pathlib.Path) -> None:
    configure(THUNDERBIRD, "20260101T000000Z-1", request(tmp_path, folders={"sent": "local"}))
    roll_back(tmp_path)
    (text,) = (content.decode() for content in settings(tmp_path, THUNDERBIRD).values())
    assert EMAIL not in text
    assert 'user_pref("mail.accountmanager.accounts", "account2");' in text
    assert 'user_pref("mail.account.account2.server", "server2");' in text
    assert 'user_pref("mail.server.server2.directory-rel", "[ProfD]Mail/Local Folders");' in text
    assert (tmp_path / ".thunderbird/charter.default/Mail/Local Folders/Sent").exists()
