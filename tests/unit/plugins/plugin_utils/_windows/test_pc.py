# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PC behind a connection: what it is asked, what comes back, what goes wrong on the way."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import installations, locations
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError, HostError
from ansible_collections.charter.mail.plugins.module_utils._windows import registry_keys
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import (
    KeyWrite,
    RegValue,
)
from ansible_collections.charter.mail.plugins.module_utils._windows.users import WindowsUser
from ansible_collections.charter.mail.plugins.plugin_utils._windows import batch
from ansible_collections.charter.mail.plugins.plugin_utils._windows.pc import WindowsPc

from .two_users import FOLDER, OTHER, PARENTS, RECORD, SETUP, SID, WRITE, unreadable_alone, windows
from .windows import LINE_BREAK

PLANTED = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;" + SID + ")"


def test_what_is_true_for_all_users() -> None:
    pc = windows(
        KeyWrite(registry_keys.CODE_PAGES, {"ACP": RegValue.sz("1250")}),
        KeyWrite(installations.CLASSIC, {"": RegValue.sz("C:\\OUTLOOK.EXE")}),
        KeyWrite(installations.STORE_APPS + "\\Microsoft.OutlookForWindows_1.2_x64__8wekyb3d8bbwe"),
    )
    machine = WindowsPc(pc).machine()
    assert machine.users == (WindowsUser(SID, "C:\\Users\\mario"), WindowsUser(OTHER, "C:\\Users\\anna"))
    assert (machine.program_data, machine.code_page) == ("C:\\ProgramData", "cp1250")
    assert machine.classic
    assert machine.new


@pytest.mark.parametrize(("acp", "name"), [("65001", "cp65001"), ("932", "cp932"), ("7", "cp7"), ("", "")])
def test_code_pages(acp: str, name: str) -> None:
    assert WindowsPc(windows(KeyWrite(registry_keys.CODE_PAGES, {"ACP": RegValue.sz(acp)}))).machine().code_page == name


def test_a_pc_without_outlook() -> None:
    machine = WindowsPc(windows()).machine()
    assert (machine.classic, machine.new) == (False, False)


def test_a_snapshot_has_what_is_the_users() -> None:
    pc = windows(KeyWrite(locations.record(SID), {"Record": RegValue.sz("{}")}), KeyWrite(locations.record(OTHER)))
    pc.folders[FOLDER] = ""
    pc.files[FOLDER + "\\accounts.prf"] = b"\r\nx\r\n"
    pc.files[FOLDER + "\\empty.xml"] = b""
    asked = WindowsPc(pc)
    asked.look_at([SID, OTHER])
    mine, other = asked.snapshot(SID), asked.snapshot(OTHER)
    assert mine.loaded
    assert not other.loaded
    assert mine.files == {"accounts.prf": b"\r\nx\r\n", "empty.xml": b""}
    assert other.files == {}
    assert set(mine.registry) == {locations.outlook(SID), locations.record(SID)}
    assert pc.ran == ["survey.cmd", "look.cmd"]


def test_what_is_written_is_there_and_read_back_and_safe_from_others() -> None:
    pc = windows()
    asked = WindowsPc(pc)
    asked.write(SID, [WRITE, RECORD], {"accounts.prf": b"one", "b.xml": b"two"})
    snapshot = asked.snapshot(SID)
    assert snapshot.files == {"accounts.prf": b"one", "b.xml": b"two"}
    assert snapshot.registry.value(SETUP, "ImportPRF") == WRITE.values["ImportPRF"]
    assert pc.ran == ["survey.cmd", "look.cmd", "protect.cmd", "apply.cmd"]
    assert pc.folders[FOLDER].endswith(f"(A;OICI;0x1200a9;;;{SID})")
    assert all(pc.folders[parent].endswith("(A;;0x1200a9;;;BU)") for parent in PARENTS)
    assert asked.folders.unproven == set()
    again = WindowsPc(pc)
    again.look_at([SID])
    again.write(SID, [], {"accounts.prf": b"three"})
    assert again.snapshot(SID).files["accounts.prf"] == b"three"
    assert pc.ran[4:] == ["survey.cmd", "look.cmd", "apply.cmd"]  # safe already
    assert again.folders.moved_aside == {}


