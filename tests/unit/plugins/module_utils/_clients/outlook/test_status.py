# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far an account has come in Outlook, what keeps it from there, and what the user is told."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import (
    locations,
    mapping,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.status import AccountStatus, OutlookStatus
from ansible_collections.charter.mail.plugins.module_utils._model.account import Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import RegValue
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import statuses

from .office_pc import MARIO, OfficePc
from .outlook_runs import (
    AUTODISCOVER,
    EMAIL,
    PREFERENCES,
    SETUP,
    account,
    client,
    inspect,
    push,
    standing,
    verdict,
)


def test_an_account_with_other_settings_has_drifted_and_stays() -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account(provider="spectrum"))
    found = verdict(pc, account())
    assert found.standing is OutlookStatus.DRIFTED
    assert "incoming: imap.charter.net 993 ssl wanted, mobile.charter.net 993 ssl in Outlook" in found.advice
    assert statuses(push(pc, account())) == [Status.UNCHANGED]
    assert pc.writes == 0


@pytest.mark.parametrize(
    ("stored", "wanted", "clause"),
    [
        ({}, {}, ""),
        ({"incoming": Server("IMAP.Charter.net", 993, Security.SSL)}, {}, ""),
        ({"outgoing": Server("smtp.charter.net.", 587, Security.STARTTLS)}, {}, ""),
        ({"email": "Mario.Rossi@Charter.net"}, {}, ""),
        ({"full_name": "Mario", "leave_on_server_days": 7}, {}, ""),
        (
            {"incoming": Server("imap.charter.net", 143, Security.SSL)},
            {},
            "incoming: imap.charter.net 993 ssl wanted, imap.charter.net 143 ssl",
        ),
        (
            {"incoming": Server("imap.charter.net", 993, Security.NONE)},
            {},
            "incoming: imap.charter.net 993 ssl wanted, imap.charter.net 993 none",
        ),
        (
            {"outgoing": Server("smtp.charter.net", 587, Security.SSL)},
            {},
            "outgoing: smtp.charter.net 587 starttls wanted, smtp.charter.net 587 ssl",
        ),
        (
            {"username": "mario"},
            {},
            f"username: {EMAIL} wanted, mario in Outlook; username for sending: {EMAIL} wanted, mario",
        ),
        ({"full_name": "Super Mario"}, {"full_name": "Mario"}, "full_name: Mario wanted, Super Mario"),
    ],
)
def test_status_and_verification_compare_alike(stored: dict[str, t.Any], wanted: dict[str, t.Any], clause: str) -> None:
    pc = OfficePc()
    pc.make_account(MARIO, dataclasses.replace(account(), **stored))
    found, check = verdict(pc, account(**wanted)), inspect(pc, **wanted)
    assert statuses(push(pc, account(**wanted))) == [Status.UNCHANGED]
    assert pc.writes == 0
    if clause:
        assert found.standing is OutlookStatus.DRIFTED
        assert f"is not set up as wanted: {clause} in Outlook. Have " in found.advice
        assert check.evidence.startswith(f"{clause} in Outlook. ")
    else:
        assert found == AccountStatus(OutlookStatus.CONFIGURED)
        assert check.status is CheckStatus.OK


@pytest.mark.parametrize(
    ("wanted", "clause"),
    [
        ({"leave_on_server": True, "leave_on_server_days": 7}, ""),
        ({"leave_on_server": False}, "leave_on_server: no wanted, yes"),
        ({"leave_on_server_days": 9}, "leave_on_server_days: 9 wanted, 7"),
        ({"default": True}, "default: yes wanted, no"),
    ],
)
def test_so_they_do_for_mail_on_the_server_and_the_default(wanted: dict[str, t.Any], clause: str) -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account(protocol="pop3"))
    key = client(pc).read().made[0].key
    pc.set(key, "Leave on Server", RegValue.dword(mapping.leave_on_server(account(leave_on_server_days=7))))
    found, check = verdict(pc, account(protocol="pop3", **wanted)), inspect(pc, protocol="pop3", **wanted)
    assert (found.standing is OutlookStatus.CONFIGURED) == (not clause) == (check.status is CheckStatus.OK)
    assert not clause or f"{clause} in Outlook" in found.advice
    assert not clause or check.evidence.startswith(f"{clause} in Outlook. ")


