# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thunderbird through the engine, on real files: whole runs, interrupted runs, runs that meet another process."""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.diff import before_and_after
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, Status, plan, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client import Thunderbird
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.profile_choice import Root
from ansible_collections.charter.mail.plugins.module_utils._host.file_write import FileWrite
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._model.errors import (
    ClientRunningError,
    DamagedFileError,
    HostError,
    PasswordStoreError,
)
from ansible_collections.charter.mail.tests.unit.amount import sample
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import EMAIL, account, statuses

from .password_store.samples import key4, logins_db

pytestmark = pytest.mark.one_in(3)


def client(home: pathlib.Path, files: LocalFiles | None = None, **options: t.Any) -> Thunderbird:
    files = files or LocalFiles(str(home / ".charter-mail-thunderbird.journal"))
    return Thunderbird(files, Root(str(home / ".thunderbird")), None, scratch=lambda: str(home), **options)


def push(home: pathlib.Path, *accounts: Account, files: LocalFiles | None = None) -> Outcome[t.Any]:
    return reconcile(client(home, files), accounts)


def test_created_unchanged_updated_removed_absent(tmp_path: pathlib.Path) -> None:
    secret = account(password="first")
    assert statuses(push(tmp_path, secret)) == [Status.CREATED]
    assert statuses(push(tmp_path, secret)) == [Status.UNCHANGED]
    assert statuses(push(tmp_path, account(password="second"))) == [Status.UPDATED]
    assert statuses(push(tmp_path, account(password="third", update_password="on_create"))) == [Status.UNCHANGED]
    assert statuses(push(tmp_path, account(state="absent"))) == [Status.REMOVED]
    assert statuses(push(tmp_path, account(state="absent"))) == [Status.ABSENT]


def test_what_became_of_a_password_is_told(tmp_path: pathlib.Path) -> None:
    def told(**options: t.Any) -> t.Mapping[str, str]:
        wanted = account(**options)
        return client(tmp_path).result_details(push(tmp_path, wanted).after, wanted)

    assert told() == {}
    assert told(password="first", update_password="on_create") == {"password": "stored"}
    assert told(password="second", update_password="on_create") == {"password": "kept"}
    assert told(password="second") == {"password": "stored"}
    assert told(password="second", state="absent") == {}


def test_several_accounts_of_one_run_build_on_each_other(tmp_path: pathlib.Path) -> None:
    wanted = [account(), account(protocol="pop3"), account(email="anna@charter.net")]
    assert statuses(push(tmp_path, *wanted)) == [Status.CREATED] * 3
    assert not push(tmp_path, *wanted).changed
    mixed = [account(state="absent"), account(protocol="pop3"), account(email="luca@charter.net")]
    assert statuses(push(tmp_path, *mixed)) == [Status.REMOVED, Status.UNCHANGED, Status.CREATED]


def test_a_password_shows_only_as_hidden(tmp_path: pathlib.Path) -> None:
    outcome = push(tmp_path, account(password="first-hunter"))
    second = plan(client(tmp_path), [account(password="second-hunter")])
    before, after = before_and_after(second.steps)
    assert f"  password of {EMAIL} for imap://imap.charter.net: ********\n" in before
    assert f"  password of {EMAIL} for imap://imap.charter.net: ******** (new)\n" in after
    assert "hunter" not in repr((outcome, second, before, after))


def test_what_has_no_name_for_people_is_shown_as_the_client_has_it(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account())
    prefs = tmp_path / ".thunderbird/charter.default/prefs.js"
    prefs.write_bytes(
        prefs.read_bytes().replace(b'"mail.server.server1.authMethod", 3', b'"mail.server.server1.authMethod", 4')
    )
    before, after = before_and_after(plan(client(tmp_path), [account()]).steps)
    assert "  mail.server.server1.authMethod: 4\n" in before
    assert "  mail.server.server1.authMethod: 3\n" in after


CALLS = ("open", "mkdir", "fchmod", "fsync", "rename", "unlink", "stat", "close")


