# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outlook through the engine, on PCs as public exports and deployment threads show them."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import locations, prf, staging_record
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.staging_record import RegistryChange
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.status import OutlookStatus
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError, OptionError
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus
from ansible_collections.charter.mail.plugins.module_utils._windows.pc import NO_FILES
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import KeyWrite, RegValue
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

OUTLOOK, POLICIES = locations.outlook(MARIO.sid), locations.policies(MARIO.sid)
CLOUD = locations.cloud_policies(MARIO.sid)
SERVICE = "{ED475414-B0D6-11D2-8C3B-00104B2A6676}"


def warnings(pc: OfficePc, wanted: Account, **who: t.Any) -> str:
    one = client(pc, **who)
    return " ".join(one.warnings(one.read(), wanted))


def value(pc: OfficePc, key: str, name: str) -> str | None:
    found = pc.everything.value(key, name)
    return None if found is None else found.text


# The PC.


@pytest.mark.parametrize(("version", "name"), [(14, "2010"), (15, "2013"), (12, "2007")])
def test_an_outlook_that_reads_other_keys_is_an_obstacle(version: int, name: str) -> None:
    pc = OfficePc(classic_version=version)
    assert not push(pc, account()).changed
    found = verdict(pc, account())
    assert found.standing is OutlookStatus.BLOCKED
    assert f"Outlook {name} (Office{version})" in found.advice


@pytest.mark.parametrize("version", [16, 17, None])
def test_a_later_outlook_and_an_unknown_one_are_none(version: int | None) -> None:
    pc = OfficePc(classic_version=version)
    push(pc, account())
    assert standing(pc, account()) is OutlookStatus.STAGED


def test_the_prf_is_in_the_pcs_code_page_or_refused() -> None:
    pc = OfficePc(code_page="cp65001")
    push(pc, account(full_name="Zofia Żółw 中"))
    assert "DisplayName=Zofia Żółw 中\r\n".encode() in pc.folders[MARIO.sid][locations.PRF]
    pc = OfficePc(code_page="cp936")
    push(pc, account(full_name="中"))
    assert b"DisplayName=\xd6\xd0\r\n" in pc.folders[MARIO.sid][locations.PRF]
    with pytest.raises(OptionError, match=r"'ż', which the PC's code page cp936"):
        push(OfficePc(code_page="cp936"), account(full_name="ż"))


@pytest.mark.parametrize(("page", "shown"), [("cp29001", "29001"), ("", "missing"), ("cp500", "500")])
def test_a_code_page_that_is_not_known_is_named_and_only_a_prf_needs_it(page: str, shown: str) -> None:
    with pytest.raises(HostError, match=f"code page .* is {shown} "):
        push(OfficePc(code_page=page), account())
    pc = OfficePc(code_page=page)
    push(pc, account(), methods=["autodiscover"])
    assert standing(pc, account(), methods=["autodiscover"]) is OutlookStatus.STAGED


def test_vietnamese_names_are_refused_or_arrive_as_written() -> None:
    pc = OfficePc(code_page="cp1258")
    with pytest.raises(OptionError, match=r"'ễ', which the PC's code page cp1258 does not have.*autodiscover alone"):
        push(pc, account(full_name="Nguyễn Văn Tiến"))
    assert staging_record.load(pc.everything, MARIO.sid) == staging_record.StagingRecord()
    written = "Nguyê\N{COMBINING TILDE}n Văn Tiê\N{COMBINING ACUTE ACCENT}n"
    push(pc, account(full_name=written))
    pc.start_outlook(MARIO)
    assert standing(pc, account(full_name=written)) is OutlookStatus.CONFIGURED


# The new Outlook, and policies.


@pytest.mark.parametrize("root", [POLICIES, CLOUD, OUTLOOK])
@pytest.mark.parametrize("below", [r"\Options\General", r"\Preferences"])
@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("DoNewOutlookAutoMigration", 1),
        ("NewOutlookAutoMigrationRetryIntervals", 7),
        ("NewOutlookMigrationUserSetting", 1),
    ],
)
def test_a_move_to_the_new_outlook_is_told_by_the_values_name(root: str, below: str, name: str, number: int) -> None:
    pc = OfficePc()
    pc.set(root + below, name, RegValue.dword(0))
    push(pc, account())
    assert warnings(pc, account()) == ""
    pc.set(root + below, name, RegValue.dword(number))
    assert standing(pc, account()) is OutlookStatus.STAGED
    assert f"{name} is {number} in {root}{below}" in warnings(pc, account())


