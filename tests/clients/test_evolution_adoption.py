# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""evolution_account with existing accounts: it adopts those of the user and refuses those of other programs."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.tests.integration.local_users import snapshot

from . import evolution_sources
from .evolution_setup import EvolutionSetup
from .evolution_sources import ACCOUNT, COLLECTION, IDENTITY, TRANSPORT

ADOPTED = {"account": ACCOUNT, "identity": IDENTITY, "transport": TRANSPORT}


@pytest.mark.parametrize(("protocol", "logged_in"), [("imap", True), ("pop3", False)])
def test_an_account_made_by_the_assistant_is_adopted(
    evolution_setup: EvolutionSetup, protocol: str, logged_in: bool
) -> None:
    setup = evolution_setup
    evolution_sources.write(setup.local_user, evolution_sources.by_assistant(setup.user.address, protocol))
    if logged_in:
        with setup.log_in() as evolution:
            before = evolution.account(setup.user.address)
            adopted = setup.configure_one("updated", protocol=protocol)
            after = evolution.account(setup.user.address)
            setup.uses_mail(evolution, after, "Adopted")
        # The password is a reason to write, and then the account is marked as well.
        keys = {change["setting"].partition("/")[2] for change in adopted["changes"]} - {""}
        assert keys == {"X-Charter-Mail/Account"}
    else:
        with setup.log_in() as evolution:
            before = evolution.account(setup.user.address)
        files = snapshot(setup.local_user.home)
        adopted = setup.configure_one("unchanged", protocol=protocol, password=None)
        assert adopted["changes"] == []
        assert snapshot(setup.local_user.home) == files
        with setup.log_in() as evolution:
            after = evolution.account(setup.user.address)
    assert adopted["via"] == ("session" if logged_in else "files")
    assert adopted["ids"] == ADOPTED
    assert after == before
    setup.configure_one("unchanged", protocol=protocol, password=None)


@pytest.mark.parametrize("logged_in", [False, True])
def test_an_account_of_another_program_is_refused(evolution_setup: EvolutionSetup, logged_in: bool) -> None:
    setup = evolution_setup
    evolution_sources.write(setup.local_user, evolution_sources.of_collection(setup.user.address))
    with setup.log_in() as evolution:
        assert {ACCOUNT, COLLECTION} <= evolution.memory().keys()  # a registry accepts such sources
        before = setup.everything(evolution)
        if logged_in:
            refused = setup.run()
            assert setup.everything(evolution) == before
    if not logged_in:
        files = snapshot(setup.local_user.home)
        refused = setup.run()
        assert snapshot(setup.local_user.home) == files
    assert refused["failed"]
    assert not refused["changed"]
    assert "GNOME Online Accounts" in refused["msg"]
    assert "Company" in refused["msg"]


@pytest.mark.parametrize("logged_in", [False, True])
def test_an_account_of_a_template_is_left_to_it(evolution_setup: EvolutionSetup, logged_in: bool) -> None:
    setup = evolution_setup
    site = setup.local_user.home / "site"  # the user must be able to read it
    templates = site / "evolution-data-server/autoconfig"
    templates.mkdir(parents=True)
    for uid, text in evolution_sources.sources(setup.user.address).items():
        text = text.replace("imap.charter.net", "mobile.charter.net")
        (templates / f"{uid}.source").write_text(f"{text}\n[Autoconfig]\nRevision=1\n")
    setup.local_user.own()
    refused = []
    with setup.log_in(XDG_CONFIG_DIRS=str(site)) as evolution:
        shown = evolution.account(setup.user.address)
        before = setup.everything(evolution)
        if logged_in:
            refused = [setup.run(), setup.run(state="absent", password=None)]
            assert setup.everything(evolution) == before
            setup.configure_one("absent", email="nobody@charter.net", state="absent", password=None)
    if not logged_in:
        files = snapshot(setup.local_user.home)
        refused = [setup.run(), setup.run(state="absent", password=None), setup.run(check=True)]
        assert snapshot(setup.local_user.home) == files
    for result in refused:
        assert result["failed"]
        assert not result["changed"]
        assert f"by the template {ACCOUNT}.source of evolution-data-server" in result["msg"]
    with setup.log_in(XDG_CONFIG_DIRS=str(site)) as evolution:
        assert evolution.account(setup.user.address) == shown
    for path in templates.iterdir():
        path.unlink()
    with setup.log_in(XDG_CONFIG_DIRS=str(site)) as evolution:
        assert ACCOUNT not in evolution.memory()  # the registry deletes it, whoever changed it
    setup.configure_one("created")


@pytest.mark.parametrize("logged_in", [False, True])
def test_a_damaged_foreign_source_is_reported_and_kept(evolution_setup: EvolutionSetup, logged_in: bool) -> None:
    setup = evolution_setup
    damaged = "[Data Source]\nDisplayName=mine\nthis is no line\n"
    evolution_sources.write(setup.local_user, {"somebody-elses": damaged})
    path = setup.local_user.home / ".config/evolution/sources/somebody-elses.source"
    if not logged_in:
        created = setup.configure_one("created")
        assert any(f"{path}, line 3" in warning for warning in created["warnings"])
    with setup.log_in() as evolution:
        if logged_in:
            created = setup.configure_one("created")
        assert evolution.account(setup.user.address)["uid"] == created["ids"]["account"]
        setup.configure_one("updated", provider="spectrum")
    assert path.read_text() == damaged


def test_a_source_that_only_root_can_read_is_named(evolution_setup: EvolutionSetup) -> None:
    """A playbook that copies files as root creates such a file. The registry ignores it."""
    setup = evolution_setup
    created = setup.configure_one("created", password=None)
    path = setup.local_user.home / f".config/evolution/sources/{created['ids']['account']}.source"
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    path.chmod(0o600)
    failed = setup.run(password=None)
    assert failed["failed"]
    assert str(path) in failed["msg"]
    assert path.read_bytes() == content
