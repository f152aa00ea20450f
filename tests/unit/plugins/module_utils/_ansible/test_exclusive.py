# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts that are not listed are removed where that is asked for, and nothing else is, in every client."""

from __future__ import annotations

import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import exclusive, users_of_host
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import request_of
from ansible_collections.charter.mail.plugins.module_utils._ansible.linux_users import local_users
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_all import AllResults
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import Task, UserAccounts, configure
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.unlisted import (
    unlisted as outlook_unlisted,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._linux.user_host import LocalUserHost
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.desk import Desk
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.outlook.office_pc import MARIO, OfficePc
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.outlook.outlook_runs import (
    account as outlook_account,
)
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.outlook.outlook_runs import (
    client as outlook,
)
from ansible_collections.charter.mail.tests.unit.plugins.plugin_utils._look.homes import (
    CLIENTS,
    Options,
    by_module,
    options,
)

pytestmark = pytest.mark.one_in(3)

USER = pwd.getpwuid(os.geteuid()).pw_name
MARIO_ENTRY = {"email": "mario@charter.net"}
OLD = {"email": "old@charter.net"}
IN_A_FILE: Options = {"evolution": {"password_store": "plaintext_keyring"}}
ELSEWHERE = {
    "email": "me@provider.example",
    "incoming": {"host": "imap.provider.example"},
    "outgoing": {"host": "smtp.provider.example"},
}


def run(home: pathlib.Path, *accounts: Options, check_mode: bool = False, **others: t.Any) -> AllResults:
    done = by_module(home, options(accounts, **others), check_mode=check_mode)
    assert not done.failed, done.as_result()["msg"]
    return done


def unmark(home: pathlib.Path, email: str, protocol: str = "imap") -> None:
    """Leave an account as if its user had made it."""
    found = 0
    for path in home.rglob("*"):
        if path.is_file() and (path.name == "prefs.js" or path.suffix == ".source"):
            lines = path.read_text().splitlines(keepends=True)
            kept = [line for line in lines if f"{protocol}:{email}" not in line]
            found += len(lines) - len(kept)
            path.write_text("".join(line for line in kept if line != "[X-Charter-Mail]\n" or len(lines) == len(kept)))
    assert found


def names(home: pathlib.Path) -> dict[str, set[str]]:
    """The addresses that each client has."""
    found: dict[str, set[str]] = {client: set() for client in CLIENTS}
    for path in home.rglob("*"):
        text = path.read_text() if path.is_file() and path.suffix in {".js", ".source"} else ""
        for address in ("mario@charter.net", "old@charter.net", "me@provider.example", "new@charter.net"):
            if f'useremail", "{address}"' in text:
                found["thunderbird"].add(address)
            if f"Address={address}" in text:
                found["evolution"].add(address)
    return found


def everywhere(*addresses: str) -> dict[str, set[str]]:
    return {client: set(addresses) for client in CLIENTS}


def removed(done: AllResults) -> list[tuple[str, str, str]]:
    found = [entry for entry in done.as_result()["accounts"] if entry["status"] == "removed"]
    return [(entry["client"], entry["protocol"], entry["email"]) for entry in found]


def content(home: pathlib.Path) -> dict[pathlib.Path, bytes]:
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A home with three accounts of ours, one of them of another provider, and a copy of it beside it."""
    place = tmp_path_factory.mktemp("exclusive") / "home"
    place.mkdir()
    run(
        place, MARIO_ENTRY, {**OLD, "password": "tombola"}, ELSEWHERE, evolution={"password_store": "plaintext_keyring"}
    )
    assert names(place) == everywhere("mario@charter.net", "old@charter.net", "me@provider.example")
    shutil.copytree(place, place.with_name("as it was"), symlinks=True)
    return place


@pytest.fixture
def home(made_home: pathlib.Path) -> pathlib.Path:
    """That home as it was made. Settings name its place."""
    shutil.rmtree(made_home)
    shutil.copytree(made_home.with_name("as it was"), made_home, symlinks=True)
    return made_home


def test_without_the_option_nothing_is_removed(home: pathlib.Path) -> None:
    assert not run(home, MARIO_ENTRY).as_result()["changed"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_accounts_of_the_family_go(home: pathlib.Path, check_mode: bool) -> None:
    before = content(home)
    done = run(home, MARIO_ENTRY, exclusive="charter", check_mode=check_mode)
    assert removed(done) == [(client, "imap", "old@charter.net") for client in CLIENTS]
    result = done.as_result()
    assert result["changed"]
    assert "Thunderbird: 1 removed, 1 unchanged." in result["msg"]
    entry = result["accounts"][-1]
    assert (entry["user"], entry["notices"]) == (USER, ["It is not listed, and exclusive is set."])
    for diff in result["diff"]:
        assert "old@charter.net:" in diff["before"]
        assert "old@charter.net" not in diff["after"]
    if check_mode:
        assert content(home) == before
        return
    assert names(home) == everywhere("mario@charter.net", "me@provider.example")
    assert not run(home, MARIO_ENTRY, exclusive="charter").as_result()["changed"]


def test_its_passwords_go_with_it(home: pathlib.Path) -> None:
    def stored() -> bool:
        logins = next(home.rglob("logins.json")).read_text()
        return "charter.net" in logins and any("old" in path.read_text() for path in home.rglob("*.keyring"))

    assert stored()
    run(home, MARIO_ENTRY, exclusive="charter", **IN_A_FILE)
    assert not stored()


def test_ours_go_whatever_their_provider(home: pathlib.Path) -> None:
    unmark(home, "old@charter.net")
    done = run(home, MARIO_ENTRY, exclusive="ours")
    assert removed(done) == [(client, "imap", "me@provider.example") for client in CLIENTS]
    assert names(home) == everywhere("mario@charter.net", "old@charter.net")
    assert not run(home, MARIO_ENTRY, exclusive="ours").as_result()["changed"]


def test_accounts_made_by_hand_are_of_the_family_too(home: pathlib.Path) -> None:
    unmark(home, "old@charter.net")
    run(home, MARIO_ENTRY, exclusive="charter")
    assert names(home) == everywhere("mario@charter.net", "me@provider.example")


def test_a_proxy_on_the_host_is_no_server_of_the_family(home: pathlib.Path) -> None:
    unmark(home, "old@charter.net")
    for path in home.rglob("*"):
        if path.is_file() and (path.name == "prefs.js" or path.suffix == ".source"):
            path.write_text(path.read_text().replace("imap.charter.net", "127.0.0.1"))
    assert removed(run(home, MARIO_ENTRY, exclusive="charter")) == []


def test_the_other_protocol_is_another_account(home: pathlib.Path) -> None:
    run(home, {**MARIO_ENTRY, "protocol": "pop3"})
    done = run(home, MARIO_ENTRY, OLD, exclusive="charter")
    assert removed(done) == [(client, "pop3", "mario@charter.net") for client in CLIENTS]
    assert not any("with the other protocol" in warning for warning in done.warnings)


def test_a_listed_account_stays_in_whatever_state_and_however_it_is_spelled(home: pathlib.Path) -> None:
    wanted = [{"email": "Mario@Charter.net"}, {**OLD, "full_name": "Old"}]
    assert removed(run(home, *wanted, exclusive="charter")) == []
    gone = run(home, MARIO_ENTRY, {**OLD, "state": "absent"}, exclusive="charter")
    assert removed(gone) == [(client, "imap", "old@charter.net") for client in CLIENTS]
    assert len(gone.as_result()["accounts"]) == 4  # each of the listed ones, once a client


def test_a_list_without_an_account_to_have_removes_nothing_else(home: pathlib.Path) -> None:
    run(home, {**OLD, "state": "absent"}, exclusive="charter")
    assert names(home) == everywhere("mario@charter.net", "me@provider.example")


def test_an_empty_list_removes_nothing(home: pathlib.Path) -> None:
    before = content(home)
    assert run(home, exclusive="ours").as_result()["accounts"] == []
    assert content(home) == before


def test_mail_files_stay(home: pathlib.Path) -> None:
    mail = next(home.rglob("prefs.js")).parent / "ImapMail/imap.charter.net/INBOX"
    mail.parent.mkdir(parents=True)
    mail.write_text("From - \n\nHello.\n")
    run(home, MARIO_ENTRY, exclusive="charter")
    assert mail.read_text() == "From - \n\nHello.\n"


def test_the_same_account_made_twice_by_hand_goes_at_once(home: pathlib.Path) -> None:
    unmark(home, "old@charter.net")
    sources = home / ".config/evolution/sources"
    twins = {
        path.stem: f"{index:040}" for index, path in enumerate(sorted(sources.iterdir())) if "old@" in path.read_text()
    }
    assert len(twins) == 3
    for uid, twin in twins.items():
        text = (sources / f"{uid}.source").read_text()
        for old, new in twins.items():
            text = text.replace(old, new)
        (sources / f"{twin}.source").write_text(text)
    done = run(home, MARIO_ENTRY, exclusive="charter", clients=["evolution"])
    assert removed(done) == [("evolution", "imap", "old@charter.net")]
    assert "old@charter.net" not in names(home)["evolution"]
    assert not run(home, MARIO_ENTRY, exclusive="charter", clients=["evolution"]).as_result()["changed"]


def test_two_profiles_of_one_user_do_not_remove_each_others_accounts(home: pathlib.Path) -> None:
    name = next(home.rglob("prefs.js")).parent.name
    wanted: list[Options] = [{**MARIO_ENTRY}, {**OLD, "profile": name}]
    done = run(home, *wanted, exclusive="charter", clients=["thunderbird"])
    assert removed(done) == []
    assert names(home)["thunderbird"] == {"mario@charter.net", "old@charter.net", "me@provider.example"}


def test_nothing_is_removed_while_the_client_is_open(home: pathlib.Path) -> None:
    lock = next(home.rglob("prefs.js")).parent / ".parentlock"
    lock.touch()
    holder = "import fcntl, sys\nf = open(sys.argv[1], 'a')\nfcntl.lockf(f, fcntl.LOCK_EX)\nprint('held', flush=True)\n"
    before = content(home)
    with subprocess.Popen(
        [sys.executable, "-c", holder + "input()", str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        params = options([MARIO_ENTRY], exclusive="charter", clients=["thunderbird"])
        done = by_module(home, params, check_mode=False)
        skipped = by_module(home, {**params, "when_running": "skip"}, check_mode=False)
        process.communicate("\n")
    assert "Thunderbird is running" in done.as_result()["msg"]
    assert [entry["status"] for entry in skipped.as_result()["accounts"]] == ["skipped"]
    assert content(home) == before


def test_a_global_inbox_and_what_uses_it_go_together(home: pathlib.Path) -> None:
    run(
        home,
        {"email": "new@charter.net", "protocol": "pop3"},
        {**MARIO_ENTRY, "protocol": "pop3"},
        clients=["thunderbird"],
    )
    prefs = next(home.rglob("prefs.js"))
    text = prefs.read_text()
    (server,) = [line.split(".")[2] for line in text.splitlines() if '"pop3:mario@charter.net"' in line]
    (target,) = [line.split(".")[2] for line in text.splitlines() if '"pop3:new@charter.net"' in line]
    (account,) = [line.split(".")[2] for line in text.splitlines() if line.endswith(f'.server", "{target}");')]
    prefs.write_text(f'{text}user_pref("mail.server.{server}.deferred_to_account", "{account}");\n')
    done = run(home, MARIO_ENTRY, OLD, exclusive="charter", clients=["thunderbird"])
    assert {email for _client, protocol, email in removed(done) if protocol == "pop3"} == {
        "new@charter.net",
        "mario@charter.net",
    }


def test_an_account_that_is_replaced_in_the_same_run_keeps_its_folders(home: pathlib.Path) -> None:
    run(home, {**OLD, "state": "absent"}, {**OLD, "protocol": "pop3"}, clients=["thunderbird"])
    prefs = next(home.rglob("prefs.js"))
    text = prefs.read_text()
    (server,) = [line.split(".")[2] for line in text.splitlines() if '"pop3:old@charter.net"' in line]
    prefs.write_text(f'{text}user_pref("mail.server.{server}.directory-rel", "[ProfD]Mail/pop.charter.net");\n')
    box = prefs.parent / "Mail/pop.charter.net/Inbox"
    box.parent.mkdir(parents=True)
    box.write_text("From - \n\nHello.\n")
    wanted: list[Options] = [MARIO_ENTRY, {**OLD, "migrate": True}]
    done = run(home, *wanted, exclusive="charter", clients=["thunderbird"])
    assert removed(done) == []
    assert f'"mail.server.{server}.type", "none"' in prefs.read_text()
    for scope in ("charter", "ours"):
        again = run(home, *wanted, ELSEWHERE, exclusive=scope, clients=["thunderbird"])
        assert not again.as_result()["changed"]


def test_every_user_is_judged_by_the_list_of_all_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[str]] = []

    def unlisted(_entry: t.Any, _scope: t.Any, listed: t.Any) -> None:
        seen.append({account.email for account in listed})

    monkeypatch.setattr(exclusive, "unlisted", unlisted)
    params = options([{**MARIO_ENTRY, "profile": "a"}, {**OLD, "profile": "b"}])
    users_of_host.users_of(THUNDERBIRD, params, {"location": "auto"}, _this_user(), lambda warning: None)
    assert seen == [{"mario@charter.net", "old@charter.net"}] * 2


def _this_user() -> users_of_host.UsersOfHost:
    return local_users(LocalUserHost)


def test_what_is_staged_for_outlook_is_taken_back_and_what_it_has_is_told() -> None:
    pc = OfficePc()
    wanted, old = outlook_account(), outlook_account("old@charter.net")
    reconcile(outlook(pc), [wanted, old])
    pc.make_account(MARIO, outlook_account("hand@charter.net"))
    pc.make_account(
        MARIO, outlook_account("other@x.example", incoming={"host": "x.example"}, outgoing={"host": "x.example"})
    )
    request = request_of({"email": wanted.email, "user": "mario"}, {})
    unlisted = exclusive.unlisted(lambda: outlook_unlisted, "charter", [request.account])
    warnings: list[str] = []

    def result() -> t.Any:
        warnings.clear()
        user = UserAccounts("mario", [(0, request)], lambda: contextlib.nullcontext(outlook(pc)), unlisted)
        return configure([user], Task(False, "fail", warnings.append, pytest.fail))

    first = result()
    assert [(entry["email"], entry["status"]) for entry in first.accounts[1:]] == [
        ("old@charter.net", "removed"),
        ("hand@charter.net", "skipped"),
    ]
    (warning,) = [warning for warning in warnings if "is not listed" in warning]
    assert warning.startswith("hand@charter.net (imap) is not listed. The account is in mario's Outlook, where only")
    again = result()
    assert not again.changed
    assert [(entry["email"], entry["status"]) for entry in again.accounts[1:]] == [("hand@charter.net", "skipped")]
    ours = exclusive.unlisted(lambda: outlook_unlisted, "ours", [request.account])
    assert [step.status for step in plan(outlook(pc), [request.account], ours).steps] == [Status.UNCHANGED]


def test_only_a_list_that_wants_an_account_speaks_of_others(tmp_path: pathlib.Path) -> None:
    absent = request_of({"email": "a@charter.net", "state": "absent"}, {}).account
    assert exclusive.unlisted(THUNDERBIRD.load_unlisted, "charter", [absent]) is None
    assert (
        exclusive.unlisted(THUNDERBIRD.load_unlisted, None, [request_of({"email": "a@charter.net"}, {}).account])
        is None
    )
    assert Desk(THUNDERBIRD, tmp_path).files() == {}
