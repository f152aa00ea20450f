# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""evolution_account where there are accounts already: a user's own is adopted, another program's is refused."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.tests.integration.people import snapshot

from . import evolution_sources
from .evolution_desk import Desk
from .evolution_sources import ACCOUNT, COLLECTION, IDENTITY, TRANSPORT

ADOPTED = {"account": ACCOUNT, "identity": IDENTITY, "transport": TRANSPORT}


@pytest.mark.parametrize(("protocol", "logged_in"), [("imap", True), ("pop3", False)])
def test_an_account_made_by_the_assistant_is_adopted(evolution_desk: Desk, protocol: str, logged_in: bool) -> None:
    desk = evolution_desk
    evolution_sources.write(desk.person, evolution_sources.by_assistant(desk.user.address, protocol))
    if logged_in:
        with desk.log_in() as evolution:
            before = evolution.account(desk.user.address)
            adopted = desk.push_one("updated", protocol=protocol)
            after = evolution.account(desk.user.address)
            desk.uses_mail(evolution, after, "Adopted")
        # The password is a reason to write, and then the account is marked as well.
        keys = {change["setting"].partition("/")[2] for change in adopted["changes"]} - {""}
        assert keys == {"X-Charter-Mail/Account"}
    else:
        with desk.log_in() as evolution:
            before = evolution.account(desk.user.address)
        files = snapshot(desk.person.home)
        adopted = desk.push_one("unchanged", protocol=protocol, password=None)
        assert adopted["changes"] == []
        assert snapshot(desk.person.home) == files
        with desk.log_in() as evolution:
            after = evolution.account(desk.user.address)
    assert adopted["via"] == ("session" if logged_in else "files")
    assert adopted["ids"] == ADOPTED
    assert after == before
    desk.push_one("unchanged", protocol=protocol, password=None)


@pytest.mark.parametrize("logged_in", [False, True])
def test_an_account_of_another_program_is_refused(evolution_desk: Desk, logged_in: bool) -> None:
    desk = evolution_desk
    evolution_sources.write(desk.person, evolution_sources.of_collection(desk.user.address))
    with desk.log_in() as evolution:
        assert {ACCOUNT, COLLECTION} <= evolution.memory().keys()  # a registry accepts such sources
        before = desk.everything(evolution)
        if logged_in:
            refused = desk.run()
            assert desk.everything(evolution) == before
    if not logged_in:
        files = snapshot(desk.person.home)
        refused = desk.run()
        assert snapshot(desk.person.home) == files
    assert refused["failed"]
    assert not refused["changed"]
    assert "GNOME Online Accounts" in refused["msg"]
    assert "Company" in refused["msg"]


@pytest.mark.parametrize("logged_in", [False, True])
def test_a_damaged_source_of_somebody_else_is_told_of_and_left(evolution_desk: Desk, logged_in: bool) -> None:
    desk = evolution_desk
    damaged = "[Data Source]\nDisplayName=mine\nthis is no line\n"
    evolution_sources.write(desk.person, {"somebody-elses": damaged})
    path = desk.person.home / ".config/evolution/sources/somebody-elses.source"
    if not logged_in:
        created = desk.push_one("created")
        assert any(f"{path}, line 3" in warning for warning in created["warnings"])
    with desk.log_in() as evolution:
        if logged_in:
            created = desk.push_one("created")
        assert evolution.account(desk.user.address)["uid"] == created["ids"]["account"]
        desk.push_one("updated", provider="spectrum")
    assert path.read_text() == damaged


def test_a_source_that_only_root_can_read_is_named(evolution_desk: Desk) -> None:
    """As a playbook leaves it that copies files as root: a registry cannot read it, and takes no notice."""
    desk = evolution_desk
    created = desk.push_one("created", password=None)
    path = desk.person.home / f".config/evolution/sources/{created['ids']['account']}.source"
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    path.chmod(0o600)
    failed = desk.run(password=None)
    assert failed["failed"]
    assert str(path) in failed["msg"]
    assert path.read_bytes() == content
