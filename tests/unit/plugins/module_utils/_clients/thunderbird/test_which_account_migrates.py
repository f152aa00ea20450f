# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which POP3 account an IMAP account replaces, and which stays beside it."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import EMAIL, account

from .pop3_by_hand import by_pop3, set_up, wanted
from .test_identities_and_folders import Prefs, identity, run, smtp, stored

pytestmark = pytest.mark.one_in(3)


@pytest.mark.parametrize(
    "host", ["mobile.charter.net", "POP.charter.net", "imap.charter.net", "mail.charter.net", "pop.charter.net"]
)
def test_the_provider_may_have_several_servers(tmp_path: pathlib.Path, host: str) -> None:
    set_up(tmp_path, by_pop3(hostname=host))
    run(tmp_path, wanted())
    assert stored(tmp_path)["mail.server.server1.type"] == "none"


@pytest.mark.parametrize(
    "other",
    [
        {"hostname": "pop.provider.example"},
        {"hostname": "127.0.0.1"},
        {"hostname": "localhost"},
        {"userName": "anna@charter.net"},
        {"type": "imap", "hostname": "pop.charter.net", "userName": "anna@charter.net"},
    ],
)
def test_another_account_is_not_replaced(tmp_path: pathlib.Path, other: Prefs) -> None:
    before = by_pop3(**other)
    set_up(tmp_path, {**before, "mail.identity.id1.useremail": "anna@charter.net"})
    run(tmp_path, wanted())
    after = stored(tmp_path)
    kept = {
        key: value
        for key, value in before.items()
        if key.startswith(("mail.server.server1.", "mail.account.account1."))
    }
    assert {**after, **kept} == after


def test_an_account_that_signs_in_by_oauth2_stays_until_the_admin_insists(tmp_path: pathlib.Path) -> None:
    set_up(tmp_path, by_pop3(authMethod=10))
    _outcome, told = run(tmp_path, wanted())
    assert (
        f"{EMAIL} (imap): the POP3 account at pop.charter.net is kept, because it signs in by OAuth2; set override"
        in told
    )
    assert stored(tmp_path)["mail.server.server1.type"] == "pop3"
    run(tmp_path, wanted(override=True))
    assert stored(tmp_path)["mail.server.server1.type"] == "none"


@pytest.mark.parametrize(
    ("own", "clause"),
    [
        (smtp(1, "127.0.0.1", port=1587), "it is reached through 127.0.0.1"),
        (smtp(1, authMethod=10), "it signs in by OAuth2"),
        (smtp(1, type="ews"), "it sends by ews"),
        ({**smtp(1, "localhost"), **identity(1, EMAIL, "")}, "it is reached through localhost"),
    ],
)
def test_an_account_that_sends_as_its_user_has_chosen_stays_until_the_admin_insists(
    tmp_path: pathlib.Path, own: Prefs, clause: str
) -> None:
    before = {**by_pop3(), **own}
    set_up(tmp_path, before)
    _outcome, told = run(tmp_path, wanted())
    assert f"{EMAIL} (imap): the POP3 account at pop.charter.net is kept, because {clause}" in told
    after = stored(tmp_path)
    assert {key: after[key] for key in own} == own
    assert after["mail.server.server1.type"] == "pop3"
    run(tmp_path, wanted(override=True))
    assert stored(tmp_path)["mail.server.server1.type"] == "none"


def test_without_the_option_both_stand_beside_each_other(tmp_path: pathlib.Path) -> None:
    set_up(tmp_path, by_pop3())
    _outcome, told = run(tmp_path, account())
    assert "there is also an account of the same address with the other protocol" in told
    assert stored(tmp_path)["mail.server.server1.type"] == "pop3"
    run(tmp_path, wanted())
    assert stored(tmp_path)["mail.server.server1.type"] == "none"