@pytest.mark.parametrize("root", [POLICIES, CLOUD, OUTLOOK])
@pytest.mark.parametrize(
    ("below", "name", "said"),
    [
        (r"\Preferences", "UseNewOutlook", "works with the new Outlook"),
        (r"\Preferences", "NewOutlookMigrationUserSetting", "is to be moved to the new Outlook"),
        (r"\Options\General", "DoNewOutlookAutoMigration", "is to be moved to the new Outlook"),
    ],
)
@pytest.mark.parametrize("port", [465, 587])
def test_an_account_that_classic_outlook_has_while_the_user_is_in_the_new_one(
    root: str, below: str, name: str, said: str, port: int
) -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account())
    wanted = dataclasses.replace(account(), outgoing=Server("smtp.charter.net", port, Security.STARTTLS))
    pc.set(root + below, name, RegValue.dword(0))
    assert "new Outlook" not in warnings(pc, wanted)
    pc.set(root + below, name, RegValue.dword(1))
    assert standing(pc, wanted) is (OutlookStatus.CONFIGURED if port == 587 else OutlookStatus.DRIFTED)
    assert f"{said} ({name} is 1 in {root}{below})" in warnings(pc, wanted)


@pytest.mark.parametrize("root", [POLICIES, CLOUD])
def test_the_new_outlook_by_policy_is_an_obstacle(root: str) -> None:
    pc = OfficePc()
    pc.set(root + r"\Preferences", "UseNewOutlook", RegValue.dword(1))
    found = verdict(pc, account())
    assert found.standing is OutlookStatus.BLOCKED
    assert "The policy UseNewOutlook is 1" in found.advice
    pc.set(root + r"\Preferences", "UseNewOutlook", RegValue.dword(0))
    pc.set(PREFERENCES, "UseNewOutlook", RegValue.dword(1))
    assert "has changed to the new Outlook" in verdict(pc, account()).advice


@pytest.mark.parametrize("root", [POLICIES, CLOUD])
@pytest.mark.parametrize(
    ("name", "stored", "said"),
    [
        ("PreferLocalXML", RegValue.dword(0), "PreferLocalXML is 0"),
        ("charter.net", RegValue.sz(r"C:\corp\a.xml"), r"C:\\corp\\a.xml"),
    ],
)
def test_a_policy_against_the_staged_autodiscover(root: str, name: str, stored: RegValue, said: str) -> None:
    pc = OfficePc()
    pc.set(root + r"\AutoDiscover", name, stored)
    assert not push(pc, account(), methods=["autodiscover"]).changed
    found = verdict(pc, account(), methods=["autodiscover"])
    assert found.standing is OutlookStatus.BLOCKED
    assert said in found.advice
    push(pc, account())
    assert standing(pc, account()) is OutlookStatus.STAGED
    assert said in warnings(pc, account())
    assert set(pc.folders[MARIO.sid]) == {locations.PRF}


def test_policies_that_agree_are_no_obstacle() -> None:
    pc = OfficePc()
    path = client(pc).read().path("charter.net.xml")
    pc.set(POLICIES + r"\AutoDiscover", "PreferLocalXML", RegValue.dword(1))
    pc.set(POLICIES + r"\AutoDiscover", "charter.net", RegValue.sz(path))
    push(pc, account(), methods=["autodiscover"])
    assert standing(pc, account(), methods=["autodiscover"]) is OutlookStatus.STAGED


# Accounts in Outlook.


def with_values(pc: OfficePc, wanted: Account, **values: RegValue | None) -> None:
    pc.make_account(MARIO, wanted)
    key = client(pc).read().made[-1].key
    pc.everything = pc.everything.written([KeyWrite(key, {n.replace("_", " "): v for n, v in values.items()})])


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize(
    ("name", "stored", "clause"),
    [
        ("{}_Use_SPA", RegValue.dword(1), "incoming.secure_password_authentication: no wanted, yes in Outlook"),
        ("SMTP_Use_SPA", RegValue.dword(1), "outgoing.secure_password_authentication: no wanted, yes in Outlook"),
        ("SMTP_Auth_Method", RegValue.dword(2), "outgoing.sign_in: as for receiving wanted, only at the incoming"),
        ("SMTP_Secure_Connection", RegValue.dword(3), "smtp.charter.net 587 auto in Outlook"),
    ],
)
def test_an_account_that_signs_in_otherwise_has_drifted(
    protocol: str, name: str, stored: RegValue, clause: str
) -> None:
    pc, wanted = OfficePc(), account(protocol=protocol)
    with_values(pc, wanted, **{name.format(protocol.upper()): stored})
    found, check = verdict(pc, wanted), inspect(pc, protocol=protocol)
    assert found.standing is OutlookStatus.DRIFTED
    assert clause in found.advice
    assert check.status is not CheckStatus.OK
    assert clause in check.evidence
    assert "DPAPI" not in found.advice