def test_another_spelling_in_outlook_is_no_reason_to_stage_again() -> None:
    pc, wanted = OfficePc(), account()
    push(pc, wanted)
    spelled = Server("IMAP.Charter.net", 993, Security.SSL)
    pc.start_outlook(MARIO, ignores_prf=True)
    pc.make_account(MARIO, dataclasses.replace(wanted, email="Mario.Rossi@Charter.net", incoming=spelled))
    before = pc.everything
    assert statuses(push(pc, wanted)) == [Status.UNCHANGED]
    assert standing(pc, wanted) is OutlookStatus.CONFIGURED
    assert pc.everything == before


def test_an_account_is_named_by_its_profile_and_the_full_path_of_its_key() -> None:
    pc, wanted = OfficePc(), account()
    push(pc, wanted)
    one = client(pc)
    assert one.view(one.read(), wanted).ids == {}  # Outlook does not have it yet
    pc.start_outlook(MARIO)
    (profile,) = pc.snapshot(MARIO.sid).registry.children(locations.outlook(MARIO.sid) + r"\Profiles")
    ids = one.view(one.read(), wanted).ids
    assert ids.keys() == {"profile", "key"}
    assert ids["profile"] == profile
    folder, _, number = ids["key"].rpartition("\\")
    assert folder == rf"{locations.outlook(MARIO.sid)}\Profiles\{profile}\9375CFF0413111d3B88A00104B2A6676"
    assert len(number) == 8
    assert ids["key"] in pc.snapshot(MARIO.sid).registry


def test_nothing_is_written_for_who_is_not_logged_on() -> None:
    pc, wanted = OfficePc(), account()
    pc.log_off(MARIO)
    assert not push(pc, wanted).changed
    assert standing(pc, wanted) is OutlookStatus.PENDING_LOGON
    assert "nothing could be staged" in verdict(pc, wanted).advice


def test_what_was_staged_stays_known_while_the_user_is_logged_off() -> None:
    pc, wanted = OfficePc(), account()
    push(pc, wanted)
    pc.log_off(MARIO)
    assert statuses(push(pc, wanted)) == [Status.UNCHANGED]
    assert "whether Outlook has created the staged account" in verdict(pc, wanted).advice
    assert "cannot be withdrawn now" in verdict(pc, account(state="absent")).advice
    assert not push(pc, account(state="absent")).changed


@pytest.mark.parametrize(
    ("key", "name", "value", "said"),
    [
        (AUTODISCOVER, "ZeroConfigExchange", RegValue.dword(1), "for Exchange"),
        (AUTODISCOVER, "ZeroConfigExchangeOnce", RegValue.dword(1), "for Exchange"),
        (locations.policies(MARIO.sid) + r"\AutoDiscover", "ZeroConfigExchange", RegValue.dword(1), "Policies"),
        (SETUP, "ImportPRF", RegValue.sz(r"\\server\office.prf"), r"\\server\office.prf"),
        (PREFERENCES, "UseNewOutlook", RegValue.dword(1), "switch off New Outlook"),
    ],
)
def test_an_obstacle_is_told_and_nothing_is_staged(key: str, name: str, value: RegValue, said: str) -> None:
    pc = OfficePc()
    pc.set(key, name, value)
    assert not push(pc, account()).changed
    assert pc.writes == 0
    found = verdict(pc, account())
    assert found.standing is OutlookStatus.BLOCKED
    assert said in found.advice


def test_only_the_new_outlook_is_an_obstacle_and_no_outlook_yet_is_none() -> None:
    assert standing(OfficePc(classic=False, new=True), account()) is OutlookStatus.BLOCKED
    pc = OfficePc(classic=False)
    push(pc, account())
    assert standing(pc, account()) is OutlookStatus.STAGED
    assert "Install it" in verdict(pc, account()).advice


