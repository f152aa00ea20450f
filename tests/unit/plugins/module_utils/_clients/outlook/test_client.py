# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outlook through the engine, on a PC in memory: what is staged, for whom, and how it is taken back."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import locations, prf, staging_record
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.status import AccountStatus, OutlookStatus
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError, HostError, OptionError
from ansible_collections.charter.mail.plugins.module_utils._windows.pc import NO_FILES
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import KeyWrite, RegValue
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import statuses

from .office_pc import ANNA, MARIO, OfficePc
from .outlook_runs import (
    AUTODISCOVER,
    EMAIL,
    SETUP,
    account,
    client,
    push,
    staged_addresses,
    standing,
    stored_text,
    verdict,
)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_staged_then_configured_by_outlook_and_never_written_again(protocol: str) -> None:
    pc, wanted = OfficePc(), account(protocol=protocol)
    assert statuses(push(pc, wanted)) == [Status.CREATED]
    assert standing(pc, wanted) is OutlookStatus.STAGED
    assert statuses(push(pc, wanted)) == [Status.UNCHANGED]
    pc.start_outlook(MARIO)
    assert verdict(pc, wanted) == AccountStatus(OutlookStatus.CONFIGURED)
    assert statuses(push(pc, wanted)) == [Status.UNCHANGED]
    assert pc.writes == 1


def test_check_mode_writes_nothing_and_tells_the_same_changes() -> None:
    pc = OfficePc()
    before = pc.everything
    planned = plan(client(pc), [account()])
    assert pc.everything == before
    assert pc.folders == {}
    done = push(pc, account())
    assert [step.changes for step in planned.steps] == [step.changes for step in done.steps]
    (noted,) = [change for change in done.steps[0].changes if change.key.endswith(locations.RECORD)]
    assert noted.after == f"{EMAIL} (imap) (4 values, 2 files)"
    for change in set(done.steps[0].changes) - {noted}:
        place, _backslash, name = change.key.rpartition("\\")
        value = pc.everything.value(place, name)
        if value is None:
            assert pc.folders[MARIO.sid][name].decode() == change.after
        else:
            assert value.plain == change.after


def test_only_the_named_user_changes() -> None:
    pc = OfficePc()
    before = client(pc, ANNA).read()
    push(pc, account())
    assert client(pc, ANNA).read() == before


def test_no_password_reaches_the_pc() -> None:
    pc = OfficePc()
    outcome = push(pc, account(password="tombola"))
    everything = repr((list(pc.everything.items()), [dict(v) for v in pc.everything.values()], pc.folders, outcome))
    assert "tombola" not in everything
    assert "tombola".encode("utf-16-le").hex() not in everything


def test_all_accounts_of_a_user_are_in_one_prf_also_over_several_runs() -> None:
    pc, one, other = OfficePc(), account(), account("mario@twc.com", provider="auto")
    push(pc, one)
    assert statuses(push(pc, other)) == [Status.CREATED]
    assert staged_addresses(pc) == [EMAIL, "mario@twc.com"]
    assert statuses(push(pc, one, other)) == [Status.UNCHANGED, Status.UNCHANGED]
    pc.start_outlook(MARIO)
    assert [standing(pc, wanted) for wanted in (one, other)] == [OutlookStatus.CONFIGURED] * 2


def test_what_outlook_has_is_not_staged_again_beside_a_new_account() -> None:
    pc, one, other = OfficePc(), account(), account("mario@twc.com", provider="auto")
    push(pc, one)
    pc.start_outlook(MARIO)
    push(pc, one, other)
    assert staged_addresses(pc) == ["mario@twc.com"]
    assert [standing(pc, wanted) for wanted in (one, other)] == [OutlookStatus.CONFIGURED, OutlookStatus.STAGED]


def test_an_account_that_the_user_makes_in_the_meantime_leaves_the_prf() -> None:
    pc, wanted = OfficePc(), account()
    push(pc, wanted)
    pc.make_account(MARIO, wanted)
    assert standing(pc, wanted) is OutlookStatus.CONFIGURED
    assert push(pc, wanted).changed
    assert pc.everything.value(SETUP, "ImportPRF") is None
    assert not push(pc, wanted).changed


def test_the_default_account_comes_first() -> None:
    pc = OfficePc()
    push(pc, account(), account("mario@twc.com", provider="auto", default=True))
    assert staged_addresses(pc) == ["mario@twc.com", EMAIL]


