# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PCs as public exports and threads show them: the right user, the right cause, and nothing of others' making."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._windows.registry import KeyWrite, RegValue
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.wine.fake_outlook import FakeOutlook
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC, WindowsUser
from ansible_collections.charter.mail.tests.wine.prefix import Prefix
from ansible_collections.charter.mail.tests.wine.prf_rules import IMAP
from ansible_collections.charter.mail.tests.wine.staging import MARIO, Admin

CARLA = "S-1-5-21-1111111111-2222222222-3333333333-1003"
VERDI = "S-1-5-21-1111111111-2222222222-3333333333-1004"
APP_PATHS = r"HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion\App Paths\OUTLOOK.EXE"
STAGED = {
    "clsid": IMAP,
    "Account Name": "mario.rossi@charter.net",
    "Email": "mario.rossi@charter.net",
    "Display Name": "Mario Rossi",
    "IMAP Server": "imap.charter.net",
    "IMAP User": "mario.rossi@charter.net",
    "IMAP Port": 993,
    "IMAP Use SSL": 1,
    "SMTP Server": "smtp.charter.net",
    "SMTP Port": 587,
    "SMTP Secure Connection": 2,
    "SMTP Use Auth": 1,
}


@pytest.fixture
def admin(ansible: Ansible, office_pc: OfficePC) -> Admin:
    return Admin(ansible, office_pc)


def folder(pc: OfficePC, user: WindowsUser) -> pathlib.Path:
    return pc.file(rf"C:\ProgramData\charter.mail\Outlook\{user.sid}")


def import_prf(pc: OfficePC, user: WindowsUser) -> str | None:
    value = pc.registry(user.setup).value(user.setup, "ImportPRF")
    return None if value is None else value.text


def outlook_account(pc: OfficePC, **other: t.Any) -> None:
    """An account in mario's Outlook, which he opens with the profile Outlook."""
    outlook = FakeOutlook(pc, pc.mario)
    outlook.start()
    values = {**STAGED, **{name.replace("_", " "): value for name, value in other.items()}}
    outlook.add({name: value for name, value in values.items() if value is not None})


def test_an_account_never_goes_to_a_user_whose_name_only_begins_alike(admin: Admin, office_pc: OfficePC) -> None:
    verdi = office_pc.add_user("carla.verdi", VERDI)
    account = {**MARIO, "user": "carla"}
    for user in ("carla", r"CORP\carla", r".\carla", "carla@corp.example"):
        refused = admin.configure({**account, "user": user})
        assert refused["failed"] is True
        assert "carla.verdi" in refused["msg"]
    assert import_prf(office_pc, verdi) is None
    carla = office_pc.add_user("carla", CARLA)
    assert admin.configure({**account, "user": r"CORP\carla"})["accounts"][0]["user"] == "carla"
    assert import_prf(office_pc, carla) is not None
    assert import_prf(office_pc, verdi) is None


def test_the_pcs_own_name_is_one_that_windows_adds(admin: Admin, office_pc: OfficePC) -> None:
    key = r"HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control\ComputerName"
    stored = office_pc.registry(key).value(key + r"\ActiveComputerName", "ComputerName")
    assert stored is not None
    assert stored.text
    office_pc.add_user(f"carla.{stored.text}", CARLA)
    assert admin.standings({**MARIO, "user": "carla"}) == ["staged"]


@pytest.mark.parametrize(("number", "name", "codec"), [(65001, "Zofia Żółw", "utf-8"), (936, "中", "gbk")])
def test_code_pages_that_python_calls_otherwise(
    admin: Admin, office_pc: OfficePC, number: int, name: str, codec: str
) -> None:
    office_pc.set_code_page(number)
    assert admin.configure({**MARIO, "full_name": name})["changed"] is True
    assert f"DisplayName={name}\r\n".encode(codec) in (folder(office_pc, office_pc.mario) / "accounts.prf").read_bytes()


def test_a_code_page_that_is_not_known_is_named(admin: Admin, office_pc: OfficePC) -> None:
    office_pc.set_code_page(708)  # Wine has it, Python does not; Wine 10 starts no program in one that it lacks
    refused = admin.configure(MARIO)
    assert refused["failed"] is True
    assert "code page for programs without Unicode is 708" in refused["msg"]
    assert import_prf(office_pc, office_pc.mario) is None


def test_what_another_user_made_is_replaced_as_an_object_and_kept(admin: Admin, office_pc: OfficePC) -> None:
    place = folder(office_pc, office_pc.mario)
    place.mkdir(parents=True)
    theirs = place / "accounts.prf"
    theirs.write_bytes(b"theirs")
    inode, top = theirs.stat().st_ino, place.parents[1]
    made = top.stat().st_ino
    try:
        assert admin.standings(MARIO) == ["staged"]
        assert theirs.read_bytes() == b"theirs"  # check mode changes nothing
        assert admin.configure(MARIO)["changed"] is True
        assert (place / "accounts.prf").stat().st_ino != inode
        assert top.stat().st_ino != made
        (aside,) = top.parent.glob("charter.mail.before-*")
        assert (aside / "Outlook" / office_pc.mario.sid / "accounts.prf").read_bytes() == b"theirs"
        # What is ours is not moved again, and a file in it is replaced as an object, too.
        inode = (place / "accounts.prf").stat().st_ino
        (place / "accounts.prf").write_bytes(b"changed")
        assert admin.configure(MARIO)["changed"] is True
        assert list(top.parent.glob("charter.mail.before-*")) == [aside]
        assert b"imap.charter.net" in (place / "accounts.prf").read_bytes()
    finally:
        for left in top.parent.glob("charter.mail.before-*"):
            for path in sorted(left.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            left.rmdir()


def test_outlook_2013_reads_nothing_of_it(admin: Admin, office_pc: OfficePC) -> None:
    path = r"C:\Program Files\Microsoft Office 15\root\Office15\OUTLOOK.EXE"
    office_pc.write(KeyWrite(APP_PATHS, {"": RegValue.sz(path)}))
    result = admin.configure(MARIO)
    assert (result["failed"], result["accounts"][0]["outlook_status"]) == (True, "blocked")
    assert "Outlook 2013" in result["accounts"][0]["advice"]
    assert import_prf(office_pc, office_pc.mario) is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"IMAP_Use_SPA": 1}, "secure_password_authentication: no wanted, yes"),
        ({"SMTP_Auth_Method": 2}, "only at the incoming server"),
        ({"SMTP_Secure_Connection": 3}, "587 auto"),
    ],
)
def test_what_keeps_an_account_from_signing_in(
    admin: Admin, office_pc: OfficePC, values: dict[str, int], said: str
) -> None:
    outlook_account(office_pc, **values)
    (entry,) = admin.configure(MARIO)["accounts"]
    assert entry["outlook_status"] == "drifted"
    assert said in entry["advice"]