def test_what_is_deleted_goes_with_its_folders_unless_others_have_theirs_there() -> None:
    pc = windows()
    asked = WindowsPc(pc)
    asked.write(SID, [], {"accounts.prf": b"one"})
    asked.write(OTHER, [], {"accounts.prf": b"two"})
    asked.write(SID, [KeyWrite(SETUP, delete=True)], {"accounts.prf": None})
    assert set(pc.folders) == {*PARENTS, locations.folder("C:\\ProgramData", OTHER)}
    asked.write(SID, [], {"accounts.prf": b"again"})
    assert asked.snapshot(SID).files == {"accounts.prf": b"again"}
    for sid in (SID, OTHER):
        asked.write(sid, [], {"accounts.prf": None})
    assert pc.folders == {}


@pytest.mark.parametrize("folder", [FOLDER, *PARENTS])
def test_a_folder_that_leads_elsewhere_is_refused(folder: str) -> None:
    pc = windows()
    pc.folders[folder] = ""
    pc.links.add(folder)
    with pytest.raises(HostError, match="a link or not a folder"):
        WindowsPc(pc).write(SID, [WRITE], {"accounts.prf": b"one"})
    assert pc.registry.value(SETUP, "ImportPRF") is None
    assert not [path for path in pc.files if path.endswith(".prf")]


def test_a_folder_that_others_can_change_is_refused() -> None:
    pc = windows()
    pc.icacls = "fails"
    with pytest.raises(HostError, match="other users may change"):
        WindowsPc(pc).write(SID, [WRITE], {"accounts.prf": b"one"})
    assert pc.registry.value(SETUP, "ImportPRF") is None


def test_rights_that_the_pc_does_not_tell_are_told() -> None:
    pc = windows()
    pc.icacls = "stub"
    asked = WindowsPc(pc)
    asked.write(SID, [WRITE], {"accounts.prf": b"one"})
    assert asked.folders.unproven == {PARENTS[0]}


def test_a_file_that_was_there_is_replaced_as_an_object() -> None:
    pc = windows(RECORD)
    pc.files[FOLDER + "\\accounts.prf"] = b"theirs"
    asked = WindowsPc(pc)
    asked.write(SID, [WRITE], {"accounts.prf": b"one"})
    assert f"del {FOLDER}\\accounts.prf" in pc.did
    assert pc.did.index(f"del {FOLDER}\\accounts.prf") < pc.did.index(f"copy {FOLDER}\\accounts.prf")
    assert asked.snapshot(SID).files == {"accounts.prf": b"one"}


def test_a_file_that_cannot_be_deleted_is_never_written_into() -> None:
    pc = windows(RECORD)
    pc.files[FOLDER + "\\accounts.prf"] = b"theirs"
    pc.undeletable.add(FOLDER + "\\accounts.prf")
    asked = WindowsPc(pc)
    with pytest.raises(HostError, match=r"accounts\.prf: .*cannot be deleted.*antivirus"):
        asked.write(SID, [WRITE], {"accounts.prf": b"one"})
    assert pc.files[FOLDER + "\\accounts.prf"] == b"theirs"
    assert pc.registry.value(SETUP, "ImportPRF") is None


def test_what_is_in_a_folder_by_the_name_of_a_file_stays() -> None:
    pc = windows(RECORD)
    inner = FOLDER + "\\accounts.prf\\theirs.txt"
    pc.folders[FOLDER + "\\accounts.prf"] = ""
    pc.files[inner] = b"theirs"
    with pytest.raises(HostError, match="cannot be deleted"):
        WindowsPc(pc).write(SID, [WRITE], {"accounts.prf": b"one"})
    assert pc.files[inner] == b"theirs"