def test_a_prf_that_makes_no_account_is_told_and_can_be_staged_again() -> None:
    pc, wanted = OfficePc(), account()
    push(pc, wanted)
    pc.start_outlook(MARIO, ignores_prf=True)
    assert standing(pc, wanted) is OutlookStatus.CONSUMED
    assert "Add Account" in verdict(pc, wanted).advice
    assert statuses(push(pc, wanted)) == [Status.UNCHANGED]
    other = account("mario@twc.com", provider="auto")
    push(pc, wanted, other)
    assert staged_addresses(pc) == ["mario@twc.com"]
    assert standing(pc, wanted) is OutlookStatus.CONSUMED
    push(pc, account(state="absent"))
    push(pc, wanted)
    assert staged_addresses(pc) == ["mario@twc.com", EMAIL]
    assert standing(pc, wanted) is OutlookStatus.STAGED


def test_other_settings_are_staged_again_where_outlook_made_no_account() -> None:
    pc = OfficePc()
    push(pc, account())
    pc.start_outlook(MARIO, ignores_prf=True)
    assert statuses(push(pc, account(provider="spectrum"))) == [Status.UPDATED]
    assert standing(pc, account(provider="spectrum")) is OutlookStatus.STAGED


def test_absent_takes_back_exactly_what_was_staged() -> None:
    pc = OfficePc()
    pc.set(SETUP, "First-Run", RegValue.binary(b"\x07"))
    pc.set(AUTODISCOVER, "PreferLocalXML", RegValue.dword(0))
    pc.set(AUTODISCOVER, "other.example", RegValue.sz(r"C:\other.xml"))
    before = pc.everything
    push(pc, account(), account("mario@twc.com", provider="auto"))
    assert pc.everything.value(SETUP, "First-Run") is None
    push(pc, account(state="absent"))
    assert staged_addresses(pc) == ["mario@twc.com"]
    outcome = push(pc, account("mario@twc.com", provider="auto", state="absent"))
    assert statuses(outcome) == [Status.REMOVED]
    assert pc.everything == before
    assert pc.folders[MARIO.sid] == {}
    assert standing(pc, account(state="absent")) is OutlookStatus.ABSENT


def test_absent_leaves_what_outlook_or_others_have_changed_since() -> None:
    pc = OfficePc()
    push(pc, account())
    pc.start_outlook(MARIO)
    pc.set(AUTODISCOVER, "PreferLocalXML", RegValue.dword(2))
    push(pc, account(state="absent"))
    setup, autodiscover = pc.everything[SETUP], pc.everything[AUTODISCOVER]
    assert dict(setup) == {"First-Run": RegValue.binary(b"\x01")}
    assert dict(autodiscover) == {"PreferLocalXML": RegValue.dword(2)}


def test_absent_of_an_account_that_outlook_has_says_what_the_user_must_do() -> None:
    pc = OfficePc()
    push(pc, account())
    pc.start_outlook(MARIO)
    assert push(pc, account(state="absent")).changed
    found = verdict(pc, account(state="absent"))
    assert found.standing is OutlookStatus.CONFIGURED
    assert "only the user can remove it" in found.advice
    assert not push(pc, account(state="absent")).changed


def test_an_import_that_did_nothing_is_caught_although_nothing_failed() -> None:
    pc = OfficePc()
    pc.deaf = True
    with pytest.raises(HostError, match="do not read back as written"):
        push(pc, account())


def test_a_staged_file_that_somebody_changed_is_put_right() -> None:
    pc = OfficePc()
    push(pc, account())
    pc.folders[MARIO.sid]["charter.net.xml"] = b"<evil/>"
    assert statuses(push(pc, account())) == [Status.UPDATED]
    assert b"imap.charter.net" in pc.folders[MARIO.sid]["charter.net.xml"]


def test_two_accounts_of_a_domain_leave_autodiscover_out_and_say_so() -> None:
    pc, one, other = OfficePc(), account(), account("second@charter.net")
    push(pc, one, other)
    assert set(pc.folders[MARIO.sid]) == {locations.PRF}
    assert pc.everything.value(AUTODISCOVER, "charter.net") is None
    state = client(pc).read()
    (warning,) = client(pc).warnings(state, other)
    assert EMAIL in warning
    push(pc, account("second@charter.net", state="absent"))
    assert set(pc.folders[MARIO.sid]) == {locations.PRF, "charter.net.xml"}


def test_two_accounts_of_a_domain_are_refused_if_autodiscover_is_the_only_way() -> None:
    with pytest.raises(OptionError, match=r"^method: .*prf"):
        push(OfficePc(), account(), account("second@charter.net"), methods=["autodiscover"])