def test_an_account_without_its_address_is_recognised(admin: Admin, office_pc: OfficePC) -> None:
    outlook_account(office_pc, Email=None)
    assert admin.standings(MARIO) == ["configured"]


def test_an_import_prf_from_another_pc_is_taken_back(admin: Admin, office_pc: OfficePC) -> None:
    user = office_pc.mario
    ours = rf"C:\ProgramData\charter.mail\Outlook\{user.sid}\accounts.prf"
    office_pc.write(KeyWrite(user.setup, {"ImportPRF": RegValue.sz(ours)}))
    assert admin.configure({**MARIO, "state": "absent"})["changed"] is True
    assert import_prf(office_pc, user) is None
    office_pc.write(KeyWrite(user.setup, {"ImportPRF": RegValue.sz(ours)}))
    assert admin.configure(MARIO)["accounts"][0]["outlook_status"] == "staged"
    assert admin.configure({**MARIO, "state": "absent"})["changed"] is True
    assert import_prf(office_pc, user) is None


# reg.exe does not run; the list of users is lost; a part is cut off.
DAMAGES = [
    ({"file": "survey.cmd", "text": "reg.exe", "instead": "rig.exe"}, "reg.exe gave no answer"),
    ({"file": "look.cmd", "text": "reg.exe", "instead": "rig.exe"}, "reg.exe gave no answer"),
    ({"file": "survey.cmd", "text": "move /y", "instead": "rem"}, " lacks "),
    ({"file": "look.cmd", "text": "move /y", "instead": "rem"}, " lacks "),
    ({"file": "survey.cmd", "text": "echo", "instead": "rem"}, "did not run to its end"),
]


@pytest.mark.parametrize(("damage", "said"), DAMAGES, ids=[f"{one['file']} {one['instead']}" for one, _said in DAMAGES])
def test_causes_are_told_apart_and_nothing_is_armed(
    admin: Admin, office_pc: OfficePC, damage: t.Mapping[str, str], said: str
) -> None:
    result = admin.configure(MARIO, damage=[damage])
    assert result["failed"] is True
    assert said in result["msg"]
    assert "no Windows account" not in result["msg"]
    assert "not logged on" not in result["msg"]
    assert import_prf(office_pc, office_pc.mario) is None
    assert office_pc.temporary() == []


def test_a_users_key_that_reads_as_our_record_is_none(admin: Admin, office_pc: OfficePC, windows: Prefix) -> None:
    record = rf"HKEY_LOCAL_MACHINE\Software\charter.mail\Outlook\{office_pc.mario.sid}"
    forged = f"{office_pc.mario.outlook}\\x]\r\n\r\n[{record}"
    made = windows.run(["reg.exe", "add", forged, "/v", "StagingRecord", "/d", "{}", "/f"])
    assert made.returncode == 0, made.stderr
    assert office_pc.registry(office_pc.mario.outlook).value(record, "StagingRecord") == RegValue.sz("{}")
    results = admin.configure(MARIO, {**MARIO, "user": "anna"})
    assert results["failed"] is True
    assert "line break" in results["msg"], str(results)
    assert [one.get("outlook_status") for one in results["accounts"]] == [None, "staged"], str(results)
    assert import_prf(office_pc, office_pc.anna) is not None
    assert not folder(office_pc, office_pc.mario).exists()
    office_pc.write(KeyWrite(office_pc.mario.outlook, delete=True))


def test_a_lost_answer_to_a_write_is_asked_for_again(admin: Admin, office_pc: OfficePC) -> None:
    damage = {"file": "apply.cmd", "text": "move /y", "instead": "rem"}
    assert admin.configure(MARIO, damage=[damage])["failed"] is False  # it is asked for again
    assert admin.standings(MARIO) == ["staged"]
    assert admin.configure({**MARIO, "state": "absent"})["changed"] is True
    assert import_prf(office_pc, office_pc.mario) is None


@pytest.mark.parametrize(
    ("file", "line"), [("look.cmd", "reg.exe query"), ("apply.cmd", "if not exist kept.txt (reg.exe import")]
)
def test_a_program_that_does_not_start_is_started_again(
    admin: Admin, office_pc: OfficePC, file: str, line: str
) -> None:
    damage = {"file": file, "text": f"\n{line}", "instead": f"\n{line}".replace("reg.exe", "missing.exe")}
    result = admin.configure(MARIO, damage=[damage])
    assert (result["failed"], result["accounts"][0]["outlook_status"]) == (False, "staged"), result["msg"]
    assert admin.standings(MARIO) == ["staged"]