@pytest.mark.parametrize("made", [PARENTS[:1], PARENTS, [*PARENTS, FOLDER]])
def test_folders_of_another_users_making_are_replaced_and_kept(made: list[str]) -> None:
    pc = windows()
    pc.folders.update(dict.fromkeys(made, PLANTED))  # the rights look right, but their owner can change them
    pc.files[made[-1] + "\\theirs.txt"] = b"theirs"
    asked = WindowsPc(pc)
    asked.write(SID, [WRITE], {"accounts.prf": b"one"})
    ((folder, aside),) = asked.folders.moved_aside.items()
    assert folder == PARENTS[0]
    assert aside.startswith(PARENTS[0] + ".before-")
    assert pc.files[aside + made[-1][len(folder) :] + "\\theirs.txt"] == b"theirs"
    assert asked.snapshot(SID).files == {"accounts.prf": b"one"}


def test_what_others_have_staged_already_stays_where_it_is() -> None:
    pc = windows(KeyWrite(locations.record(OTHER), {locations.RECORD: RegValue.sz("{}")}))
    others = locations.folder("C:\\ProgramData", OTHER)
    pc.folders.update(dict.fromkeys([*PARENTS, others], PLANTED))
    pc.files[others + "\\accounts.prf"] = b"anna's"
    asked = WindowsPc(pc)
    asked.write(SID, [WRITE], {"accounts.prf": b"one"})
    assert asked.folders.moved_aside == {}
    assert pc.files[others + "\\accounts.prf"] == b"anna's"


def test_a_folder_that_cannot_be_replaced_is_refused() -> None:
    pc = windows()
    pc.folders[PARENTS[0]] = PLANTED
    pc.undeletable.add(PARENTS[0])
    with pytest.raises(HostError, match=r"charter\.mail: .*another user created it.*nothing was staged"):
        WindowsPc(pc).write(SID, [WRITE], {"accounts.prf": b"one"})
    assert pc.registry.value(SETUP, "ImportPRF") is None


def test_a_hive_that_is_there_and_cannot_be_opened_is_no_logged_off_user() -> None:
    pc = windows()
    pc.closed.add(registry_keys.hive(SID))
    asked = WindowsPc(pc)
    asked.look_at([SID, OTHER])
    assert not asked.snapshot(OTHER).loaded
    with pytest.raises(HostError, match=r"no administrator's rights.*LocalAccountTokenFilterPolicy"):
        asked.snapshot(SID)
    with pytest.raises(HostError, match="no administrator's rights"):
        asked.write(SID, [WRITE], {})


def test_a_connection_without_rights_is_told_although_nobody_is_logged_on() -> None:
    pc = windows(KeyWrite(registry_keys.LOCAL_SERVICE))
    assert not WindowsPc(pc).snapshot(OTHER).loaded
    pc.closed.add(registry_keys.LOCAL_SERVICE)
    with pytest.raises(HostError, match=r"S-1-5-19: .*no administrator's rights"):
        WindowsPc(pc).look_at([OTHER])


def test_a_reg_exe_that_may_not_run_is_no_pc_without_users() -> None:
    pc = windows()
    pc.has_reg = False
    with pytest.raises(HostError, match=r"reg\.exe gave no answer.*DisableRegistryTools"):
        WindowsPc(pc).machine()
    pc.has_reg = True
    asked = WindowsPc(pc)
    asked.machine()
    pc.has_reg = False
    with pytest.raises(HostError, match=r"reg\.exe gave no answer"):
        asked.look_at([SID])


def test_a_users_key_with_line_breaks_in_its_name_is_no_record_of_ours() -> None:
    forged = f"{locations.outlook(SID)}\\x]{LINE_BREAK}{LINE_BREAK}[{locations.record(SID)}"
    pc = windows(KeyWrite(forged, {locations.RECORD: RegValue.sz("{}")}), KeyWrite(registry_keys.hive(OTHER)))
    asked = unreadable_alone(pc, HostError, r"Outlook: its export names .*not below it.*line break")
    with pytest.raises(HostError, match="line break"):
        asked.write(SID, [WRITE], {"accounts.prf": b"one"})
    assert FOLDER not in pc.folders


