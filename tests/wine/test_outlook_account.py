# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""outlook_account against a real registry, reg.exe and cmd.exe, Wine's: what it writes, and what it leaves alone."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._windows.registry import (
    KeyWrite,
    Registry,
    RegValue,
    difference,
)
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC
from ansible_collections.charter.mail.tests.wine.staging import ANNA, MARIO, PASSWORD, Admin


@pytest.fixture
def admin(ansible: Ansible, office_pc: OfficePC) -> Admin:
    return Admin(ansible, office_pc)


def folder(pc: OfficePC, user: str) -> pathlib.Path:
    """Where the files staged for somebody are."""
    return pc.file(rf"C:\ProgramData\charter.mail\Outlook\{getattr(pc, user).sid}")


def import_prf(pc: OfficePC) -> str | None:
    value = pc.registry(pc.mario.setup).value(pc.mario.setup, "ImportPRF")
    return value.text if value else None


def test_check_mode_changes_nothing(admin: Admin, office_pc: OfficePC) -> None:
    before = office_pc.photo()
    result = admin.configure(MARIO, ANNA, check=True)
    assert (result["failed"], result["changed"]) == (False, True), str(result)
    assert [account["status"] for account in result["accounts"]] == ["created", "created"]
    assert office_pc.photo() == before


def test_what_is_shown_is_what_is_done_and_only_once(admin: Admin, office_pc: OfficePC) -> None:
    roots = ["HKEY_USERS", r"HKEY_LOCAL_MACHINE\Software\Microsoft\Windows"]
    before, files = office_pc.registry(*roots), office_pc.files()
    foretold = admin.configure(MARIO, ANNA, check=True)
    result = admin.configure(MARIO, ANNA)
    assert result["changed"] is True
    assert result["diff"] == foretold["diff"]
    assert changes(result) == changes(foretold)
    after = {name: content for name, content in office_pc.files().items() if name not in files and content}
    done = {setting for setting, _, _ in written(before, office_pc.registry(*roots))}
    done |= {name.replace("/", "\\") for name in after}
    shown = {setting.removeprefix("C:\\") for setting in changes(result) if "Record" not in setting}
    assert shown == done

    photo = office_pc.photo()
    again = admin.configure(MARIO, ANNA)
    assert (again["changed"], again["diff"]) == (False, [])
    assert [account["status"] for account in again["accounts"]] == ["unchanged", "unchanged"]
    assert office_pc.photo() == photo


def changes(result: t.Mapping[str, t.Any]) -> dict[str, tuple[t.Any, t.Any]]:
    """All that a result says of what was changed: before and after by setting."""
    return {
        change["setting"]: (change["before"], change["after"])
        for account in result["accounts"]
        for change in account["changes"]
    }


def written(before: Registry, after: Registry) -> t.Iterator[tuple[str, t.Any, t.Any]]:
    """The values in which two registries differ."""
    for write in difference(before, after):
        for name, value in write.values.items():
            old = before.value(write.path, name)
            yield f"{write.path}\\{name}", old and old.plain, value and value.plain


def test_only_the_named_user_is_changed(admin: Admin, office_pc: OfficePC) -> None:
    before = office_pc.export(office_pc.anna.hive)
    own = office_pc.export(r"HKCU")
    assert admin.configure(MARIO)["changed"] is True
    assert office_pc.export(office_pc.anna.hive) == before
    assert office_pc.export(r"HKCU") == own
    assert not folder(office_pc, "anna").exists()
    value = office_pc.registry(office_pc.mario.hive).value(office_pc.mario.hive + r"\Software\Of their own", "")
    assert value is not None
    assert value.text == "kept"


@pytest.mark.parametrize("shell", ["cmd", "powershell"])
def test_no_command_or_file_contains_a_secret(ansible: Ansible, office_pc: OfficePC, shell: str) -> None:
    result = Admin(ansible, office_pc, shell).configure(MARIO, ANNA)
    assert result["changed"] is True, str(result)
    assert office_pc.temporary() == []
    asked = office_pc.asked()
    commands = [entry.text for entry in asked if entry.kind == "exec" and entry.script is None]
    assert commands
    for command in commands:
        assert command.startswith('cmd.exe /d /c "C:\\')
        assert command.endswith('.cmd"')
    for secret in (PASSWORD, "charter.net", "rossi", "bianchi"):
        assert [entry for entry in asked if secret in f"{entry.text} {entry.script}".lower()] == []
    assert PASSWORD not in str(result)
    registry, files = office_pc.photo()
    for content in (*registry.values(), *files.values()):
        assert PASSWORD.encode() not in content
        assert PASSWORD.encode("utf-16-le") not in content


# What goes wrong on the way, and how it shows: a line that reg.exe passes over, and a value that arrives otherwise.
DAMAGES = [
    {"file": "*.reg", "text": '"ImportPRF"=', "instead": '"ImportPRF" is '},
    {"file": "*.reg", "text": "accounts.prf", "instead": "account.prf"},
    {"file": "*.cmd", "text": "reg", "instead": "rig"},
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage["instead"])
def test_a_damaged_import_is_detected(admin: Admin, office_pc: OfficePC, damage: t.Mapping[str, str]) -> None:
    result = admin.configure(MARIO, damage=[damage])
    assert result["failed"] is True
    assert office_pc.temporary() == []
    # The next run sets it right.
    result = admin.configure(MARIO)
    assert result["failed"] is False, str(result)
    assert result["accounts"][0]["outlook_status"] == "staged"


