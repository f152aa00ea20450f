# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles as other programs, crashes and their users leave them. Check mode, the run and a second run agree."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, preview, reconcile
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import account

from .test_effective_preferences import Home, autoconfig
from .test_identities_and_folders import Prefs, by_hand, client, identity, profile, run, server, stored
from .test_removal_in_any_order import listed


def test_the_run_warns_of_profiles_that_are_not_listed_as_check_mode_does(tmp_path: pathlib.Path) -> None:
    profile(tmp_path, by_hand())
    (tmp_path / ".thunderbird/profiles.ini").write_text("[General]\nVersion=2\n")
    outcome, told = run(tmp_path, account())  # compares the warnings of both
    assert outcome.steps[0].status is Status.CREATED
    assert f"But there are profiles in {tmp_path}/.thunderbird/p.default." in told


@pytest.mark.parametrize("more", [{}, {"mail.account.account2.identities": "id1,id2"}])
def test_an_account_goes_with_another_one_that_has_its_server(tmp_path: pathlib.Path, more: Prefs) -> None:
    # Thunderbird keeps one of the two accounts, which would have no server.
    prefs = {"mail.account.account2.server": "server1", "mail.account.account2.identities": "id1", **listed(1, 2)}
    own = identity(2, "mario@work.example", "smtp1") if more else {}
    work = {**server(3, "imap.work.example", "w"), **listed(1, 2, 3)} if more else {}
    profile(tmp_path, {**by_hand(), **prefs, **own, **work, **more})
    outcome, told = run(tmp_path, account(state="absent"))
    assert outcome.steps[0].status is Status.REMOVED
    after = stored(tmp_path)
    assert not [key for key in after if "account1" in key or "account2." in key or "server1" in key]
    assert ("mario@work.example are kept in prefs.js" in told) is bool(more)
    assert {key: after.get(key) for key in own} == own
    assert after.get("mail.accountmanager.accounts") == ("account3" if more else None)


def test_check_mode_names_a_lock_that_leads_nowhere(tmp_path: pathlib.Path) -> None:
    lock = profile(tmp_path, by_hand()) / ".parentlock"
    lock.symlink_to("/nowhere/lock")
    before = stored(tmp_path)
    expected = f"{lock}: this link leads to /nowhere/lock, which does not exist and cannot be created"
    with pytest.raises(HostError, match=expected):
        client(tmp_path).running()
    with pytest.raises(HostError, match=expected):
        reconcile(client(tmp_path), [account(full_name="Mario Rossi")])
    assert stored(tmp_path) == before
    lock.unlink()
    lock.symlink_to("lock-elsewhere")  # as Thunderbird would, a run makes the file
    assert reconcile(client(tmp_path), [account(full_name="Mario Rossi")]).changed


def test_a_folder_in_place_of_the_lock_is_named_with_what_to_do(tmp_path: pathlib.Path) -> None:
    lock = profile(tmp_path, by_hand()) / ".parentlock"
    lock.mkdir()
    before = stored(tmp_path)
    with pytest.raises(HostError, match=f"{lock}: .*[Mm]ove it away and run again"):
        reconcile(client(tmp_path), [account(full_name="Mario Rossi")])
    assert (stored(tmp_path), lock.is_dir()) == (before, True)


ACCOUNTS = "mail.accountmanager.accounts"
SERVER = "mail.server.server1."
UNCHANGED: t.Mapping[str, Prefs] = {
    "names twice, unknown and empty": {ACCOUNTS: "account9,, account1 ,account1,account77"},
    "capitals": {f"{SERVER}hostname": "IMAP.Charter.Net"},
    "a default for all servers": {"mail.server.default.port": 1993, "mail.server.default.socketType": 0},
    "a mark of another type": {f"{SERVER}charter_mail": 5},
    "a port as a text, which counts as none": {f"{SERVER}port": "143"},
    "a default account that is gone": {"mail.accountmanager.defaultaccount": "account9"},
}
UPDATED: t.Mapping[str, Prefs] = {
    "no port": {f"{SERVER}port": 0},
    "a security as a text, which counts as plain text": {f"{SERVER}socketType": "3"},
    "STARTTLS if available": {f"{SERVER}socketType": 1},
    "an unknown way of signing in": {f"{SERVER}authMethod": 42},
    "a host with its port": {f"{SERVER}hostname": "imap.charter.net:993"},
    "an identity that is gone": {"mail.account.account1.identities": "id99"},
}


@pytest.mark.parametrize("kind", [*UNCHANGED, *UPDATED])
def test_the_account_is_recognised(tmp_path: pathlib.Path, kind: str) -> None:
    folder = profile(tmp_path, {**by_hand(), **UNCHANGED.get(kind, {}), **UPDATED.get(kind, {})})
    (folder / "compatibility.ini").write_text("[Compatibility]\n")
    outcome, told = run(tmp_path, account())
    expected = Status.UNCHANGED if kind in UNCHANGED else Status.UPDATED
    assert (outcome.steps[0].status, outcome.steps[0].before.ids["server"], told) == (expected, "server1", "")


@pytest.mark.parametrize("host", ["::1", "[::1]", "127.0.0.2", "127.1", "0x7f.1", "::ffff:127.0.0.1", "LOCALHOST."])
def test_a_loopback_address_in_any_form_is_a_service_of_the_host(tmp_path: pathlib.Path, host: str) -> None:
    profile(tmp_path, {**by_hand(), f"{SERVER}hostname": host})
    before = stored(tmp_path)
    _outcome, told = run(tmp_path, account())
    assert f"it is reached through {host}, a service on this computer such as a proxy." in told
    assert stored(tmp_path) == before


@pytest.mark.parametrize(
    "text",
    ["", "// empty\n", "/* a comment */ # and another\n", '\ufeffuser_pref("a.b", true);', "user_pref('a', +5);"],
)
def test_preferences_without_accounts_get_one(tmp_path: pathlib.Path, text: str) -> None:
    (profile(tmp_path, {}) / "prefs.js").write_text(text)
    outcome, told = run(tmp_path, account())
    assert (outcome.steps[0].status, told) == (Status.CREATED, "")


@pytest.mark.parametrize("last", [True, False])
def test_what_autoconfig_unlocks_is_not_locked(tmp_path: pathlib.Path, last: bool) -> None:
    home = Home(tmp_path)
    home.write(by_hand())
    calls = [f'lockPref("{SERVER}port", 143);', f"unlockPref('{SERVER}port');"]
    autoconfig(home, "\n".join(calls if last else calls[::-1]))
    wanted = account(full_name="Mario Rossi")
    if last:
        assert reconcile(home.client(), [wanted]).changed
        assert not reconcile(home.client(), [wanted]).changed
        return
    with pytest.raises(HostError, match=f"line 3: this file locks {SERVER}port to 143"):
        preview(home.client(), [wanted])