def test_autodiscover_alone_waits_for_the_user() -> None:
    pc = OfficePc()
    push(pc, account(), methods=["autodiscover"])
    assert pc.everything.value(SETUP, "ImportPRF") is None
    found = verdict(pc, account(), methods=["autodiscover"])
    assert found.standing is OutlookStatus.STAGED
    assert "Add Account" in found.advice


def test_somebody_elses_settings_for_the_domain_stay() -> None:
    pc = OfficePc()
    pc.set(AUTODISCOVER, "charter.net", RegValue.sz(r"C:\theirs.xml"))
    push(pc, account())
    assert set(pc.folders[MARIO.sid]) == {locations.PRF}
    (warning,) = client(pc).warnings(client(pc).read(), account())
    assert "theirs.xml" in warning
    assert standing(OfficePc(), account(), methods=["autodiscover"]) is OutlookStatus.ABSENT
    assert standing(pc, account(), methods=["autodiscover"]) is OutlookStatus.BLOCKED


def test_a_profile_that_is_there_is_appended_to() -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account("mario@twc.com", provider="auto"), profile="Mój profil")
    with pytest.raises(OptionError):  # cp1252 has no such letter as "ż", and "ó" only
        push(OfficePc(), account(full_name="Żółw"))
    push(pc, account())
    assert prf.parse(pc.folders[MARIO.sid][locations.PRF], "cp1252").profile == "Mój profil"


def test_several_profiles_without_a_default_need_a_name() -> None:
    pc = OfficePc()
    for profile in ("A", "B"):
        pc.make_account(MARIO, account("mario@twc.com", provider="auto"), profile=profile)
    pc.set(locations.outlook(MARIO.sid), "DefaultProfile", None)
    with pytest.raises(OptionError, match="A, B"):
        push(pc, account())
    push(pc, account(), profile="B")
    assert prf.parse(pc.folders[MARIO.sid][locations.PRF], "cp1252").profile == "B"
    with pytest.raises(OptionError, match="one PRF"):
        push(pc, account("third@roadrunner.com", provider="twc"), profile="A")


def test_the_other_protocol_is_another_account_and_is_told() -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account(protocol="pop3"))
    push(pc, account())
    assert standing(pc, account()) is OutlookStatus.STAGED
    assert any("other protocol" in warning for warning in client(pc).warnings(client(pc).read(), account()))


def test_the_record_comes_back_as_it_was_written() -> None:
    pc = OfficePc()
    pc.set(SETUP, "First-Run", RegValue.binary(b"\0\xff"))
    push(pc, account(protocol="pop3", leave_on_server_days=3, full_name="Zoë \u2028"[:3]))
    state = client(pc).read()
    assert staging_record.load(state.registry, MARIO.sid) == state.record
    assert staging_record.load(
        pc.everything.written([KeyWrite(locations.record(MARIO.sid), delete=True)]), MARIO.sid
    ) == (staging_record.StagingRecord())


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", "9" * 6000, '{"version":' + "9" * 6000 + "}", "[" * 100_000, '{"version":1}']
)
def test_a_record_that_is_not_ours_is_said(text: str) -> None:
    pc = OfficePc()
    pc.set(locations.record(MARIO.sid), locations.RECORD, RegValue.sz(text))
    with pytest.raises(DamagedFileError, match="cannot be read"):
        staging_record.load(pc.everything, MARIO.sid)


@pytest.mark.parametrize(
    ("part", "forged"),
    [
        ("written", [[r"HKEY_LOCAL_MACHINE\SOFTWARE\Run", "x", "evil.exe", None]]),
        ("written", [[locations.outlook(ANNA.sid) + r"\Setup", "ImportPRF", "x", None]]),
        ("written", [[locations.outlook(MARIO.sid) + "Else", "x", "x", None]]),
        ("files", [r"..\..\other.txt"]),
        ("files", ["C:other.txt"]),
        ("signatures", [["x", {"../other.htm": "0"}]]),
    ],
)
def test_a_record_that_speaks_of_other_places_is_refused(part: str, forged: object) -> None:
    pc = OfficePc()
    push(pc, account())
    noted = json.loads(pc.everything[locations.record(MARIO.sid)][locations.RECORD].text or "")
    pc.set(locations.record(MARIO.sid), locations.RECORD, RegValue.sz(json.dumps({**noted, part: forged})))
    with pytest.raises(DamagedFileError, match="cannot be read"):
        client(pc).read()


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
    assert stored_text(pc, SETUP, "ImportPRF") is None
    assert not any(pc.folders.values())
    assert client(pc).read().record == staging_record.StagingRecord()
    assert set(pc.everything) >= set(before)
    push(pc, account())
    assert prf.parse(pc.folders[MARIO.sid][locations.PRF]).accounts[0].email == EMAIL
