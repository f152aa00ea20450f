# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoing what was staged for Outlook, on a PC in memory whose Outlook can be started."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients import change_log_reader, undo
from ansible_collections.charter.mail.plugins.module_utils._clients.change_log import ChangeLog
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import change_notes, locations
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.client import Outlook
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.staging_methods import METHODS
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.undo import undone
from ansible_collections.charter.mail.plugins.module_utils._clients.undo import Rollback
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, State
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import Registry, RegValue
from ansible_collections.charter.mail.tests.unit.amount import size

from .office_pc import ANNA, MARIO, OfficePc

pytestmark = pytest.mark.one_in(3)

FIRST, SECOND, ROLLBACK = "20260101T000000Z-1", "20260102T000000Z-1", "20260103T000000Z-1"


def account(**options: t.Any) -> Account:
    (found,) = requests({"email": "jo.user@charter.net", "accounts": None, **options}, profiles=False)
    wanted: Account = found.account
    return wanted


def client(pc: OfficePc, run: str) -> Outlook:
    outlook = Outlook(pc, pc.machine(), MARIO, METHODS)
    outlook.open_log = lambda: ChangeLog("the log", run, {}, lambda paths: None)
    return outlook


def configure(pc: OfficePc, run: str, *accounts: Account) -> None:
    assert reconcile(client(pc, run), accounts).changed


def roll_back(
    pc: OfficePc, run: str, own: str = ROLLBACK, *, force: bool = False, check: bool = False
) -> Rollback[t.Any]:
    outlook = client(pc, own)
    entries = change_log_reader.parsed(change_notes.content(pc.snapshot(MARIO.sid).registry, MARIO.sid))
    wanted = [entry for entry in entries if entry.run == run]
    assert wanted
    return undo.roll_back(
        outlook,
        lambda: undo.plan(outlook, wanted, undone, (), force=force),
        run,
        check_mode=check,
        begin=lambda: None,
    )


def stored(pc: OfficePc) -> tuple[Registry, dict[str, bytes]]:
    """All that is there, without the log of changes and empty keys."""
    kept = [
        (path, values) for path, values in pc.everything.items() if len(values) and not path.startswith(locations.LOGS)
    ]
    return Registry(kept), dict(pc.folders.get(MARIO.sid, {}))


def test_what_was_staged_is_withdrawn() -> None:
    pc = OfficePc()
    before = stored(pc)
    configure(pc, FIRST, account())
    assert stored(pc) != before
    foreseen = roll_back(pc, FIRST, check=True)
    assert foreseen.outcome.changed
    assert stored(pc) != before
    done = roll_back(pc, FIRST)
    assert done.outcome.changed
    assert (done.left, done.notices) == ((), ())
    assert stored(pc) == before
    assert not roll_back(pc, FIRST).outcome.changed


def test_what_was_staged_before_is_staged_again() -> None:
    pc = OfficePc()
    configure(pc, FIRST, account())
    before = stored(pc)
    configure(pc, SECOND, account(full_name="Another"))
    assert stored(pc) != before
    assert roll_back(pc, SECOND).outcome.changed
    assert stored(pc) == before
    configure(pc, "20260104T000000Z-1", account(state="absent"))
    assert roll_back(pc, "20260104T000000Z-1", "20260105T000000Z-1").outcome.changed
    assert stored(pc) == before


@pytest.mark.parametrize("profile", ["Private", "Büro"])
def test_it_is_staged_again_for_the_profile_that_it_was_staged_for(profile: str) -> None:
    pc = OfficePc()
    pc.make_account(MARIO, account(email="other@charter.net"))  # in the default profile
    outlook = Outlook(pc, pc.machine(), MARIO, METHODS, profile)
    outlook.open_log = lambda: ChangeLog("the log", FIRST, {}, lambda paths: None)
    assert reconcile(outlook, [account()]).changed
    before = stored(pc)
    assert f"ProfileName={profile}\r\n".encode("cp1252") in before[1]["accounts.prf"]
    configure(pc, SECOND, account(state="absent"))
    assert roll_back(pc, SECOND).outcome.changed
    assert stored(pc) == before


def test_a_log_without_profiles_is_understood() -> None:
    pc = OfficePc()
    configure(pc, FIRST, account())
    (staged,) = client(pc, SECOND).read().record.accounts
    text = change_notes.staged_out(staged)
    assert change_notes.staged_in(text) == (staged, "")
    assert change_notes.staged_in(change_notes.staged_out(staged, "Private")) == (staged, "Private")
    assert change_notes.staged_in(None) == (None, "")


def test_a_rollback_can_be_rolled_back() -> None:
    pc = OfficePc()
    configure(pc, FIRST, account(), account(email="other@charter.net"))
    after = stored(pc)[1]
    roll_back(pc, FIRST)
    assert roll_back(pc, ROLLBACK, SECOND).outcome.changed
    assert stored(pc)[1] == after


def test_what_outlook_has_made_is_the_users() -> None:
    pc = OfficePc()
    configure(pc, FIRST, account())
    pc.start_outlook(MARIO)
    done = roll_back(pc, FIRST)
    assert done.outcome.changed
    (notice,) = done.notices
    assert "where only the user can remove it" in notice
    again = roll_back(pc, FIRST)
    assert not again.outcome.changed
    assert client(pc, SECOND).verdict(client(pc, SECOND).read(), account(state="absent")).standing.value == "configured"