@pytest.mark.parametrize("email", [None, RegValue.sz("Mario.Rossi@Charter.Net "), RegValue.sz("")])
def test_an_address_that_is_missing_or_padded_is_recognised(email: RegValue | None) -> None:
    pc = OfficePc()
    with_values(pc, account(), Email=email)
    assert standing(pc, account()) is OutlookStatus.CONFIGURED
    assert statuses(push(pc, account())) == [Status.UNCHANGED]


@pytest.mark.parametrize(
    ("values", "clause"),
    [
        (
            {"IMAP_User": "mario.rossi@charter.net "},
            "username: mario.rossi@charter.net wanted, 'mario.rossi@charter.net '",
        ),
        (
            {"IMAP_User": "\N{NO-BREAK SPACE}mario"},
            "username: mario.rossi@charter.net wanted, ' mario'",
        ),
        ({"Display_Name": " Mario"}, "full_name: Mario wanted, ' Mario' in Outlook"),
    ],
)
def test_a_space_that_makes_the_difference_is_seen(values: t.Mapping[str, str], clause: str) -> None:
    pc, wanted = OfficePc(), account(full_name="Mario")
    with_values(pc, wanted, **{name: RegValue.sz(text) for name, text in values.items()})
    assert clause in verdict(pc, wanted).advice


@pytest.mark.parametrize(
    "values",
    [
        {"IMAP_Server": RegValue.sz("IMAP.Charter.NET. ")},
        {"Email": RegValue.expand_sz("mario.rossi@charter.net")},
        {"Email": RegValue(1, "mario.rossi@charter.net\0junk".encode("utf-16-le"))},
        {"IMAP_Port": RegValue.qword(993)},
        {"IMAP_Use_SSL": None, "IMAP_Secure_Connection": RegValue.dword(1)},
        {"SMTP_Auth_Method": RegValue.dword(1), "SMTP_User": RegValue.sz("mario.rossi@charter.net")},
        {"SMTP_Use_SSL": RegValue.dword(1)},
    ],
)
def test_other_ways_to_store_the_same_are_no_drift(values: t.Mapping[str, RegValue | None]) -> None:
    pc = OfficePc()
    with_values(pc, account(), **values)
    assert standing(pc, account()) is OutlookStatus.CONFIGURED


@pytest.mark.parametrize(
    "values",
    [
        {"IMAP_Port": RegValue.sz("993")},
        {"IMAP_Use_SSL": None, "IMAP_Secure_Connection": RegValue.dword(3)},
        {"IMAP_Use_SPA": RegValue.sz("1")},
        {"SMTP_Secure_Connection": RegValue.dword(4)},
        {"SMTP_Secure_Connection": RegValue.binary(b"\2\0\0\0")},
        {"SMTP_Auth_Method": RegValue.dword(1)},
        {"SMTP_Use_Auth": RegValue.dword(0xFFFFFFFF)},
    ],
)
def test_what_is_none_of_the_expected_values_is_drift(values: t.Mapping[str, RegValue | None]) -> None:
    pc = OfficePc()
    with_values(pc, account(), **values)
    assert standing(pc, account()) is OutlookStatus.DRIFTED


def test_an_account_in_a_profile_that_outlook_does_not_open() -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account("mario@twc.com", provider="auto"), profile="Work")
    pc.make_account(MARIO, account(), profile="Old")
    found = verdict(pc, account())
    assert found.standing is OutlookStatus.CONFIGURED
    assert "in Outlook's profile Old, but Outlook opens the profile Work" in found.advice
    assert "opens the profile Work" in warnings(pc, account())
    pc.set(OUTLOOK, "DefaultProfile", RegValue.sz("OLD"))
    assert verdict(pc, account()).advice == ""
    pc.set(OUTLOOK, "DefaultProfile", None)  # Outlook asks
    assert verdict(pc, account()).advice == ""