def calls_until_death(point: int, action: t.Callable[[], object]) -> int:
    """Run the action in a process that dies at the given system call; how many it had come to."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        count = 0
        write = os.write
        for name in CALLS:
            real: t.Any = getattr(os, name)

            def call(*arguments: t.Any, _real: t.Any = real, **options: t.Any) -> t.Any:
                nonlocal count
                count += 1
                write(write_end, b"!")
                if count == point:
                    os.kill(os.getpid(), signal.SIGKILL)
                return _real(*arguments, **options)

            setattr(os, name, call)
        try:
            action()
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as counted:
        calls = len(counted.read())
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) == (calls == point)
    return calls


@pytest.mark.alike(1, "a run that is killed")
@pytest.mark.parametrize("start", ["never started", "has an account"])
def test_a_run_killed_at_any_point_is_completed_by_the_next(tmp_path: pathlib.Path, start: str) -> None:
    wanted = account(password="a password", provider="spectrum")
    template = tmp_path / "template"
    template.mkdir()
    if start == "has an account":
        push(template, account(password="another"), account(email="anna@charter.net"))

    def killed_at(point: int) -> tuple[pathlib.Path, int]:
        home = tmp_path / str(point)
        shutil.copytree(template, home, symlinks=True)
        return home, calls_until_death(point, lambda: push(home, wanted))

    _home, total = killed_at(0)
    assert total > 20
    for point in [*sample(range(1, total + 1)), total + 1]:
        home, calls = killed_at(point)
        assert calls == min(point, total)
        push(home, wanted)
        assert not push(home, wanted).changed
        assert not [path for path in home.rglob("*") if ".charter-mail-" in path.name]
        ini = (home / ".thunderbird/profiles.ini").read_text()
        assert ini.count("Path=") == 1
        assert "Path=charter.default\n" in ini
        prefs = (home / ".thunderbird/charter.default/prefs.js").read_text()
        assert ("anna@charter.net" in prefs) == (start == "has an account")


class OtherWriter(LocalFiles):
    """A host on which something else changes what was just written."""

    def replace(
        self,
        writes: t.Sequence[FileWrite],
        deletes: t.Sequence[str] = (),
        before_renames: t.Callable[[], None] = lambda: None,
    ) -> t.Sequence[str]:
        backups = super().replace(writes, deletes, before_renames)
        for write in writes:
            if write.path.endswith("prefs.js"):
                super().replace([FileWrite(write.path, b"")])
        return backups


def test_what_does_not_read_back_is_told(tmp_path: pathlib.Path) -> None:
    with pytest.raises(HostError, match="do not read back as written"):
        push(tmp_path, account(), files=OtherWriter())


def test_an_interrupted_key_database_is_thunderbirds_to_mend(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account(password="x"))
    (tmp_path / ".thunderbird/charter.default/key4.db-journal").write_bytes(b"half")
    with pytest.raises(DamagedFileError, match=r"key4\.db-journal: Thunderbird was interrupted"):
        push(tmp_path, account(password="y"))


def test_a_client_that_opens_between_reading_and_writing_wins(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account())
    lock = tmp_path / ".thunderbird/charter.default/.parentlock"
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        with LocalFiles().lock(str(lock)):
            os.write(write_end, b"!")
            signal.pause()
        os._exit(0)
    os.read(read_end, 1)
    try:
        before = (tmp_path / ".thunderbird/charter.default/prefs.js").read_bytes()
        with pytest.raises(ClientRunningError, match=f"process {child}"):
            push(tmp_path, account(provider="spectrum"))
        assert client(tmp_path).running()
        assert (tmp_path / ".thunderbird/charter.default/prefs.js").read_bytes() == before
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(read_end)
        os.close(write_end)
    assert not client(tmp_path).running()


def test_check_mode_fails_where_the_run_would(tmp_path: pathlib.Path) -> None:
    asked: list[str] = []

    def refuse(paths: t.Sequence[str]) -> None:
        asked.extend(os.path.relpath(path, tmp_path / ".thunderbird") for path in paths)
        raise HostError("x", "permission denied", "y")

    locked = client(tmp_path, require_writable=refuse)
    for run in (plan, reconcile):
        with pytest.raises(HostError, match="x: permission denied"):
            run(locked, [account()])
        assert statuses(run(locked, [account(state="absent")])) == [Status.ABSENT]
    assert asked == ["charter.default", ".", "charter.default/.parentlock"] * 2
    assert not (tmp_path / ".thunderbird").exists()


def test_an_old_password_store_is_not_hidden_by_a_new_one(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account())
    profile = tmp_path / ".thunderbird/charter.default"
    (profile / "key3.db").write_bytes(b"old")
    for run in (plan, reconcile):
        with pytest.raises(PasswordStoreError, match=r"key3\.db: .* nothing was changed\. Start and quit"):
            run(client(tmp_path), [account(password="secret")])
    assert not (profile / "key4.db").exists()
    assert statuses(push(tmp_path, account())) == [Status.UNCHANGED]
    assert statuses(push(tmp_path, account(state="absent"))) == [Status.REMOVED]
    (profile / "key3.db").unlink()
    push(tmp_path, account(password="secret"))
    (profile / "key3.db").write_bytes(b"left over")  # beside a new one, it counts for nothing
    assert statuses(push(tmp_path, account(password="other"))) == [Status.UPDATED]


@pytest.mark.parametrize("damaged", [False, True])
def test_passwords_that_are_only_in_thunderbirds_copy_are_not_lost(tmp_path: pathlib.Path, damaged: bool) -> None:
    anna, mario = account(email="anna@charter.net", password="hers"), account(password="his")
    push(tmp_path, anna)
    profile = tmp_path / ".thunderbird/charter.default"
    backup = profile / "logins-backup.json"
    (profile / "logins.json").rename(backup)
    if damaged:
        backup.write_bytes(backup.read_bytes()[:-5])
    kept = backup.read_bytes()
    # Thunderbird puts the copy back at its start; what it cannot read, it passes over.
    assert plan(client(tmp_path), [anna]).changed is damaged
    assert statuses(push(tmp_path, mario)) == [Status.CREATED]
    stored = client(tmp_path).account(anna)
    assert stored is not None
    assert (stored.incoming.password is None) is damaged
    assert backup.read_bytes() == kept
    assert statuses(push(tmp_path, mario)) == [Status.UNCHANGED]


def renamed(home: pathlib.Path, version: int, **server: str) -> pathlib.Path:
    """An account of ours whose server was renamed in an old Thunderbird; its prefs.js."""
    push(home, account())
    profile = home / ".thunderbird/charter.default"
    (profile / "compatibility.ini").write_text(f"[Compatibility]\nLastVersion={version}.0_x/x\n")
    prefs = profile / "prefs.js"
    lines = [line for line in prefs.read_text().splitlines() if "charter_mail" not in line]
    lines = [line for line in lines if not any(f'server.server1.{name}"' in line for name in server)]
    lines += [f'user_pref("mail.server.server1.{name}", "{value}");' for name, value in server.items()]
    prefs.write_text("\n".join(lines) + "\n")
    return prefs


@pytest.mark.parametrize(("version", "status"), [(78, Status.UPDATED), (101, Status.UPDATED), (102, Status.CREATED)])
def test_old_names_count_for_an_old_thunderbird(tmp_path: pathlib.Path, version: int, status: Status) -> None:
    real = {"realhostname": "imap.charter.net", "realuserName": EMAIL}
    prefs = renamed(tmp_path, version, hostname="imap.old.example", userName="mrossi", **real)
    assert statuses(push(tmp_path, account(incoming={"port": 143}))) == [status]
    assert statuses(push(tmp_path, account(incoming={"port": 143}))) == [Status.UNCHANGED]
    text = prefs.read_text()
    for name, value in {"hostname": "imap.old.example", "userName": "mrossi", **real}.items():
        assert f'user_pref("mail.server.server1.{name}", "{value}");' in text
    if status is Status.UPDATED:
        assert statuses(push(tmp_path, account(provider="spectrum"))) == [Status.UPDATED]
        text = prefs.read_text()
        assert 'server1.hostname", "imap.old.example"' in text
        assert 'server1.realhostname", "mobile.charter.net"' in text
        assert statuses(push(tmp_path, account(state="absent"))) == [Status.REMOVED]
        assert "server1" not in prefs.read_text().replace("lastKey", "")


def test_an_account_that_was_renamed_to_another_provider_is_anothers(tmp_path: pathlib.Path) -> None:
    prefs = renamed(tmp_path, 91, realhostname="imap.work.example", realuserName="mario", useremail="x")
    prefs.write_text(prefs.read_text().replace(f'id1.useremail", "{EMAIL}"', 'id1.useremail", "mario@work.example"'))
    assert statuses(push(tmp_path, account())) == [Status.CREATED]
    assert 'id1.useremail", "mario@work.example"' in prefs.read_text()


IN_DATABASE = 'user_pref("signon.storage.rust.active", true);\n'


def with_database(home: pathlib.Path, *accounts: Account) -> pathlib.Path:
    """A profile whose Thunderbird, by its preferences, has gone over to logins.db, with a logins.json left behind."""
    push(home, *(accounts or [account(password="first")]))
    profile = home / ".thunderbird/charter.default"
    with (profile / "prefs.js").open("a") as prefs:
        prefs.write(IN_DATABASE)
    (profile / "key4.db").write_bytes(key4("thunderbird-157"))
    (profile / "logins.db").write_bytes(logins_db())
    return profile


def passwords_of(home: pathlib.Path) -> list[str | None]:
    found = client(home).account(account())
    assert found is not None
    return [login.password.reveal() if login.password else None for login in (found.incoming, found.outgoing)]


def test_the_store_that_the_preferences_name_is_used(tmp_path: pathlib.Path) -> None:
    profile = with_database(tmp_path)
    left = (profile / "logins.json").read_bytes()
    assert passwords_of(tmp_path) == [None, None]
    assert statuses(push(tmp_path, account(password="second"))) == [Status.UPDATED]
    assert statuses(push(tmp_path, account(password="second"))) == [Status.UNCHANGED]
    assert passwords_of(tmp_path) == ["second", "second"]
    assert (profile / "logins.json").read_bytes() == left
    assert (profile / "key4.db").read_bytes() == key4("thunderbird-157")
    assert IN_DATABASE in (profile / "prefs.js").read_text()
    assert statuses(push(tmp_path, account(state="absent"))) == [Status.REMOVED]
    assert (profile / "logins.json").read_bytes() == left
    (profile / "logins.json").unlink()
    assert statuses(push(tmp_path, account(password="third"))) == [Status.CREATED]
    assert passwords_of(tmp_path) == ["third", "third"]
    assert not (profile / "logins.json").exists()


def test_the_passwords_of_the_database_move_with_their_server(tmp_path: pathlib.Path) -> None:
    with_database(tmp_path)
    push(tmp_path, account(password="first"))
    assert statuses(push(tmp_path, account(provider="spectrum"))) == [Status.UPDATED]
    found = client(tmp_path).account(account(provider="spectrum"))
    assert found is not None
    assert found.incoming.password is not None
    assert found.incoming.password.reveal() == "first"


@pytest.mark.parametrize("value", ["false", '"true"', "1"])
def test_without_the_preference_logins_json_is_used(tmp_path: pathlib.Path, value: str) -> None:
    profile = with_database(tmp_path)
    prefs = profile / "prefs.js"
    prefs.write_text(prefs.read_text().replace(IN_DATABASE, IN_DATABASE.replace("true", value)))
    (profile / "key4.db").unlink()
    (profile / "logins.json").unlink()
    assert statuses(push(tmp_path, account(password="second"))) == [Status.UPDATED]
    assert (profile / "logins.json").exists()
    assert (profile / "logins.db").read_bytes() == logins_db()


def test_a_password_that_the_database_cannot_take_is_not_called_stored(tmp_path: pathlib.Path) -> None:
    profile = with_database(tmp_path)
    (profile / "key4.db").write_bytes(key4("aes"))
    with pytest.raises(PasswordStoreError, match=r"key of the logins in Thunderbird's logins\.db is not in it"):
        push(tmp_path, account(password="second"))
    (profile / "logins.db").unlink()
    with pytest.raises(PasswordStoreError, match="no such file"):
        push(tmp_path, account(password="second"))
    assert not push(tmp_path, account()).changed
    assert statuses(push(tmp_path, account(state="absent"))) == [Status.REMOVED]  # nothing is stored
    assert not (profile / "logins.db").exists()


@pytest.mark.parametrize("leftover", ["logins.db-journal", "logins.db-wal", "key4.db-journal", "key4.db-wal"])
def test_an_interrupted_change_of_thunderbirds_database_is_left_to_it(tmp_path: pathlib.Path, leftover: str) -> None:
    profile = with_database(tmp_path)
    (profile / leftover).write_bytes(b"")
    assert statuses(push(tmp_path, account(password="second"))) == [Status.UPDATED]
    (profile / leftover).write_bytes(b"a change")
    with pytest.raises(DamagedFileError, match=f"{leftover}: Thunderbird was interrupted"):
        push(tmp_path, account(password="third"))
    assert (profile / leftover).read_bytes() == b"a change"
