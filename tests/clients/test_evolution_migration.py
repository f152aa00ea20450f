# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a POP3 account to IMAP in the real Evolution: its mail stays On This Computer, and the password serves."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.lab.hosts import Service

from .evolution import TIMEOUT, wait_until
from .evolution_setup import EvolutionSetup
from .evolution_window import MAIN, EvolutionWindow

SUBJECTS = ("Message 1", "Message 2", "Message 3")


def downloaded(setup: EvolutionSetup) -> list[str]:
    """The names and sizes of all messages On This Computer."""
    folder = setup.local_user.home / ".local/share/evolution/mail/local"
    return sorted(f"{path.name.partition(':')[0]} {path.stat().st_size}" for path in folder.glob("cur/*"))


@pytest.mark.parametrize(("open_while_it_moves", "kept"), [(False, True), (True, False)])
def test_every_message_is_there_and_mail_is_read_by_imap(
    evolution_setup: EvolutionSetup, open_while_it_moves: bool, kept: bool
) -> None:
    """The second time, the messages are nowhere else."""
    setup = evolution_setup
    address = setup.user.address
    for subject in SUBJECTS:
        setup.receive(subject)
    with setup.log_in() as evolution:
        setup.configure_one("created", protocol="pop3", full_name="Mario Rossi", leave_on_server=kept)
        with EvolutionWindow(evolution.session) as window:
            window.wait_for(MAIN)
            wait_until(lambda: all(map(evolution.downloaded, SUBJECTS)), "messages downloaded")
            if not kept:
                wait_until(lambda: not setup.lab.messages(address), "messages deleted from the server")
            before = downloaded(setup)
            assert len(before) == len(SUBJECTS)
            if open_while_it_moves:
                moved = setup.configure_one("created", migrate=True, password=None)
                evolution.wait_until_set_up(address)
                assert window.titles() == [MAIN]
        if not open_while_it_moves:
            moved = setup.configure_one("created", migrate=True, password=None)
        assert moved["via"] == "session"
        account = evolution.account(address)  # there is one
        assert (account["backend"], account["host"]) == ("imapx", "imap.charter.net")
        assert account["identity"]["full_name"] == "Mario Rossi"
        assert setup.agrees(evolution, moved["ids"])
        assert {item["attributes"]["e-source-uid"] for item in evolution.passwords()} == {
            moved["ids"]["account"],
            moved["ids"]["transport"],
        }
        with EvolutionWindow(evolution.session) as window:
            window.wait_for(MAIN)
            assert setup.lab.wait_for_login(address, Service.IMAP, seconds=TIMEOUT).succeeded
            evolution.wait_until_set_up(address)
            assert window.titles() == [MAIN]  # no dialog asks for a password
            assert downloaded(setup) == before
        if kept:
            setup.uses_mail(evolution, account, "By IMAP")
        setup.configure_one("unchanged", migrate=True, password=None)
    assert downloaded(setup) == before
    assert not [one for one in setup.lab.logins() if one.user == address and not one.succeeded]


def test_a_rollback_brings_the_pop3_account_back(evolution_setup: EvolutionSetup, ansible: Ansible) -> None:
    """After Evolution has used the IMAP account, and while it is open."""
    setup = evolution_setup
    address = setup.user.address
    setup.receive("Message 1")
    with setup.log_in() as evolution:
        pop3 = setup.configure_one("created", protocol="pop3", full_name="Mario Rossi", leave_on_server=False)
        with EvolutionWindow(evolution.session) as window:
            window.wait_for(MAIN)
            wait_until(lambda: evolution.downloaded("Message 1"), "message downloaded")
            setup.configure_one("created", migrate=True, password=None)
            evolution.wait_until_set_up(address)
            before = downloaded(setup)
            undone = ansible.module("mail_rollback", users=[setup.local_user.name])
            assert not undone["failed"], str(undone)
            assert [(one["protocol"], one["status"]) for one in undone["clients"][0]["accounts"]] == [
                ("pop3", "restored"),
                ("imap", "removed"),
            ], undone
            assert undone["clients"][0]["left"] == undone["clients"][0]["notices"] == []
            assert downloaded(setup) == before
            account = evolution.account(address)  # there is one
            assert (account["backend"], account["host"]) == ("pop", "pop.charter.net")
            assert account["identity"]["full_name"] == "Mario Rossi"
            assert setup.agrees(evolution, pop3["ids"])
            assert {item["attributes"]["e-source-uid"] for item in evolution.passwords()} == {
                pop3["ids"]["account"],
                pop3["ids"]["transport"],
            }
            assert window.titles() == [MAIN]  # no dialog asks for a password
        setup.uses_mail(evolution, account, "By POP3 again")
        assert not ansible.module("mail_rollback", users=[setup.local_user.name])["changed"]
        assert evolution.downloaded("Message 1")
    assert all(one.succeeded for one in setup.lab.logins() if one.user == address)
