# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of evolution_account, used by the real Evolution with real mail servers.

In the lab, imap., pop., smtp. and mobile.charter.net are local servers, so the defaults are tested unchanged.
"""

from __future__ import annotations

import stat

import pytest

from ansible_collections.charter.mail.tests.integration.local_users import snapshot
from ansible_collections.charter.mail.tests.lab.hosts import Service

from .evolution import TIMEOUT, wait_until
from .evolution_setup import FULL_NAME, EvolutionSetup
from .evolution_window import MAIN, EvolutionWindow

SSL = "ssl-on-alternate-port"
STARTTLS = "starttls-on-standard-port"


@pytest.mark.parametrize(
    ("protocol", "backend", "host", "port"),
    [("imap", "imapx", "imap.charter.net", 993), ("pop3", "pop", "pop.charter.net", 995)],
)
def test_an_account_set_up_before_the_first_login_works(
    evolution_setup: EvolutionSetup, protocol: str, backend: str, host: str, port: int
) -> None:
    setup = evolution_setup
    created = setup.configure_one("created", protocol=protocol, full_name=FULL_NAME)
    assert (created["via"], created["password"]) == ("files", "not stored")
    assert any("Evolution will ask for it once" in warning for warning in created["warnings"])
    for name, (uid, mode, _content) in snapshot(setup.local_user.home / ".config").items():
        assert uid == setup.local_user.uid, name
        assert stat.S_IMODE(mode) == (0o700 if stat.S_ISDIR(mode) else 0o600), name
    with setup.log_in() as evolution:
        account = evolution.account(setup.user.address)
        identity, transport = account["identity"], account["transport"]
        assert {"account": account["uid"], "identity": identity["uid"], "transport": transport["uid"]} == created["ids"]
        assert (account["backend"], account["host"], account["port"]) == (backend, host, port)
        assert (account["security"], account["method"]) == (SSL, "none")
        assert (transport["backend"], transport["host"], transport["port"]) == ("smtp", "smtp.charter.net", 587)
        assert (transport["security"], transport["method"]) == (STARTTLS, "PLAIN")
        assert account["user"] == transport["user"] == identity["address"] == setup.user.address
        assert (identity["full_name"], account["name"]) == (FULL_NAME, setup.user.address)
        assert account["enabled"]
        assert transport["enabled"]
        assert identity["parent"] == transport["parent"] == account["uid"]
        if protocol == "pop3":
            assert account["settings"]["KeepOnServer"] == "true"
        assert evolution.use(account)["error"] is not None
        # The next run stores what could not be stored before the login, and changes nothing else.
        updated = setup.configure_one("updated", protocol=protocol, full_name=FULL_NAME)
        assert (updated["via"], updated["password"], updated["warnings"]) == ("session", "stored", [])
        assert {change["after"] for change in updated["changes"]} <= {"******** (new)", "********"}, updated
        setup.uses_mail(evolution, account, "Hello")
        setup.configure_one("unchanged", protocol=protocol, full_name=FULL_NAME)
        assert evolution.account(setup.user.address) == account
        assert setup.agrees(evolution, created["ids"])
    assert len(setup.lab.messages(setup.user.address)) == 1
    assert setup.configure_one("unchanged", protocol=protocol, full_name=FULL_NAME, password=None)["via"] == "files"


def test_the_first_start_logs_in_without_a_dialog(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    with setup.log_in(registry=False) as evolution:
        created = setup.configure_one("created")
        assert (created["via"], created["password"]) == ("files", "stored")
        with EvolutionWindow(evolution.session) as window:
            assert setup.lab.wait_for_login(setup.user.address, Service.IMAP, seconds=TIMEOUT).tls
            evolution.wait_until_set_up(setup.user.address)
            window.wait_for(MAIN)
            assert window.titles() == [MAIN]
            setup.configure_one("unchanged")
        setup.configure_one("unchanged")
        assert evolution.account(setup.user.address)["identity"]["sent_folder"].endswith("/Sent")
    assert not [one for one in setup.lab.logins() if one.user == setup.user.address and not one.succeeded]
    text = (evolution.sources / f"{created['ids']['account']}.source").read_text()
    assert "MarkSeenTimeout" in text  # Evolution has added its own settings ...
    setup.configure_one("unchanged", password=None)  # ... and the account is still as configured


@pytest.mark.parametrize("kept", [True, False])
def test_leave_on_server_decides_whether_pop3_mail_is_kept(evolution_setup: EvolutionSetup, kept: bool) -> None:
    setup = evolution_setup
    setup.receive("Keep me")
    with setup.log_in(registry=False) as evolution:
        setup.configure_one("created", protocol="pop3", **({} if kept else {"leave_on_server": False}))
        with EvolutionWindow(evolution.session) as window:
            window.wait_for(MAIN)
            wait_until(lambda: evolution.downloaded("Keep me"), "message downloaded")
            if not kept:
                wait_until(lambda: not setup.lab.messages(setup.user.address), "message deleted from the server")
            assert window.titles() == [MAIN]
    assert [message["Subject"] for message in setup.lab.messages(setup.user.address)] == (["Keep me"] if kept else [])


def test_two_addresses_and_both_protocols_together(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    second = setup.lab.add_user(f"second.of.{setup.user.address}")
    accounts = [
        {"email": setup.user.address, "password": setup.user.password, "user": setup.local_user.name},
        {
            "email": setup.user.address,
            "password": setup.user.password,
            "user": setup.local_user.name,
            "protocol": "pop3",
        },
        {"email": second.address, "password": second.password, "user": setup.local_user.name, "default": True},
    ]
    common = {"user": None, "email": None, "password": None, "accounts": accounts}
    with setup.log_in() as evolution:
        assert [entry["status"] for entry in setup.configure(**common)["accounts"]] == ["created"] * 3
        assert not setup.configure(**common)["changed"]
        found = evolution.accounts()
        assert len({account["uid"] for account in found}) == 3
        assert len({account["transport"]["uid"] for account in found}) == 3
        for account in found:
            assert evolution.use(account)["error"] is None
            assert account["default"] == (account["user"] == second.address)
    for user in (setup.user.address, second.address):
        assert setup.lab.wait_for_login(user, Service.IMAP, seconds=TIMEOUT).tls
    assert setup.lab.wait_for_login(setup.user.address, Service.POP3, seconds=TIMEOUT).tls


@pytest.mark.parametrize("logged_in", [False, True])
def test_the_default_account_is_in_the_settings(evolution_setup: EvolutionSetup, logged_in: bool) -> None:
    setup = evolution_setup
    setup.configure_one("created", protocol="pop3", password=None)
    ids = {}
    if not logged_in:
        ids = setup.configure_one("created", default=True, password=None)["ids"]
    with setup.log_in() as evolution:
        if logged_in:
            ids = setup.configure_one("created", default=True, password=None)["ids"]
        assert evolution.setting("default-mail-account") == ids["account"]
        assert evolution.setting("default-mail-identity") == ids["identity"]
        by_backend = {account["backend"]: account["default"] for account in evolution.accounts()}
        assert by_backend == {"imapx": True, "pop": False}
        setup.configure_one("unchanged", default=True, password=None)
        setup.configure_one("removed", state="absent", password=None)
        assert evolution.setting("default-mail-account") != ids["account"]
        assert evolution.setting("default-mail-identity") != ids["identity"]


@pytest.mark.parametrize("logged_in", [False, True])
def test_a_server_change_keeps_the_users_data(evolution_setup: EvolutionSetup, logged_in: bool) -> None:
    setup = evolution_setup
    with setup.log_in() as evolution:
        ids = setup.configure_one("created")["ids"]
        evolution.edit(ids["account"], "Data Source", display_name="Posta")
        before = evolution.account(setup.user.address)
        if logged_in:
            assert setup.configure_one("updated", provider="spectrum", password=None)["via"] == "session"
    if not logged_in:
        assert setup.configure_one("updated", provider="spectrum", password=None)["via"] == "files"
    with setup.log_in() as evolution:
        account = evolution.account(setup.user.address)
        assert (account["host"], account["port"], account["security"]) == ("mobile.charter.net", 993, SSL)
        transport = account["transport"]
        assert (transport["host"], transport["port"], transport["security"]) == ("mobile.charter.net", 587, SSL)
        moved = {"host", "transport"}
        assert {key: value for key, value in account.items() if key not in moved} == {
            key: value for key, value in before.items() if key not in moved
        }
        setup.uses_mail(evolution, account, "After the move")
        setup.configure_one("unchanged", provider="spectrum")
    assert {one.host for one in setup.lab.logins() if one.user == setup.user.address} == {"mobile.charter.net"}


@pytest.mark.parametrize("logged_in", [False, True])
def test_a_removed_account_is_gone_with_its_passwords(evolution_setup: EvolutionSetup, logged_in: bool) -> None:
    setup = evolution_setup
    with setup.log_in() as evolution:
        empty = set(evolution.memory())
        setup.configure_one("created")
        pop3 = setup.configure_one("created", protocol="pop3")["ids"]
        assert len(evolution.passwords()) == 4
        if logged_in:
            assert setup.configure_one("removed", state="absent", password=None)["via"] == "session"
            assert set(evolution.memory()) == empty | set(pop3.values())
            assert len(evolution.passwords()) == 2
            setup.configure_one("absent", state="absent", password=None)
    if not logged_in:
        removed = setup.configure_one("removed", state="absent", password=None)
        assert removed["via"] == "files"
    with setup.log_in() as evolution:
        (account,) = evolution.accounts()
        assert account["uid"] == pop3["account"]
        assert evolution.use(account)["error"] is None
        left = {path.stem for path in evolution.sources.glob("*.source") if len(path.stem) == 40}
        assert left == set(pop3.values())
