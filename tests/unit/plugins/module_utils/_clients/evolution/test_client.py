# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evolution through the engine, on real files: nobody logged in, a session alive, a Flatpak, and what can be wrong."""

from __future__ import annotations

import dataclasses
import pathlib
import stat
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.diff import before_and_after
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, Status, plan, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import (
    location_choice,
    lookup,
    session_change,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client import Evolution
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.password_store.keyring import (
    KeyringState,
)
from ansible_collections.charter.mail.plugins.module_utils._host.process import Process
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._model.errors import (
    ClientRunningError,
    DamagedFileError,
    HostError,
    OptionError,
)
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import statuses

from .fake_session import Desktop, Registry, Secrets

EMAIL = "mario.rossi@charter.net"
DEFAULT_ACCOUNT = "/org/gnome/evolution/default-mail-account"
DEFAULT_IDENTITY = "/org/gnome/evolution/default-mail-identity"


def account(email: str = EMAIL, **options: t.Any) -> Account:
    (found,) = requests({"email": email, "accounts": None, **options})
    return found.account


def client(home: pathlib.Path, desktop: Desktop | None = None, location: str = "auto", **options: t.Any) -> Evolution:
    files = LocalFiles(str(home / ".charter-mail-evolution.journal"))
    return Evolution(files, location_choice.locate(files, str(home), location), desktop, **options)


def push(home: pathlib.Path, *accounts: Account, desktop: Desktop | None = None, **options: t.Any) -> Outcome[t.Any]:
    return reconcile(client(home, desktop, **options), accounts)


def folder(home: pathlib.Path) -> pathlib.Path:
    return home / ".config/evolution/sources"


def source(home: pathlib.Path, kind: str, wanted: Account | None = None) -> pathlib.Path:
    return folder(home) / f"{lookup.uid(wanted or account(), kind)}.source"


def uids(wanted: Account | None = None) -> dict[str, str]:
    return {kind: lookup.uid(wanted or account(), kind) for kind in lookup.KINDS}


def edit(path: pathlib.Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def session(home: pathlib.Path, state: KeyringState = KeyringState.UNLOCKED) -> Desktop:
    return Desktop(Registry(folder(home)), Secrets(state))


@pytest.mark.parametrize("live", [False, True])
def test_created_unchanged_updated_removed_absent(tmp_path: pathlib.Path, live: bool) -> None:
    desktop = session(tmp_path) if live else Desktop(session=False)
    store = "secret_service" if live else "plaintext_keyring"

    def status(**options: t.Any) -> Status:
        (found,) = statuses(push(tmp_path, account(**options), desktop=desktop, password_store=store))
        return found

    assert status(password="first") is Status.CREATED
    assert status(password="first") is Status.UNCHANGED
    assert status(password="second") is Status.UPDATED
    assert status(password="third", update_password="on_create") is Status.UNCHANGED
    assert status(provider="spectrum") is Status.UPDATED
    assert status(provider="spectrum", password="second") is Status.UNCHANGED
    assert status(state="absent") is Status.REMOVED
    assert status(state="absent") is Status.ABSENT
    assert not [path for path in folder(tmp_path).iterdir() if path.suffix == ".source"]
    if desktop.secrets:
        assert desktop.secrets.passwords == {}
    if desktop.registry:
        assert desktop.registry.memory == {}  # or what is unseen there would come back


def test_files_are_the_persons_own(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account())
    assert stat.S_IMODE(folder(tmp_path).stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder(tmp_path).iterdir()} == {0o600}
    assert {path.stem for path in folder(tmp_path).iterdir()} == set(uids().values())


def test_several_accounts_of_one_run_build_on_each_other(tmp_path: pathlib.Path) -> None:
    wanted = [account(), account(protocol="pop3"), account("anna@charter.net")]
    assert statuses(push(tmp_path, *wanted)) == [Status.CREATED] * 3
    assert not push(tmp_path, *wanted).changed
    mixed = [account(state="absent"), account(protocol="pop3"), account("luca@charter.net")]
    assert statuses(push(tmp_path, *mixed)) == [Status.REMOVED, Status.UNCHANGED, Status.CREATED]


def test_check_mode_touches_nothing(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path)
    wanted = account(password="geheim", default=True)
    outcome = plan(client(tmp_path, desktop), [wanted])
    assert statuses(outcome) == [Status.CREATED]
    assert client(tmp_path, desktop).result_details(outcome.after, wanted) == {"via": "session", "password": "stored"}
    assert list(folder(tmp_path).iterdir()) == []
    assert desktop.registry is not None
    assert set(desktop.registry.asked) == {"GetManagedObjects"}
    assert desktop.secrets is not None
    assert (desktop.secrets.passwords, desktop.settings) == ({}, {})


def test_a_password_shows_only_as_hidden(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path)
    outcome = push(tmp_path, account(password="first-hunter"), desktop=desktop)
    second = plan(client(tmp_path, desktop), [account(password="second-hunter")])
    before, after = before_and_after(second.steps)
    assert f"  password of {EMAIL} for receiving at imap.charter.net: ********\n" in before
    assert f"  password of {EMAIL} for sending at smtp.charter.net: ******** (new)\n" in after
    assert "hunter" not in repr((outcome, second, before, after))


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


@pytest.mark.parametrize(
    ("desktop", "reason"),
    [
        (Desktop(None, Secrets(KeyringState.LOCKED)), "the user's keyring is locked"),
        (Desktop(None, Secrets(KeyringState.ABSENT)), "the user is not logged in with a keyring"),
        (Desktop(None, None), "the user is not logged in with a keyring"),
        (Desktop(session=False), "the user is not logged in with a keyring"),
        (None, "the user is not logged in with a keyring"),
    ],
)
def test_without_a_keyring_the_account_is_made_and_the_person_warned(
    tmp_path: pathlib.Path, desktop: Desktop | None, reason: str
) -> None:
    wanted = account(password="geheim")
    for expected in (Status.CREATED, Status.UNCHANGED):
        evolution = client(tmp_path, desktop)
        outcome = reconcile(evolution, [wanted])
        assert statuses(outcome) == [expected]
        assert evolution.result_details(outcome.after, wanted)["password"] == "not stored"
        assert evolution.warnings(outcome.after, wanted) == (
            f"{wanted}: its password is not stored, since {reason}; Evolution will ask for it once",
        )
    assert push(tmp_path, wanted, desktop=Desktop(None, Secrets())).changed


def test_a_locked_keyring_keeps_the_password_of_a_removed_account(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account())
    evolution = client(tmp_path, Desktop(None, Secrets(KeyringState.LOCKED)))
    gone = account(state="absent")
    (warning,) = evolution.warnings(reconcile(evolution, [gone]).after, gone)
    assert "its password could not be deleted, since the user's keyring is locked" in warning
    assert evolution.warnings(reconcile(evolution, [gone]).after, gone) == ()


def test_no_password_is_stored_where_none_is_wanted(tmp_path: pathlib.Path) -> None:
    desktop = Desktop(None, Secrets())
    wanted = account(password="geheim")
    evolution = client(tmp_path, desktop, password_store="none")
    outcome = reconcile(evolution, [wanted])
    assert evolution.result_details(outcome.after, wanted)["password"] == "not stored"
    assert evolution.warnings(outcome.after, wanted) == ()
    assert desktop.secrets is not None
    assert desktop.secrets.passwords == {}


def test_another_password_is_kept_if_so_wanted(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path)
    push(tmp_path, account(password="the user's"), desktop=desktop)
    wanted = account(password="ours", update_password="on_create")
    evolution = client(tmp_path, desktop)
    outcome = reconcile(evolution, [wanted])
    assert not outcome.changed
    assert evolution.result_details(outcome.after, wanted)["password"] == "kept"


def test_a_removed_account_leaves_no_copy_of_its_password(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account(password="x"), account("anna@charter.net", password="y"), password_store="plaintext_keyring")
    path = tmp_path / ".local/share/keyrings/charter-mail.keyring"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().count("secret=x") == 2
    for store in ("none", "plaintext_keyring"):
        outcome = push(tmp_path, account(state="absent"), password_store=store, desktop=session(tmp_path))
        assert outcome.changed == (store == "none")
        assert "secret=x" not in path.read_text()
        assert path.read_text().count("secret=y") == 2


def test_the_default_is_set_on_request_and_reset_with_its_account(tmp_path: pathlib.Path) -> None:
    desktop = Desktop(session=False)
    push(tmp_path, account(), desktop=desktop)
    assert desktop.settings == {}
    outcome = push(tmp_path, account(default=True), desktop=desktop)
    assert desktop.settings == {DEFAULT_ACCOUNT: uids()["account"], DEFAULT_IDENTITY: uids()["identity"]}
    assert outcome.steps[0].after.account is not None
    assert outcome.steps[0].after.account.default
    assert not push(tmp_path, account(default=True), desktop=desktop).changed
    desktop.settings[DEFAULT_IDENTITY] = "another"
    push(tmp_path, account(state="absent"), desktop=desktop)
    assert desktop.settings == {DEFAULT_IDENTITY: "another"}


def test_a_template_for_new_users_has_no_default(tmp_path: pathlib.Path) -> None:
    with pytest.raises(OptionError, match="none belongs to this home directory"):
        push(tmp_path, account(default=True))
    assert not folder(tmp_path).exists()


def test_a_damaged_file_of_the_account_is_refused_and_a_foreign_one_reported(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account())
    foreign = folder(tmp_path) / "theirs.source"
    foreign.write_bytes(b"[Data Source]\nnonsense\n")
    evolution = client(tmp_path)
    outcome = reconcile(evolution, [account(provider="spectrum")])
    assert statuses(outcome) == [Status.UPDATED]
    (warning,) = evolution.warnings(outcome.after, account())
    assert warning.startswith(f"left as it is: {foreign}, line 2: ")
    assert "nothing was changed" not in warning
    assert foreign.read_bytes() == b"[Data Source]\nnonsense\n"
    source(tmp_path, "transport").write_text("nonsense")
    for wanted in (account(), account(state="absent")):
        with pytest.raises(DamagedFileError, match=rf"{uids()['transport']}\.source, line 1"):
            push(tmp_path, wanted)


def test_a_foreign_file_that_cannot_be_read_is_reported_and_stops_nothing(tmp_path: pathlib.Path) -> None:
    (folder(tmp_path) / "theirs.source").mkdir(parents=True)
    evolution = client(tmp_path)
    outcome = reconcile(evolution, [account()])
    assert statuses(outcome) == [Status.CREATED]
    (warning,) = evolution.warnings(outcome.after, account())
    assert warning.startswith(f"left as it is: {folder(tmp_path)}/theirs.source: this is a directory where")
    source(tmp_path, "transport").unlink()
    source(tmp_path, "transport").mkdir()
    with pytest.raises(HostError, match="this is a directory"):
        push(tmp_path, account())


def test_a_damaged_file_is_reported_beside_a_session_too(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path)
    (folder(tmp_path) / "theirs.source").write_text("nonsense")
    (folder(tmp_path) / "new.source").write_text("[Data Source]\n")
    evolution = client(tmp_path, desktop)
    outcome = reconcile(evolution, [account()])
    assert set(outcome.after.sources) == set(uids().values())
    assert "theirs.source, line 1" in evolution.warnings(outcome.after, account())[0]


def test_copies_are_kept_of_what_changes_and_of_what_goes(tmp_path: pathlib.Path) -> None:
    assert push(tmp_path, account()).backups == ()
    text = source(tmp_path, "account").read_text()
    for live, step in ((False, {"provider": "spectrum"}), (True, {}), (False, {"state": "absent"})):
        (first, *others) = push(tmp_path, account(**step), desktop=session(tmp_path) if live else None).backups
        assert first.startswith(str(folder(tmp_path)))
        assert not first.endswith(".source")
        assert len(others) == (2 if step == {"state": "absent"} else 1)
        texts = [pathlib.Path(path).read_text() for path in (first, *others)]
        assert (text in texts) == (not live)
    assert push(tmp_path, account(), backup=False).backups == ()
    assert push(tmp_path, account(provider="spectrum"), backup=False).backups == ()
    assert push(tmp_path, account(state="absent"), backup=False).backups == ()


def test_mail_on_the_host_goes_only_on_request(tmp_path: pathlib.Path) -> None:
    uid = uids()["account"]
    ours = [tmp_path / place / uid for place in (".cache/evolution/mail", ".local/share/evolution/mail/trash")]
    others = [tmp_path / ".local/share/evolution/mail" / place for place in ("local/Inbox", "another")]
    for path in (*ours, *others):
        path.mkdir(parents=True)
    push(tmp_path, account())
    push(tmp_path, account(state="absent"))
    assert all(path.exists() for path in (*ours, *others))
    push(tmp_path, account())
    outcome = push(tmp_path, account(state="absent", purge=True))
    assert ("mail on this host", uid) in {(change.key, change.before) for change in outcome.steps[0].changes}
    assert [path.exists() for path in (*ours, *others)] == [False, False, True, True]


def test_the_same_address_by_the_other_protocol_is_pointed_out(tmp_path: pathlib.Path) -> None:
    evolution = client(tmp_path)
    reconcile(evolution, [account()])
    pop3 = account(protocol="pop3")
    outcome = reconcile(evolution, [pop3])
    assert evolution.warnings(outcome.after, pop3) == (
        f"{pop3} stands beside an account of the same address by the other protocol",
    )
    reconcile(evolution, [account(protocol="pop3", state="absent")])
    gone = account(protocol="pop3", state="absent")
    assert "set protocol to remove that" in evolution.warnings(evolution.read(), gone)[0]


def test_a_flatpak_has_files_of_its_own_and_must_be_closed(tmp_path: pathlib.Path) -> None:
    (tmp_path / ".var/app/org.gnome.Evolution/config/evolution/mail").mkdir(parents=True)
    (tmp_path / ".var/app/org.gnome.Evolution/config/evolution/mail/state.ini").touch()
    (tmp_path / ".local/share/flatpak/app/org.gnome.Evolution").mkdir(parents=True)
    desktop = session(tmp_path)
    wanted = account(password="geheim", default=True)
    evolution = client(tmp_path, desktop)
    outcome = reconcile(evolution, [wanted])
    assert evolution.result_details(outcome.after, wanted) == {"via": "files", "password": "not stored"}
    assert "Evolution as a Flatpak has a password store" in evolution.warnings(outcome.after, wanted)[0]
    root = tmp_path / ".var/app/org.gnome.Evolution/config"
    assert {path.stem for path in (root / "evolution/sources").iterdir()} == set(uids().values())
    assert (root / "glib-2.0/settings/keyfile").read_text() == (
        f"[org/gnome/evolution]\ndefault-mail-account='{uids()['account']}'\n"
        f"default-mail-identity='{uids()['identity']}'\n"
    )
    assert list(folder(tmp_path).iterdir()) == []
    assert not push(tmp_path, wanted, desktop=desktop).changed
    running = Desktop(programs=[Process(4711, {"FLATPAK_ID": "org.gnome.Evolution"})])
    assert client(tmp_path, running).running()
    with pytest.raises(ClientRunningError, match="process 4711"):
        push(tmp_path, account(provider="spectrum"), desktop=running)
    assert not push(tmp_path, wanted, desktop=running).changed


def test_an_account_is_read_back_with_its_passwords(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path)
    assert client(tmp_path, desktop).account(account()) is None
    assert client(tmp_path, desktop).absence(account()) == "does not have the account"
    push(tmp_path, account(password="geheim", full_name="Mario"), desktop=desktop)
    assert client(tmp_path, desktop).absence(account(protocol="pop3")) == "has the address, but not by POP3"
    found = client(tmp_path, desktop).account(account())
    assert found is not None
    own = {name: getattr(found.account, name) for name in ("folders", "client")}
    assert found.account == dataclasses.replace(account(full_name="Mario"), **own)
    for login in (found.incoming, found.outgoing):
        assert login.username == EMAIL
        assert login.password is not None
        assert login.password.reveal() == "geheim"
    assert (found.locked, found.others) == ("", ())
    desktop.secrets = Secrets(KeyringState.LOCKED)
    edit(source(tmp_path, "transport"), "Method=PLAIN", "Method=none")
    desktop.registry = Registry(folder(tmp_path))
    found = client(tmp_path, desktop).account(account())
    assert found is not None
    assert found.locked == "the user's keyring is locked"
    assert (found.outgoing.username, found.outgoing.password) == ("", None)
    assert [(change.before, change.after) for change in found.others] == [("none", "PLAIN")]


@pytest.mark.parametrize("logged_in", [True, False])
def test_check_mode_fails_where_the_run_would(tmp_path: pathlib.Path, logged_in: bool) -> None:
    def refuse(paths: t.Sequence[str]) -> None:
        assert list(paths) == [f"{folder(tmp_path)}/"]
        raise HostError("x", "permission denied", "y")

    # A registry writes by itself, with the same rights.
    locked = client(tmp_path, session(tmp_path) if logged_in else None, require_writable=refuse)
    for run in (plan, reconcile):
        with pytest.raises(HostError, match="x: permission denied"):
            run(locked, [account()])
        assert statuses(run(locked, [account(state="absent")])) == [Status.ABSENT]