def test_an_obstacle_that_comes_later_is_told_and_what_is_staged_stays() -> None:
    pc = OfficePc()
    push(pc, account())
    pc.set(SETUP, "ImportPRF", RegValue.sz(r"C:\other.prf"))
    assert standing(pc, account()) is OutlookStatus.BLOCKED
    assert not push(pc, account()).changed
    push(pc, account(state="absent"))
    value = pc.everything.value(SETUP, "ImportPRF")
    assert value is not None
    assert value.text == r"C:\other.prf"


def test_the_first_profiles_obstacle_is_none_where_a_profile_is() -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account("mario@twc.com", provider="auto"))
    pc.set(AUTODISCOVER, "ZeroConfigExchangeOnce", RegValue.dword(1))
    push(pc, account())
    assert standing(pc, account()) is OutlookStatus.STAGED


def test_an_account_is_read_back_for_verification() -> None:
    pc, wanted = OfficePc(), account(full_name="Mario Rossi")
    assert client(pc).account(wanted) is None
    assert client(pc).absence(wanted) == "does not have the account"
    push(pc, wanted)
    assert "next start" in client(pc).absence(wanted)
    pc.start_outlook(MARIO, ignores_prf=True)
    assert "created no account" in client(pc).absence(wanted)
    pc.make_account(MARIO, account(protocol="pop3"))
    found = client(pc).account(account(protocol="pop3"))
    assert found is not None
    assert (found.account.incoming, found.outgoing.username) == (account(protocol="pop3").incoming, EMAIL)
    assert found.incoming.password is None
    assert "only the user can read them" in found.locked
    pc.log_off(MARIO)
    with pytest.raises(HostError, match="not logged on"):
        client(pc).account(wanted)


def test_what_cannot_be_staged_is_said_and_never_a_difference() -> None:
    pc, wanted = OfficePc(), account(reply_to="info@rossi.example", organization="Rossi")
    push(pc, wanted)
    assert statuses(push(pc, wanted)) == [Status.UNCHANGED]
    pc.start_outlook(MARIO)
    assert standing(pc, wanted) is OutlookStatus.CONFIGURED
    assert statuses(push(pc, wanted)) == [Status.UNCHANGED]
    assert plan(client(pc), [wanted]).steps[0].differences == ()
    assert inspect(pc, reply_to="info@rossi.example", organization="Rossi").status is CheckStatus.OK
    one = client(pc)
    (warning,) = [text for text in one.warnings(one.read(), wanted) if "organization and reply_to" in text]
    assert "Outlook keeps its own" in warning
    assert not [text for text in one.warnings(one.read(), account(reply_to="")) if "keeps its own" in text]


def test_signatures_and_identities_are_said_to_be_the_users_and_never_a_difference() -> None:
    senders: dict[str, t.Any] = {
        "signature": {"text": "Mario"},
        "identities": [{"address": "info@rossi.example", "default": True}],
    }
    pc, wanted = OfficePc(), account(**senders)
    push(pc, wanted)
    assert statuses(push(pc, wanted)) == [Status.UNCHANGED]
    pc.start_outlook(MARIO)
    assert standing(pc, wanted) is OutlookStatus.CONFIGURED
    assert plan(client(pc), [wanted]).steps[0].differences == ()
    one = client(pc)
    (told,) = [text for text in one.warnings(one.read(), wanted) if "keeps its own" in text]
    assert "its own identities:" in told
    absent = {"state": "absent"}
    gone = account(signature=absent, identities=[{"address": "info@rossi.example", **absent}])
    assert not [text for text in one.warnings(one.read(), gone) if "keeps its own" in text]


def test_only_the_user_moves_mail_from_pop3_to_imap() -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account(protocol="pop3"))
    wanted = account(migrate=True)
    told = client(pc).warnings(push(pc, wanted).after, wanted)
    assert [warning for warning in told if "POP3" in warning] == [
        f"{EMAIL} (imap): only its user can move the mail of the POP3 account in Outlook, and remove that account"
    ]
    alone = account("anna@charter.net", migrate=True)
    assert not [warning for warning in client(pc).warnings(push(pc, alone).after, alone) if "POP3" in warning]