def test_what_was_staged_can_be_taken_back_although_the_user_cannot_be_read_any_more() -> None:
    pc = windows()
    asked = WindowsPc(pc)
    asked.write(SID, [WRITE, RECORD], {"accounts.prf": b"one"})
    pc.registry = pc.registry.written([KeyWrite(f"{locations.outlook(SID)}\\x{LINE_BREAK}y")])
    asked.write(SID, [], {"accounts.prf": b"two"})
    with pytest.raises(DamagedFileError):
        asked.snapshot(SID)
    asked.write(SID, [KeyWrite(SETUP, {"ImportPRF": None})], {"accounts.prf": None})
    assert pc.registry.value(SETUP, "ImportPRF") is None
    assert FOLDER + "\\accounts.prf" not in pc.files


def test_values_that_are_not_needed_are_passed_over_and_passwords_before_all() -> None:
    account = locations.outlook(SID) + r"\Profiles\Outlook\9375CFF0413111d3B88A00104B2A6676\00000002"
    secret = {name: RegValue.binary(b"\2\1DPAPI") for name in ("POP3 Password", "IMAP Password", "SMTP password")}
    kept = {"clsid": RegValue.sz("x"), "Email": RegValue.sz("y")}
    pc = windows(
        KeyWrite(account, {**secret, **kept, "Delivery Store EntryID": RegValue.binary(b"x")}),
        KeyWrite(locations.outlook(SID) + r"\Search", {"Catalog": RegValue.dword(1)}),
        KeyWrite(locations.policies(SID), {"Password": RegValue.sz("x"), "Other": RegValue.sz("x")}),
    )
    registry = WindowsPc(pc).snapshot(SID).registry
    assert dict(registry[account]) == kept
    assert dict(registry[locations.outlook(SID) + r"\Search"]) == {}
    assert set(registry[locations.policies(SID)]) == {"Other"}
    assert dict(registry[locations.outlook(SID)]) == {"DefaultProfile": RegValue.sz("Outlook")}


@pytest.mark.parametrize(
    ("values", "version"),
    [
        ({"": r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE"}, 16),
        ({"": r'"C:\PROGRA~1\MICROS~1\Office15\outlook.exe"'}, 15),
        ({"Path": r"C:\Program Files (x86)\Microsoft Office\Office14\\"[:-1]}, 14),
        ({"": r"D:\OUTLOOK.EXE"}, None),
        ({}, None),
    ],
)
def test_which_classic_outlook_starts(values: dict[str, str], version: int | None) -> None:
    texts = {name: RegValue.sz(text) for name, text in values.items()}
    machine = WindowsPc(windows(KeyWrite(installations.CLASSIC, texts))).machine()
    assert (machine.classic, machine.classic_version) == (True, version)


def test_the_pcs_own_name() -> None:
    names = {"ActiveComputerName": "pc01", "ComputerName": "PC02"}
    writes = [
        KeyWrite(f"{registry_keys.COMPUTER_NAME}\\{key}", {"ComputerName": RegValue.sz(name)})
        for key, name in names.items()
    ]
    assert WindowsPc(windows(*writes)).machine().name == "PC01"
    assert WindowsPc(windows(writes[1])).machine().name == "PC02"
    assert WindowsPc(windows()).machine().name == ""


def test_a_pc_that_runs_no_batch_files_is_told_with_what_it_said() -> None:
    pc = windows()
    pc.runs = False
    with pytest.raises(HostError, match=r"blocked by group policy.*AppLocker"):
        WindowsPc(pc).machine()


@pytest.mark.parametrize("content", [b"", b"word begin\r\n", b"other begin\r\nother end\r\n", b"word begin\r\nword en"])
def test_an_answer_that_is_not_whole_is_none(content: bytes) -> None:
    assert batch.parse(content, "word") is None


@pytest.mark.parametrize("sign", ['"', "%", "&", "|", ">", "^", "!", "(", "\n", "é"])
def test_nothing_that_cmd_would_interpret_gets_into_a_batch_file(sign: str) -> None:
    made = batch.Batch("word")
    for add in (made.answer_whether_key, made.answer_key, made.put_file, made.answer_files, made.answer_rights):
        with pytest.raises(HostError, match=r"cmd\.exe"):
            add("x", f"a{sign}b")