def test_a_change_after_outlook_has_made_the_account() -> None:
    pc = OfficePc()
    configure(pc, FIRST, account())
    pc.start_outlook(MARIO)
    before = stored(pc)
    configure(pc, SECOND, account(provider="spectrum"))
    assert stored(pc) != before
    done = roll_back(pc, SECOND)
    assert (done.outcome.changed, done.left, done.notices) == (True, (), ())
    assert stored(pc) == before


def test_a_change_that_the_user_has_made_in_outlook_as_well() -> None:
    pc = OfficePc()
    configure(pc, FIRST, account())
    configure(pc, SECOND, account(provider="spectrum"))
    pc.start_outlook(MARIO)
    done = roll_back(pc, SECOND)
    assert done.outcome.changed
    (notice,) = done.notices
    assert "incoming: imap.charter.net 993 ssl wanted, mobile.charter.net 993 ssl in Outlook" in notice
    assert client(pc, SECOND).verdict(client(pc, SECOND).read(), account()).standing.value == "drifted"
    assert not roll_back(pc, SECOND).outcome.changed


def test_a_removal_while_outlook_has_the_account() -> None:
    pc = OfficePc()
    configure(pc, FIRST, account())
    pc.start_outlook(MARIO)
    configure(pc, SECOND, account(state="absent"))
    done = roll_back(pc, SECOND)
    assert (done.outcome.changed, done.left, done.notices) == (False, (), ())  # Outlook has it as it was


def test_a_removal_that_cannot_be_undone_any_more() -> None:
    pc = OfficePc()
    configure(pc, FIRST, account())
    configure(pc, SECOND, account(state="absent"))
    pc.set(locations.setup(MARIO.sid), "ImportPRF", RegValue.sz(r"\\server\share\corp.prf"))
    done = roll_back(pc, SECOND)
    assert not done.outcome.changed
    (notice,) = done.notices
    assert r"\\server\share\corp.prf" in notice


def test_what_was_staged_by_a_later_run_is_left() -> None:
    pc = OfficePc()
    configure(pc, FIRST, account())
    configure(pc, SECOND, account(full_name="Another"))
    after = stored(pc)
    done = roll_back(pc, FIRST)
    assert not done.outcome.changed
    assert len(done.left) == 1
    assert stored(pc) == after
    assert roll_back(pc, FIRST, force=True).outcome.changed
    assert stored(pc)[1] == {}


def test_a_value_that_somebody_has_changed_since_is_left_and_named() -> None:
    pc = OfficePc()
    configure(pc, FIRST, account())
    pc.set(locations.autodiscover(MARIO.sid), "PreferLocalXML", RegValue.dword(0))
    first = roll_back(pc, FIRST, check=True)
    done = roll_back(pc, FIRST)
    assert done.outcome.changed
    key = f"{locations.autodiscover(MARIO.sid)}\\PreferLocalXML"
    assert done.left == first.left == (undo.LeftSetting(key, 1, 0),)
    assert pc.everything.value(locations.autodiscover(MARIO.sid), "PreferLocalXML") == RegValue.dword(0)


def test_a_user_who_is_not_logged_on() -> None:
    pc = OfficePc()
    configure(pc, FIRST, account())
    pc.log_off(MARIO)
    done = roll_back(pc, FIRST)
    assert not done.outcome.changed
    (notice,) = done.notices
    assert "is not logged on to this PC" in notice


def test_the_log_has_no_password_and_is_of_one_user() -> None:
    pc = OfficePc()
    configure(pc, FIRST, account(password="synthetic-1!"))
    text = change_notes.content(pc.snapshot(MARIO.sid).registry, MARIO.sid)
    assert text
    assert b"synthetic" not in text
    assert change_notes.content(pc.snapshot(ANNA.sid).registry, ANNA.sid) == b""


def test_the_log_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert change_notes._LIMIT == 64 * 1024
    runs, limit = size(120, 12), size(64, 6) * 1024
    monkeypatch.setattr(change_notes, "_LIMIT", limit)
    pc = OfficePc()
    for number in range(runs):
        configure(pc, f"2026{number:04}T000000Z-1", account(full_name=f"Mario {number}"))
    content = change_notes.content(pc.snapshot(MARIO.sid).registry, MARIO.sid)
    assert limit / 2 < len(content) < limit
    assert change_log_reader.last_run(change_log_reader.parsed(content)) == f"2026{runs - 1:04}T000000Z-1"


def test_a_log_that_is_none_stops_nothing() -> None:
    pc = OfficePc()
    pc.set(locations.log(MARIO.sid), locations.LOG, RegValue.sz("somebody's"))
    outlook = client(pc, FIRST)
    assert reconcile(outlook, [account()]).changed
    assert outlook.log is not None
    assert len(outlook.log.warnings) == 1
    value = pc.everything.value(locations.log(MARIO.sid), locations.LOG)
    assert value is not None
    assert value.text == "somebody's"
    assert account().state is State.PRESENT


def test_the_signature_of_an_account_that_is_withdrawn_goes_with_it() -> None:
    pc = OfficePc()
    configure(pc, FIRST, account(signature={"text": "Jo"}))
    assert len(pc.signatures[MARIO.sid]) == 3
    assert roll_back(pc, FIRST).outcome.changed
    assert pc.signatures[MARIO.sid] == {}
    assert not [path for path in stored(pc)[0] if path.startswith(locations.RECORDS)]
