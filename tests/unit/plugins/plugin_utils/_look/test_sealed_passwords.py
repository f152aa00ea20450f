# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look tells that passwords are stored only if a seal proves it, and only where the module would change nothing."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import pathlib
import shutil
import sqlite3
import stat
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.seal import NAME
from ansible_collections.charter.mail.plugins.module_utils._linux import replacement
from ansible_collections.charter.mail.plugins.plugin_utils._look.errors import UnseenError
from ansible_collections.charter.mail.plugins.plugin_utils._look.output import parsed
from ansible_collections.charter.mail.plugins.plugin_utils._look.snapshot import Snapshot
from ansible_collections.charter.mail.tests.unit.amount import sample
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.thunderbird.password_store import samples
from ansible_collections.charter.mail.tests.unit.plugins.plugin_utils._look import homes
from ansible_collections.charter.mail.tests.unit.plugins.plugin_utils._look.homes import (
    PATTERNS,
    PATTERNS_WITH_KEY,
    Options,
    by_look,
    by_module,
    printed,
)

from .sealed_homes import ACCOUNT, KEY, KEYRINGS, PASSWORD, PROFILE, USES_DATABASE, agrees, task

pytestmark = pytest.mark.one_in(3)


@pytest.fixture(scope="session", params=sample(["logins.json", "logins.db"], 1))
def made_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A home with an account in both clients, its password and the seals, with each kind of Thunderbird's store.

    A copy of it is beside it.
    """
    folder = tmp_path_factory.mktemp("sealed") / "home"
    profile = folder / PROFILE
    profile.mkdir(parents=True)
    if request.param == "logins.db":
        profile.joinpath("prefs.js").write_bytes(USES_DATABASE)
        profile.joinpath("key4.db").write_bytes(samples.key4("thunderbird-157"))
        profile.joinpath("logins.db").write_bytes(samples.logins_db())
        text = "[Profile0]\nName=default\nIsRelative=1\nPath=charter.default\nDefault=1\n"
        profile.with_name("profiles.ini").write_text(text)
    assert by_module(folder, task(), check_mode=False).as_result()["changed"]
    assert by_look(folder, task()) is not None
    shutil.copytree(folder, folder.with_name("as it was"))
    return folder


@pytest.fixture
def home(made_home: pathlib.Path) -> pathlib.Path:
    """That home as it was made, with nothing else beside it. A seal fits the place where it was made."""
    was = made_home.with_name("as it was")
    for folder in made_home.parent.iterdir():
        if folder != was:
            shutil.rmtree(folder)
    shutil.copytree(was, made_home)
    return made_home


def test_a_settled_home_is_answered(home: pathlib.Path) -> None:
    assert agrees(home, task())
    result = by_look(home, task())
    assert result is not None
    assert [account["password"] for account in result["accounts"]] == ["stored", "stored"]
    for path in (home / PROFILE / NAME, home / KEYRINGS / NAME):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert PASSWORD.encode() not in path.read_bytes()


def test_only_digests_of_the_stores_are_brought(home: pathlib.Path) -> None:
    seen = parsed(printed(home, PATTERNS_WITH_KEY), PATTERNS_WITH_KEY)
    (user,) = seen.users.values()
    brought = {os.path.basename(path) for path in user.files.files}
    assert not [name for name in brought if name.startswith(("key4", "logins")) or name.endswith(".keyring")]
    assert NAME in brought
    digests = {os.path.relpath(path, home): digest for path, digest in user.files.digests.items()}
    assert digests[f"{PROFILE}/key4.db"]
    assert digests[f"{KEYRINGS}/charter-mail.keyring"]


def test_without_a_key_nothing_of_it_is_looked_at_or_written(home: pathlib.Path) -> None:
    without = task(seal_key=None)
    assert by_look(home, without) is None
    (user,) = parsed(printed(home), PATTERNS).users.values()
    assert user.files.digests == {}
    assert not [path for path in user.files.files if path.endswith(NAME)]
    for seal in home.rglob(NAME):
        seal.unlink()
    by_module(home, without, check_mode=False)
    by_module(home, task({**ACCOUNT, "password": "another"}, seal_key=None), check_mode=False)
    assert not list(home.rglob(NAME))


@pytest.mark.parametrize(
    "params",
    [
        task(seal_key=f"{KEY}."),
        task({**ACCOUNT, "password": f"{PASSWORD}."}),
        task({**ACCOUNT, "username": "Mario@charter.net"}),
        task({**ACCOUNT, "incoming": {"host": "mail.example.com", "port": 993, "security": "ssl"}}),
        task(ACCOUNT, {**ACCOUNT, "email": "mario2@charter.net"}),
        task({**ACCOUNT, "password": f"{PASSWORD}.", "update_password": "on_create"}),
        task({**ACCOUNT, "state": "absent"}),
    ],
    ids=["key", "password", "login", "server", "a second account", "on_create", "absent"],
)
def test_anything_else_is_the_modules(home: pathlib.Path, params: Options) -> None:
    assert not agrees(home, params)


def test_a_password_that_the_user_has_changed_since_is_the_modules(home: pathlib.Path) -> None:
    """With on_create, a seal says nothing of a password that is not the one given."""
    on_create = task({**ACCOUNT, "update_password": "on_create"})
    assert agrees(home, on_create)
    by_module(home, task({**ACCOUNT, "password": "the user's own"}), check_mode=False)
    by_module(home, on_create, check_mode=False)
    assert not agrees(home, on_create)


def test_the_seal_of_another_user_or_folder_says_nothing(home: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = home.with_name("copy")
    shutil.copytree(home, copy)
    assert not agrees(copy, task())
    user = homes.user_of
    monkeypatch.setattr(homes, "user_of", lambda folder: user(folder)._replace(name="anna"))
    assert by_look(home, task()) is None


@pytest.mark.parametrize("name", ["key4.db", "logins.json", "logins.db", "charter-mail.keyring"])
@pytest.mark.parametrize(
    "how", ["changed", "emptied", "gone", "a folder", "a dangling link", *(["closed"] if os.geteuid() else [])]
)
def test_a_store_that_changed_is_the_modules(home: pathlib.Path, name: str, how: str) -> None:
    found = list(home.rglob(name))
    if not found:
        assert name.startswith("logins")  # the other kind of store
        return
    (path,) = found
    if how == "changed":
        path.write_bytes(path.read_bytes() + b"\n")
    elif how == "emptied":
        path.write_bytes(b"")
    elif how == "closed":
        path.chmod(0)
    else:
        path.unlink()
        if how == "a folder":
            path.mkdir()
        elif how == "a dangling link":
            path.symlink_to("nowhere")
    assert by_look(home, task()) is None


@pytest.mark.parametrize("leftover", ["-journal", "-wal"])
@pytest.mark.parametrize("content", [b"", b"x"])
def test_what_a_database_left_behind_breaks_the_seal(home: pathlib.Path, leftover: str, content: bytes) -> None:
    (home / PROFILE / f"key4.db{leftover}").write_bytes(content)
    assert by_look(home, task()) is None
    if not content:  # else the module says what is wrong
        by_module(home, task(), check_mode=False)
        assert agrees(home, task())
        (home / PROFILE / f"key4.db{leftover}").write_bytes(b"x")
        assert not agrees(home, task())


def test_another_store_in_use_is_the_modules(home: pathlib.Path) -> None:
    prefs = home / PROFILE / "prefs.js"
    text = prefs.read_bytes()
    assert (home / PROFILE / "logins.db").exists() == (USES_DATABASE.strip() in text)
    if USES_DATABASE.strip() in text:
        prefs.write_bytes(text.replace(USES_DATABASE, b""))
    else:
        prefs.write_bytes(text + USES_DATABASE)
    assert by_look(home, task()) is None


def test_a_primary_password_is_the_modules(home: pathlib.Path) -> None:
    (home / PROFILE / "key4.db").write_bytes(samples.key4("primary-password"))
    assert not agrees(home, task())
    assert by_module(home, task()).failed


def test_old_files_with_their_old_seal_are_what_they_were(home: pathlib.Path) -> None:
    old = home.with_name("old")
    shutil.copytree(home, old)
    renewed = task({**ACCOUNT, "password": "the next password"})
    by_module(home, renewed, check_mode=False)
    assert agrees(home, renewed)
    shutil.copy2(old / PROFILE / NAME, home / PROFILE / NAME)
    assert by_look(home, renewed) is None  # an old seal with new files
    assert by_look(home, task()) is None
    shutil.rmtree(home)
    shutil.copytree(old, home)
    assert not agrees(home, renewed)  # all as it was
    assert agrees(home, task())


def test_a_sign_in_breaks_the_seal_and_the_next_run_renews_it_without_a_change(home: pathlib.Path) -> None:
    sign_in(home)
    assert by_look(home, task()) is None
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    for check_mode in (True, False):
        done = by_module(home, task(), check_mode=check_mode).as_result()
        assert not done["changed"]
        assert not done.get("diff")
        assert {account["status"] for account in done["accounts"]} == {"unchanged"}
        after = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
        changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
        assert changed == (set() if check_mode else {home / PROFILE / NAME})
    assert agrees(home, task())


def sign_in(home: pathlib.Path) -> None:
    """What a client may note in its store when a stored password is used."""
    profile = home / PROFILE
    if (profile / "logins.db").exists():
        with contextlib.closing(sqlite3.connect(profile / "logins.db")) as database, database:
            database.execute("UPDATE loginsL SET timesUsed = timesUsed + 1, timeLastUsed = 1800000000000")
        return
    found = json.loads((profile / "logins.json").read_text())
    for login in found["logins"]:
        login.update(timesUsed=login["timesUsed"] + 1, timeLastUsed=1_800_000_000_000)
    (profile / "logins.json").write_text(json.dumps(found))


def test_check_mode_writes_no_seal(tmp_path: pathlib.Path) -> None:
    by_module(tmp_path, task(seal_key=None), check_mode=False)
    for check_mode in (True, False):
        assert not by_module(tmp_path, task(), check_mode=check_mode).as_result()["changed"]
        assert len(list(tmp_path.rglob(NAME))) == (0 if check_mode else 2)


def test_removing_the_account_removes_the_seal(home: pathlib.Path) -> None:
    by_module(home, task({**ACCOUNT, "state": "absent"}), check_mode=False)
    assert list(home.rglob(NAME)) == []
    assert not [path for path in home.rglob("*") if path.name.endswith((".journal", "-new", "-old", "-gone"))]


def test_one_task_for_each_account_of_a_user_is_enough(home: pathlib.Path) -> None:
    second = {"email": "mario2@charter.net", "password": "another"}
    by_module(home, task(second), check_mode=False)
    by_module(home, task(), check_mode=False)
    assert agrees(home, task())
    assert agrees(home, task(second))
    assert agrees(home, task(ACCOUNT, second))
    assert not agrees(home, task({**ACCOUNT, "password": "another"}, {**second, "password": PASSWORD}))


def test_no_seal_is_for_the_keyring_of_a_session(home: pathlib.Path) -> None:
    """With nobody logged in no password can be stored in it, and the look says so, as the module does."""
    service = task(evolution={"password_store": "secret_service"})
    (home / KEYRINGS / NAME).unlink()
    passwords = [account["password"] for account in by_module(home, service, check_mode=False).as_result()["accounts"]]
    assert passwords == ["stored", "not stored"]
    assert not (home / KEYRINGS / NAME).exists()
    assert agrees(home, service)


def test_a_seal_that_cannot_be_written_is_a_warning(home: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: str, *_others: object) -> t.NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    sign_in(home)
    monkeypatch.setattr(replacement, "_write", full)  # as for root, who may write everywhere
    done = by_module(home, task(), check_mode=False)
    assert not done.failed
    assert not done.as_result()["changed"]
    (warning,) = (text for text in done.warnings if "seal" in text)
    assert "thunderbird: the seal of the passwords cannot be written, which makes later runs slower: " in warning
    assert "no space left" in warning
    assert by_look(home, task()) is None
    monkeypatch.undo()
    assert "seal" not in " ".join(by_module(home, task(), check_mode=False).warnings)
    assert agrees(home, task())


def test_nothing_that_was_not_looked_for_has_a_digest(home: pathlib.Path) -> None:
    (user,) = parsed(printed(home, PATTERNS_WITH_KEY), PATTERNS_WITH_KEY).users.values()
    snapshot = Snapshot(PATTERNS_WITH_KEY, user.files)
    assert snapshot.digest(f"{home}/.icedove/x/key4.db") is None  # there is no such folder
    for path in ("/etc/passwd", f"{home}/{PROFILE}/cert9.db", f"{home}/elsewhere/key4.db", f"{home}/a/b/key4.db"):
        with pytest.raises(UnseenError):
            snapshot.digest(path)
    with pytest.raises(UnseenError):
        Snapshot(PATTERNS, user.files).digest(f"{home}/.icedove/x/key4.db")
