# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's folder of signatures on a PC behind a connection: what is read, what is written, what leads elsewhere."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import locations
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.signature_renditions import renditions
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError
from ansible_collections.charter.mail.plugins.module_utils._model.signature import LIMIT, Signature
from ansible_collections.charter.mail.plugins.module_utils._windows import registry_keys
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import KeyWrite, Registry, RegValue
from ansible_collections.charter.mail.plugins.module_utils._windows.users import WindowsUser
from ansible_collections.charter.mail.plugins.plugin_utils._windows.pc import WindowsPc
from ansible_collections.charter.mail.plugins.plugin_utils._windows.signature_folder import LARGEST

from .windows import Windows

SID = "S-1-5-21-1-2-3-1001"
NAME = "charter.mail mario.rossi@charter.net.htm"
SHELL_FOLDERS = locations.shell_folders(SID)


def folders(folder: str = "C:\\Users\\Mario Rossi") -> list[str]:
    return locations.signature_folders(WindowsUser(SID, folder))


FOLDERS = folders()
SIGNATURES = FOLDERS[-1]


def windows(*writes: KeyWrite, folder: str = "C:\\Users\\Mario Rossi") -> Windows:
    listed = KeyWrite(f"{registry_keys.PROFILE_LIST}\\{SID}", {"ProfileImagePath": RegValue.expand_sz(folder)})
    hive = KeyWrite(locations.outlook(SID), {"DefaultProfile": RegValue.sz("Outlook")})
    pc = Windows(Registry().written([listed, hive, *writes]))
    pc.folders.update(dict.fromkeys(folders(folder)[:-1], ""))
    return pc


def obstacle(pc: Windows) -> str:
    return WindowsPc(pc).snapshot(SID).signature_obstacle


def test_files_are_put_read_back_and_deleted_and_the_users_own_are_never_read() -> None:
    pc = windows()
    asked = WindowsPc(pc)
    assert obstacle(pc) == ""
    asked.write(SID, [], {}, {NAME: b"one\r\n", "charter.mail b@c.txt": b"two"})
    assert SIGNATURES in pc.folders
    assert pc.files[f"{SIGNATURES}\\{NAME}"] == b"one\r\n"
    pc.files[SIGNATURES + "\\own.htm"] = b"secret"
    again = WindowsPc(pc)
    assert again.snapshot(SID).signatures == {NAME: b"one\r\n", "charter.mail b@c.txt": b"two"}
    assert b"secret" not in (pc.fetch("answer.bin") or b"")
    again.write(SID, [], {}, {NAME: None})
    assert again.snapshot(SID).signatures == {"charter.mail b@c.txt": b"two"}
    assert SIGNATURES + "\\own.htm" in pc.files


def test_a_file_is_made_anew_and_never_written_into() -> None:
    pc = windows()
    pc.folders[SIGNATURES] = ""
    pc.files[f"{SIGNATURES}\\{NAME}"] = b"old"
    WindowsPc(pc).write(SID, [], {}, {NAME: b"new"})
    path = f"{SIGNATURES}\\{NAME}"
    assert [one for one in pc.did if one.endswith(path)] == [f"del {path}", f"copy {path}"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_that_leads_elsewhere_is_seen(folder: str) -> None:
    pc = windows()
    pc.folders[folder] = ""
    pc.links.add(folder)
    assert obstacle(pc) == f"{folder} is a link to another folder"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_that_has_come_to_lead_elsewhere_is_seen_before_anything_is_done(folder: str) -> None:
    pc = windows()
    pc.folders[SIGNATURES] = ""
    pc.files[f"{SIGNATURES}\\{NAME}"] = b"old"
    asked = WindowsPc(pc)
    asked.snapshot(SID)
    pc.links.add(folder)
    setup = KeyWrite(locations.setup(SID), {"ImportPRF": RegValue.sz("x")})
    with pytest.raises(HostError, match="a folder in its path is a link"):
        asked.write(SID, [setup], {}, {NAME: b"new"})
    assert pc.files[f"{SIGNATURES}\\{NAME}"] == b"old"
    assert pc.registry.value(locations.setup(SID), "ImportPRF") is None


def test_a_file_that_leads_elsewhere_is_never_taken_for_ours() -> None:
    pc = windows()
    pc.folders[SIGNATURES] = ""
    pc.files[f"{SIGNATURES}\\{NAME}"] = b"somebody's secret"
    pc.links.add(f"{SIGNATURES}\\{NAME}")
    assert WindowsPc(pc).snapshot(SID).signatures == {NAME: b""}


def test_a_large_file_is_not_copied_and_never_taken_for_ours() -> None:
    pc = windows()
    pc.folders[SIGNATURES] = ""
    pc.files[f"{SIGNATURES}\\{NAME}"] = b"x" * (LARGEST + 1)
    pc.files[f"{SIGNATURES}\\charter.mail b@c.rtf"] = b"y" * LARGEST
    found = WindowsPc(pc).snapshot(SID).signatures
    assert found == {NAME: b"", "charter.mail b@c.rtf": b"y" * LARGEST}
    assert len(pc.files["C:\\temp\\answer.bin"]) < LARGEST + 10_000


def test_the_longest_signature_is_no_large_file() -> None:
    for text in ("\N{GRINNING FACE}" * LIMIT, "\n" * LIMIT, "&" * LIMIT):
        for html in (True, False):
            files = renditions(Signature(text, html=html), "x")
            assert max(map(len, files.values())) <= LARGEST


@pytest.mark.parametrize(
    ("key", "name", "value", "told"),
    [
        (SHELL_FOLDERS, "AppData", r"\\server\home\mario", r"AppData folder is redirected (\\server\home\mario)"),
        (SHELL_FOLDERS, "AppData", r"%USERPROFILE%\AppData\Roaming", ""),
        (SHELL_FOLDERS, "AppData", r"C:\users\Mario Rossi\AppData\Roaming" + "\\", ""),
        (locations.office(SID), "Signatures", "Signaturen", "a folder with another name (Signaturen)"),
        (locations.office(SID), "Signatures", "Signatures", ""),
    ],
)
def test_where_outlook_looks_for_signatures(key: str, name: str, value: str, told: str) -> None:
    found = obstacle(windows(KeyWrite(key, {name: RegValue.expand_sz(value)})))
    assert found.endswith(told)
    assert bool(found) == bool(told)


@pytest.mark.parametrize("folder", ["C:\\Users\\Jürgen", "C:\\Users\\a&b", "C:\\Users\\" + "a" * 70, "%x%\\mario"])
def test_a_path_that_cannot_be_in_a_batch_file(folder: str) -> None:
    assert "not safe in a batch file" in obstacle(windows(folder=folder))


def test_a_folder_that_is_missing() -> None:
    pc = windows()
    del pc.folders[FOLDERS[2]]
    assert obstacle(pc) == f"there is no folder {FOLDERS[2]}"


def test_a_file_in_place_of_the_folder() -> None:
    pc = windows()
    pc.files[SIGNATURES] = b""
    assert obstacle(pc) == f"{SIGNATURES} is not a folder"