def test_right_in_one_profile_and_wrong_in_the_one_that_outlook_opens() -> None:
    pc, wrong = OfficePc(), account(provider="spectrum")
    pc.make_account(MARIO, wrong, profile="Work")
    pc.make_account(MARIO, account(), profile="Old")
    found = verdict(pc, account())
    assert found.standing is OutlookStatus.DRIFTED
    assert "profile Work" in found.advice
    assert "mobile.charter.net" in found.advice
    assert client(pc).view(client(pc).read(), account()).profile == "Work"


def test_right_and_wrong_in_one_profile() -> None:
    for first, second in ((account(), account(provider="spectrum")), (account(provider="spectrum"), account())):
        pc = OfficePc()
        pc.make_account(MARIO, first)
        pc.make_account(MARIO, second)
        assert standing(pc, account()) is OutlookStatus.DRIFTED


# POP3.


def with_exchange(pc: OfficePc, profile: str = "Outlook") -> None:
    key = rf"{OUTLOOK}\Profiles\{profile}\9375CFF0413111d3B88A00104B2A6676\00000001"
    texts = {"clsid": SERVICE, "Service Name": "MSEMS", "Account Name": "mario@corp.example"}
    pc.everything = pc.everything.written([KeyWrite(key, {name: RegValue.sz(text) for name, text in texts.items()})])


def test_where_pop3_mail_will_go_is_told_before_outlook_starts() -> None:
    wanted = account(protocol="pop3")
    pc = OfficePc()
    push(pc, wanted)
    assert warnings(pc, wanted) == ""  # a profile of its own
    pc = OfficePc()
    pc.make_account(MARIO, account("mario@twc.com", provider="auto"))
    push(pc, wanted)
    assert "the default store of the Outlook profile Outlook, together with" in warnings(pc, wanted)
    pc = OfficePc()
    with_exchange(pc)
    push(pc, wanted)
    assert "may be the mailbox of mario@corp.example on a company's Exchange" in warnings(pc, wanted)
    assert warnings(pc, account()) == ""  # not staged at all
    pc.start_outlook(MARIO)
    assert warnings(pc, wanted) == ""


def test_pop3_without_a_prf_and_imap_go_nowhere_else() -> None:
    for wanted, methods in ((account(), ["prf"]), (account(protocol="pop3"), ["autodiscover"])):
        pc = OfficePc()
        with_exchange(pc)
        push(pc, wanted, methods=methods)
        assert warnings(pc, wanted, methods=methods) == ""


# Profiles that roam, and PCs that were set up anew.

OURS = rf"C:\ProgramData\charter.mail\Outlook\{MARIO.sid}\accounts.prf"
ELSEWHERE = r"D:\Daten\charter.mail\Outlook\S-1-5-21-9-9-9-1001\accounts.prf"


@pytest.mark.parametrize("path", [OURS, OURS.upper(), ELSEWHERE])
def test_an_import_prf_of_ours_without_a_record_is_taken_back(path: str) -> None:
    for wanted in (account(state="absent"), account()):
        pc = OfficePc()
        pc.set(SETUP, "ImportPRF", RegValue.sz(path))
        pc.set(AUTODISCOVER, "charter.net", RegValue.sz(path.rpartition("\\")[0] + "\\charter.net.xml"))
        pc.set(AUTODISCOVER, "other.example", RegValue.sz(r"C:\other.xml"))
        assert push(pc, wanted).changed
        assert push(pc, account(state="absent")).changed == (wanted == account())
        assert value(pc, SETUP, "ImportPRF") is None
        assert value(pc, AUTODISCOVER, "charter.net") is None
        assert value(pc, AUTODISCOVER, "other.example") == r"C:\other.xml"
        assert not push(pc, account(state="absent")).changed


SWITCHES = ("PreferLocalXML", "ExcludeExplicitO365Endpoint")


