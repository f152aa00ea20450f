# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PC behind a connection: what it is asked, what comes back, what goes wrong on the way."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import locations
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError
from ansible_collections.charter.mail.plugins.module_utils._windows import keys
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import (
    KeyWrite,
    Registry,
    RegValue,
)
from ansible_collections.charter.mail.plugins.module_utils._windows.users import WindowsUser
from ansible_collections.charter.mail.plugins.plugin_utils._windows import batch
from ansible_collections.charter.mail.plugins.plugin_utils._windows.pc import WindowsPc

from .windows import Windows

SID = "S-1-5-21-1-2-3-1001"
OTHER = "S-1-5-21-1-2-3-1002"
FOLDER = locations.folder("C:\\ProgramData", SID)
PARENTS = ["C:\\ProgramData\\charter.mail", "C:\\ProgramData\\charter.mail\\Outlook"]
SETUP = locations.setup(SID)
WRITE = KeyWrite(SETUP, {"ImportPRF": RegValue.sz("Zażółć \U0001f600")})


def windows(*writes: KeyWrite) -> Windows:
    listed = [
        KeyWrite(f"{keys.PROFILE_LIST}\\{sid}", {"ProfileImagePath": RegValue.expand_sz(f"C:\\Users\\{name}")})
        for sid, name in ((SID, "mario"), (OTHER, "anna"))
    ]
    hive = KeyWrite(locations.outlook(SID), {"DefaultProfile": RegValue.sz("Outlook")})
    return Windows(Registry().written([*listed, hive, *writes]))


def test_what_is_true_for_all_users() -> None:
    pc = windows(
        KeyWrite(keys.CODE_PAGES, {"ACP": RegValue.sz("1250")}),
        KeyWrite(locations.CLASSIC, {"": RegValue.sz("C:\\OUTLOOK.EXE")}),
        KeyWrite(locations.STORE_APPS + "\\Microsoft.OutlookForWindows_1.2_x64__8wekyb3d8bbwe"),
    )
    machine = WindowsPc(pc).machine()
    assert machine.people == (WindowsUser(SID, "C:\\Users\\mario"), WindowsUser(OTHER, "C:\\Users\\anna"))
    assert (machine.program_data, machine.code_page) == ("C:\\ProgramData", "cp1250")
    assert machine.classic
    assert machine.new


@pytest.mark.parametrize(("acp", "name"), [("65001", "utf-8"), ("932", "cp932"), ("7", "cp1252"), ("", "cp1252")])
def test_code_pages(acp: str, name: str) -> None:
    assert WindowsPc(windows(KeyWrite(keys.CODE_PAGES, {"ACP": RegValue.sz(acp)}))).machine().code_page == name


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
    asked.write(SID, [WRITE], {"accounts.prf": b"one", "b.xml": b"two"})
    snapshot = asked.snapshot(SID)
    assert snapshot.files == {"accounts.prf": b"one", "b.xml": b"two"}
    assert snapshot.registry.value(SETUP, "ImportPRF") == WRITE.values["ImportPRF"]
    assert pc.ran == ["survey.cmd", "protect.cmd", "apply.cmd"]
    assert pc.folders[FOLDER].endswith(f"(A;OICI;0x1200a9;;;{SID})")
    assert all(pc.folders[parent].endswith("(A;;0x1200a9;;;BU)") for parent in PARENTS)
    assert asked.unproven == set()
    again = WindowsPc(pc)
    again.look_at([SID])
    again.write(SID, [], {"accounts.prf": b"three"})
    assert again.snapshot(SID).files["accounts.prf"] == b"three"
    assert pc.ran[3:] == ["survey.cmd", "look.cmd", "apply.cmd"]  # safe already


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
    with pytest.raises(HostError, match="not a folder of its own"):
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
    assert asked.unproven == {PARENTS[0]}


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