def test_absent_removes_what_was_staged(admin: Admin, office_pc: OfficePC) -> None:
    user = office_pc.mario
    office_pc.write(
        KeyWrite(user.autodiscover, {"PreferLocalXML": RegValue.dword(0), "other.example": RegValue.sz(r"C:\x.xml")}),
        KeyWrite(user.setup, {"First-Run": RegValue.binary(b"\x01\x02"), "Other": RegValue.sz("kept")}),
    )
    before, files = office_pc.registry("HKEY_USERS"), office_pc.files()
    assert admin.configure(MARIO, ANNA)["changed"] is True
    gone = {"state": "absent"}
    result = admin.configure({**MARIO, **gone}, {**ANNA, **gone})
    assert [account["status"] for account in result["accounts"]] == ["removed", "removed"]
    # Empty keys may stay.
    assert list(written(before, office_pc.registry("HKEY_USERS"))) == []
    left = {name for name, content in office_pc.files().items() if name not in files and content}
    assert left == set()
    assert admin.configure({**MARIO, **gone}, {**ANNA, **gone})["changed"] is False


def test_one_of_two_accounts_is_removed(admin: Admin, office_pc: OfficePC) -> None:
    second = {**MARIO, "email": "m.rossi@spectrum.net"}
    admin.configure(MARIO, second)
    prf = folder(office_pc, "mario") / "accounts.prf"
    assert prf.read_bytes().count(b"EmailAddress=m") == 2
    admin.configure({**second, "state": "absent"})
    assert b"spectrum.net" not in prf.read_bytes()
    assert b"EmailAddress=mario.rossi@charter.net" in prf.read_bytes()
    assert admin.standings(MARIO) == ["staged"]


def test_a_foreign_prf_is_kept(admin: Admin, office_pc: OfficePC) -> None:
    office_pc.write(KeyWrite(office_pc.mario.setup, {"ImportPRF": RegValue.sz(r"\\\\server\share\corp.prf")}))
    before = office_pc.photo()
    result = admin.configure(MARIO)
    assert (result["failed"], result["changed"]) == (True, False)
    (account,) = result["accounts"]
    assert (account["status"], account["outlook_status"]) == ("failed", "blocked")
    assert r"\\\\server\share\corp.prf" in account["advice"]
    assert office_pc.photo() == before


def test_exchange_takes_precedence(admin: Admin, office_pc: OfficePC) -> None:
    exchange = {"ZeroConfigExchange": RegValue.dword(1)}
    for key in (office_pc.mario.outlook, office_pc.anna.policies):
        office_pc.write(KeyWrite(key + r"\AutoDiscover", exchange))
    result = admin.configure(MARIO, ANNA)
    assert result["changed"] is False
    assert [account["outlook_status"] for account in result["accounts"]] == ["blocked", "blocked"]
    assert all("ZeroConfigExchange is 1" in account["advice"] for account in result["accounts"])


def test_the_new_outlook_takes_no_account(admin: Admin, office_pc: OfficePC) -> None:
    office_pc.replace_by_new_outlook()
    result = admin.configure(MARIO)
    assert (result["failed"], result["accounts"][0]["outlook_status"]) == (True, "blocked")
    assert "new Outlook" in result["accounts"][0]["advice"]
    assert import_prf(office_pc) is None


def test_a_user_who_is_not_logged_on_is_pending(admin: Admin, office_pc: OfficePC) -> None:
    office_pc.log_off(office_pc.mario)
    result = admin.configure(MARIO, ANNA)
    assert result["failed"] is False
    mario, anna = result["accounts"]
    assert (mario["status"], mario["outlook_status"]) == ("skipped", "pending_logon")
    assert "mario is not logged on" in mario["advice"]
    assert (anna["status"], anna["outlook_status"]) == ("created", "staged")
    assert office_pc.mario.sid not in office_pc.prefix.run(["reg.exe", "query", "HKU"]).stdout.decode()


def test_a_sid_means_the_same_as_a_name(admin: Admin, office_pc: OfficePC) -> None:
    admin.configure(MARIO)
    assert admin.standings({**MARIO, "user": office_pc.mario.sid}) == ["staged"]
    unknown = admin.configure({**MARIO, "user": "luca"})
    assert unknown["failed"] is True
    for name in ("luca", "mario", "anna", office_pc.anna.sid):
        assert name in unknown["msg"]


def test_names_in_the_code_page_of_the_pc(admin: Admin, office_pc: OfficePC) -> None:
    account = {**MARIO, "full_name": "Marian Żółw"}
    refused = admin.configure(account)
    assert refused["failed"] is True
    assert "Żółw" in refused["msg"]
    assert import_prf(office_pc) is None
    office_pc.set_code_page(1250)
    assert admin.configure(account)["changed"] is True
    assert "Marian Żółw" in (folder(office_pc, "mario") / "accounts.prf").read_bytes().decode("cp1250")


def test_a_server_change_is_staged_again(admin: Admin, office_pc: OfficePC) -> None:
    admin.configure(MARIO)
    result = admin.configure({**MARIO, "provider": "spectrum"})
    assert (result["changed"], result["accounts"][0]["status"]) == (True, "updated")
    content = (folder(office_pc, "mario") / "accounts.prf").read_bytes()
    assert b"mobile.charter.net" in content
    assert b"imap.charter.net" not in content
