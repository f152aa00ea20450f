# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_rollback against a real registry and reg.exe, Wine's: what was staged for Outlook, and the log of changes."""

from __future__ import annotations

import typing as t

from ansible_collections.charter.mail.plugins.module_utils._clients import change_log_reader
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import change_notes, locations
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import KeyWrite, Registry, RegValue
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.wine.fake_outlook import FakeOutlook
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC, WindowsUser
from ansible_collections.charter.mail.tests.wine.staging import ANNA, MARIO, PASSWORD, Admin

OURS = r"HKEY_LOCAL_MACHINE\Software\charter.mail"
LOGS = OURS + r"\OutlookChanges"
LOG_BYTES = 64 * 1024


def rollback(ansible: Ansible, pc: OfficePC, *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
    return ansible.module("mail_rollback", check=check, hosts=pc.inventory("cmd"), **options)


def staged(pc: OfficePC) -> tuple[Registry, dict[str, bytes]]:
    """All that stands for Outlook, without the log of changes, and without empty keys and folders, which may stay."""
    keys = [
        (path, values)
        for path, values in pc.registry("HKEY_USERS", OURS).items()
        if values and not path.upper().startswith(LOGS.upper())
    ]
    return Registry(keys), {path: content for path, content in pc.files().items() if content}


def log(pc: OfficePC, user: WindowsUser) -> bytes:
    return change_notes.content(pc.registry(LOGS), user.sid)


def logged_runs(pc: OfficePC, user: WindowsUser) -> list[tuple[str, str]]:
    """Each run in the log, the oldest first, with the one that it undid."""
    return [(entry.run, entry.undoes) for entry in change_log_reader.parsed(log(pc, user))]


def test_a_change_and_then_a_creation_are_undone(ansible: Ansible, office_pc: OfficePC) -> None:
    mario, anna, admin = office_pc.mario, office_pc.anna, Admin(ansible, office_pc)
    office_pc.write(
        KeyWrite(mario.setup, {"First-Run": RegValue.binary(b"\x01\x02"), "Other": RegValue.sz("kept")}),
        KeyWrite(mario.autodiscover, {"PreferLocalXML": RegValue.dword(0), "other.example": RegValue.sz(r"C:\x.xml")}),
    )
    furnished = staged(office_pc)
    first = _configured(admin, MARIO, ANNA)
    created = staged(office_pc)
    second = _configured(admin, {**MARIO, "provider": "spectrum", "full_name": 'Zoë "50% off" & ^| [y]'})
    changed = staged(office_pc)
    assert furnished != created != changed
    annas_log = log(office_pc, anna)

    undone = [
        _undo(ansible, office_pc, run, before, after)
        for run, before, after in ((second, changed, created), (first, created, furnished))
    ]
    assert [sorted((one["user"], one["accounts"][0]["status"]) for one in done["clients"]) for done in undone] == [
        [("mario", "undone")],
        [("anna", "removed"), ("mario", "removed")],
    ]
    assert "start Outlook" in undone[0]["msg"]  # with the account as it was
    assert [one["notices"] for one in undone[1]["clients"]] == [[], []]
    photo = office_pc.photo()
    assert rollback(ansible, office_pc, run=first)["changed"] is False
    assert office_pc.photo() == photo

    rollbacks = [(done["rollback"], done["run"]) for done in undone]
    assert logged_runs(office_pc, mario) == [(first, ""), (second, ""), *rollbacks]
    assert logged_runs(office_pc, anna) == [(first, ""), rollbacks[1]]
    assert log(office_pc, anna).startswith(annas_log)
    shown = office_pc.prefix.run(["reg.exe", "query", LOGS, "/s"]).stdout
    assert b"charter_mail_change" in shown
    for content in (shown, office_pc.export(LOGS), log(office_pc, mario), log(office_pc, anna)):
        assert PASSWORD.encode() not in content
        assert PASSWORD.encode("utf-16-le") not in content


def _configured(admin: Admin, *accounts: t.Mapping[str, t.Any]) -> str:
    """Configure accounts, and return the run's id."""
    result = admin.configure(*accounts)
    assert (result["failed"], result["changed"]) == (False, True), result["msg"]
    return str(result["run"])


def _undo(ansible: Ansible, pc: OfficePC, run: str, before: t.Any, after: t.Any) -> dict[str, t.Any]:
    """Undo a run, which check mode foretells without a change."""
    photo = pc.photo()
    foretold = rollback(ansible, pc, run=run, check=True)
    assert (foretold["failed"], foretold["changed"], foretold["rollback"]) == (False, True, ""), str(foretold)
    assert pc.photo() == photo
    assert staged(pc) == before
    done = rollback(ansible, pc, run=run)
    assert (done["failed"], done["changed"], done["run"]) == (False, True, run), str(done)
    assert (done["clients"], done["diff"]) == (foretold["clients"], foretold["diff"])
    assert staged(pc) == after
    return done


def test_what_others_have_taken_or_changed_is_left_and_named(ansible: Ansible, office_pc: OfficePC) -> None:
    mario, anna = office_pc.mario, office_pc.anna
    run = _configured(Admin(ansible, office_pc), MARIO, ANNA)
    older = _fill_log(office_pc, mario, run)
    FakeOutlook(office_pc, mario).start()
    foreign = RegValue.sz(r"\\server\share\corp.prf")
    office_pc.write(KeyWrite(anna.setup, {"ImportPRF": foreign}))
    taken = [office_pc.export(mario.outlook + key) for key in (r"\Profiles", r"\Setup")]

    done = rollback(ansible, office_pc, run="last")
    assert (done["failed"], done["run"]) == (False, run), str(done)
    by_user = {client["user"]: client for client in done["clients"]}
    (account,) = by_user["mario"]["accounts"]
    assert (account["status"], account["outlook_status"]) == ("undone", "configured")
    assert "where only the user can remove it" in done["msg"]
    assert [office_pc.export(mario.outlook + key) for key in (r"\Profiles", r"\Setup")] == taken

    (left,) = by_user["anna"]["left"]
    assert (left["setting"], left["stored"]) == (rf"{anna.setup}\ImportPRF", foreign.text)
    assert f"{left['setting']} was changed after the run, so it is kept." in done["msg"]
    assert office_pc.registry(anna.setup).value(anna.setup, "ImportPRF") == foreign
    assert [path for path in office_pc.files() if path.endswith((".prf", ".xml"))] == []

    # The oldest entries made room for the rollback's.
    content, runs = log(office_pc, mario), logged_runs(office_pc, mario)
    assert LOG_BYTES * 3 / 4 < len(content) <= LOG_BYTES
    assert runs[-2:] == [(run, ""), (done["rollback"], run)]
    assert [name for name, _ in runs[:-2]] == older[-len(runs) + 2 :]
    assert 0 < len(runs) - 2 < len(older)


def _fill_log(pc: OfficePC, user: WindowsUser, run: str) -> list[str]:
    """Put older runs, with a long name in each, before the only one in the log, more than there is room for.

    Returns:
        Their ids, the oldest first.
    """
    line = log(pc, user)
    long = line.replace(b"Mario Rossi", b"Mario Rossi" * 50)
    older = [f"20250101T{number:06}Z-1" for number in range(LOG_BYTES // len(long) + 1)]
    content = b"".join([*(long.replace(run.encode(), other.encode()) for other in older), line])
    pc.write(KeyWrite(locations.log(user.sid), {locations.LOG: RegValue.sz(content.decode("ascii"))}))
    assert log(pc, user) == content
    return older