@pytest.mark.parametrize("wanted", [account(), account(state="absent")])
@pytest.mark.parametrize("path", [OURS, ELSEWHERE])
def test_the_switches_that_came_along_are_not_what_was_there_before(wanted: Account, path: str) -> None:
    pc = OfficePc()
    pc.set(AUTODISCOVER, "charter.net", RegValue.sz(path.rpartition("\\")[0] + "\\charter.net.xml"))
    for name in SWITCHES:
        pc.set(AUTODISCOVER, name, RegValue.dword(1))
    push(pc, wanted)
    push(pc, account(state="absent"))
    assert dict(pc.everything.get(AUTODISCOVER, {})) == {}


@pytest.mark.parametrize("other", ["other.example", "charter.net"])
def test_the_switches_stay_where_somebody_else_uses_them(other: str) -> None:
    pc = OfficePc()
    pc.set(AUTODISCOVER, other, RegValue.sz(r"C:\other.xml"))
    pc.set(AUTODISCOVER, "twc.com", RegValue.sz(ELSEWHERE))
    for name in SWITCHES:
        pc.set(AUTODISCOVER, name, RegValue.dword(1))
    push(pc, account(state="absent"))
    assert set(pc.everything[AUTODISCOVER]) == {other, *SWITCHES}
    pc = OfficePc()
    for name in SWITCHES:
        pc.set(AUTODISCOVER, name, RegValue.dword(1))
    push(pc, account())
    push(pc, account(state="absent"))
    assert set(pc.everything[AUTODISCOVER]) == set(SWITCHES)


def test_it_is_taken_back_beside_an_account_that_outlook_has() -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account())
    pc.set(SETUP, "ImportPRF", RegValue.sz(OURS))
    assert push(pc, account()).changed
    assert value(pc, SETUP, "ImportPRF") is None
    assert not push(pc, account()).changed


def test_a_record_in_which_our_own_path_was_there_before_does_not_put_it_back() -> None:
    pc = OfficePc()
    push(pc, account())
    noted = client(pc).read().record
    written = [
        RegistryChange(one.key, one.name, RegValue.sz(ELSEWHERE), one.after) if one.name == "ImportPRF" else one
        for one in noted.written
    ]
    text = staging_record.dump(dataclasses.replace(noted, written=tuple(written)))
    pc.set(locations.record(MARIO.sid), locations.RECORD, RegValue.sz(text))
    push(pc, account(state="absent"))
    assert value(pc, SETUP, "ImportPRF") is None


@pytest.mark.parametrize("path", [r"C:\corp\accounts.prf", r"\\server\charter.mail\Outlook\S-1-5-21-1\accounts.prf"])
def test_a_path_that_is_not_ours_stays(path: str) -> None:
    pc = OfficePc()
    pc.set(SETUP, "ImportPRF", RegValue.sz(path))
    assert not push(pc, account(state="absent")).changed
    assert standing(pc, account()) is OutlookStatus.BLOCKED


def test_a_roaming_profile_is_told() -> None:
    roaming = dataclasses.replace(MARIO, roams=True)
    pc = OfficePc(users=(roaming,))
    push(pc, account(), user=roaming)
    assert "roaming profile" in warnings(pc, account(), user=roaming)
    pc.start_outlook(MARIO)
    assert warnings(pc, account(), user=roaming) == ""


# What goes wrong on the way.


class LosesItsAnswer(OfficePc):
    """Writes, and cannot say what came of it."""

    def write(
        self,
        sid: str,
        writes: t.Sequence[KeyWrite],
        files: t.Mapping[str, bytes | None],
        signatures: t.Mapping[str, bytes | None] = NO_FILES,
    ) -> None:
        super().write(sid, writes, files, signatures)
        if self.writes == 1:
            raise HostError("the PC", "the answer is lost", "run again")


def test_nothing_stays_armed_if_the_answer_to_a_write_is_lost() -> None:
    pc = LosesItsAnswer()
    before = pc.everything
    with pytest.raises(HostError, match="the answer is lost"):
        push(pc, account())
    assert value(pc, SETUP, "ImportPRF") is None
    assert not any(pc.folders.values())
    assert client(pc).read().record == staging_record.StagingRecord()
    assert set(pc.everything) >= set(before)
    push(pc, account())
    assert prf.parse(pc.folders[MARIO.sid][locations.PRF]).accounts[0].email == EMAIL


def test_servers_are_compared_as_before() -> None:
    pc = OfficePc()
    with_values(pc, dataclasses.replace(account(), outgoing=Server("smtp.charter.net", 465, Security.SSL)))
    assert "smtp.charter.net 465 ssl in Outlook" in verdict(pc, account()).advice
