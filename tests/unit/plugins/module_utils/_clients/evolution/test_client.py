# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evolution through the engine, on real files: nobody logged in, a session alive, a Flatpak."""

from __future__ import annotations

import dataclasses
import pathlib
import stat
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.password_store.keyring import KeyringState
from ansible_collections.charter.mail.plugins.module_utils._host.process import Process
from ansible_collections.charter.mail.plugins.module_utils._model.errors import (
    ClientRunningError,
    HostError,
    OptionError,
)
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import statuses

from .evolution_runs import (
    DEFAULT_ACCOUNT,
    DEFAULT_IDENTITY,
    EMAIL,
    account,
    client,
    edit,
    folder,
    push,
    session,
    source,
    uids,
)
from .fake_session import Desktop, Registry, Secrets

pytestmark = pytest.mark.one_in(3)


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
        f"{pop3}: there is also an account of the same address with the other protocol",
    )
    reconcile(evolution, [account(protocol="pop3", state="absent")])
    gone = account(protocol="pop3", state="absent")
    assert "to remove it, set protocol" in evolution.warnings(evolution.read(), gone)[0]


def test_a_flatpak_has_files_of_its_own_and_must_be_closed(tmp_path: pathlib.Path) -> None:
    (tmp_path / ".var/app/org.gnome.Evolution/config/evolution/mail").mkdir(parents=True)
    (tmp_path / ".var/app/org.gnome.Evolution/config/evolution/mail/state.ini").touch()
    (tmp_path / ".local/share/flatpak/app/org.gnome.Evolution").mkdir(parents=True)
    desktop = session(tmp_path)
    wanted = account(password="geheim", default=True)
    evolution = client(tmp_path, desktop)
    outcome = reconcile(evolution, [wanted])
    assert evolution.result_details(outcome.after, wanted) == {"via": "files", "password": "not stored"}
    assert (
        "only Evolution itself can open the password store of its Flatpak"
        in evolution.warnings(outcome.after, wanted)[0]
    )
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
    assert client(tmp_path, desktop).absence(account(protocol="pop3")) == "has the address, but not with POP3"
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
