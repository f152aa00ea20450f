# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where evolution_account stores passwords, with a real keyring in every state and without one."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.tests.lab.hosts import Service

from .desktop_session import SECRETS, running
from .evolution import Evolution
from .evolution_setup import LOGIN, EvolutionSetup
from .evolution_window import PASSWORD_REQUEST, EvolutionWindow

PROMPTER = "org.gnome.keyring.SystemPrompter"


def no_password_request(evolution: Evolution) -> bool:
    session = evolution.session
    return not session.has_owner(PROMPTER) and running(session.user, "gcr-prompter") == []


def test_a_locked_keyring_stays_locked_and_is_reported(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    with setup.log_in():
        assert setup.configure_one("created", protocol="pop3")["password"] == "stored"
    with setup.log_in(keyring=None) as evolution:  # by a fingerprint, say
        created = setup.configure_one("created")
        assert (created["via"], created["password"]) == ("session", "not stored")
        (warning,) = (one for one in created["warnings"] if "ask for it once" in one)
        assert "locked" in warning
        assert [item["locked"] for item in evolution.passwords()] == [True, True]
        assert setup.configure_one("unchanged", protocol="pop3")["password"] == "not stored"
        removed = setup.configure_one("removed", protocol="pop3", state="absent", password=None)
        assert any("could not be deleted" in warning for warning in removed["warnings"])
        assert [item["locked"] for item in evolution.passwords()] == [True, True]
        assert no_password_request(evolution)
        with EvolutionWindow(evolution.session) as window:
            window.wait_for(PASSWORD_REQUEST)  # as the warning announced
            window.kill()  # it waits for the user


@pytest.mark.parametrize("keyring", ["", None], ids=["no daemon", "no keyring yet"])
def test_the_account_is_created_without_a_keyring(evolution_setup: EvolutionSetup, keyring: str | None) -> None:
    setup = evolution_setup
    with setup.log_in(keyring=keyring) as evolution:
        created = setup.configure_one("created")
        assert created["password"] == "not stored"
        assert any("ask for it once" in warning for warning in created["warnings"])
        assert evolution.session.has_owner(SECRETS) == (keyring is None)
        assert no_password_request(evolution)
        assert evolution.account(setup.user.address)["uid"] == created["ids"]["account"]
        assert not list((setup.local_user.home / ".local/share/keyrings").glob("*.keyring"))


@pytest.mark.parametrize("login", [LOGIN, None], ids=["beside a login keyring", "without a login keyring"])
def test_a_plaintext_keyring_works_without_a_login(evolution_setup: EvolutionSetup, login: str | None) -> None:
    setup = evolution_setup
    plain = {"password_store": "plaintext_keyring"}
    created = setup.configure_one("created", **plain)
    assert (created["via"], created["password"]) == ("files", "stored")
    (path,) = (setup.local_user.home / ".local/share/keyrings").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert (path.stat().st_uid, path.parent.stat().st_uid) == (setup.local_user.uid, setup.local_user.uid)
    setup.configure_one("unchanged", **plain)
    with setup.log_in(keyring=login) as evolution:
        setup.uses_mail(evolution, evolution.account(setup.user.address), "In the clear")
        # The daemon reports a keyring as locked until it has opened it; this one needs no password.
        for kind in ("account", "transport"):
            (item,) = evolution.passwords(created["ids"][kind])
            assert (item["locked"], item["password"]) == (False, setup.user.password)
        assert no_password_request(evolution)
        setup.configure_one("updated", **{**plain, "password": "a new one"})  # while the daemon has the file open
        for kind in ("account", "transport"):
            (item,) = evolution.passwords(created["ids"][kind])
            assert item["password"] == "a new one"
    setup.configure_one("removed", state="absent", password=None)
    assert not path.exists() or setup.user.password not in path.read_text()


def test_a_password_that_the_user_changed(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    with setup.log_in() as evolution:
        ids = setup.configure_one("created", password="old and wrong")["ids"]
        evolution.store_password(ids["account"], "typed by the user")
        kept = setup.configure_one("unchanged", update_password="on_create")
        assert kept["password"] == "kept"
        (item,) = evolution.passwords(ids["account"])
        assert item["password"] == "typed by the user"
        updated = setup.configure_one("updated", update_password="always")
        assert updated["password"] == "stored"
        assert len(evolution.passwords()) == 2
        setup.uses_mail(evolution, evolution.account(setup.user.address), "With the right one")
    assert not [one for one in setup.lab.logins() if one.user == setup.user.address and not one.succeeded]


def test_no_password_is_stored_if_none_is_wanted(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    with setup.log_in() as evolution:
        created = setup.configure_one("created", password_store="none")
        assert (created["password"], created["warnings"]) == ("not stored", [])
        assert evolution.passwords() == []
        assert evolution.use(evolution.account(setup.user.address))["error"] is not None
    assert not [one for one in setup.lab.logins() if one.user == setup.user.address and one.service is Service.IMAP]
