# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to the PC, under real Ansible."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, AnsibleRun
from ansible_collections.charter.mail.tests.wine import paths, powershell
from ansible_collections.charter.mail.tests.wine.errors import WineError
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC

Raw = t.Callable[..., AnsibleRun]


@pytest.fixture
def raw(ansible: Ansible, office_pc: OfficePC, tmp_path: pathlib.Path) -> Raw:
    """Runs a command line by the module raw; named arguments are variables of the host."""

    def run(command: str, shell: str = "cmd", **variables: t.Any) -> AnsibleRun:
        hosts = tmp_path / "hosts.json"
        hosts.write_text(json.dumps(office_pc.inventory(shell, **variables)))
        return ansible.command("ansible", "pc", "-i", str(hosts), "-m", "ansible.builtin.raw", "-a", command)

    return run


def test_cmd_reads_the_line_as_it_was_written(raw: Raw, office_pc: OfficePC) -> None:
    command = r'cmd.exe /d /c "echo a ^& "b c" %SystemDrive%& cd"'
    done = raw(command)
    assert done.code == 0, done.output
    assert 'a & "b c" C:' in done.output
    assert "C:\\" in done.output
    assert [entry.text for entry in office_pc.asked()] == [command]


@pytest.mark.parametrize(("shell", "code"), [("cmd", 7), ("powershell", 1)])
def test_exit_codes(raw: Raw, shell: str, code: int) -> None:
    assert raw('cmd.exe /d /c "exit 0"', shell).code == 0
    assert f"rc={code} " in raw('cmd.exe /d /c "exit 7"', shell).output


def test_powershell_refuses_what_it_would_read_in_its_own_way(raw: Raw) -> None:
    assert raw(r"reg.exe query HKU", "powershell").code == 0
    for command in ("ver", 'cmd.exe /c "$x"', "cmd.exe /c a;b", "cmd.exe /c `x", 'cmd.exe /c "a" & b'):
        assert not powershell.understands(command)
    assert "in another way" in raw("ver", "powershell").output


def test_there_is_nothing_of_this_machine(raw: Raw, tmp_path: pathlib.Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("seen")
    for path in (f"Z:{secret}", f"C:{secret}", str(secret)):
        assert "seen" not in raw(f"type {path}".replace("/", "\\\\")).output


def test_a_pc_that_does_not_run(raw: Raw) -> None:
    done = raw("ver", ansible_wine_directory="/nowhere")
    assert "UNREACHABLE" in done.output
    assert "no PC runs in /nowhere" in done.output


def test_paths_know_no_letter_case(tmp_path: pathlib.Path) -> None:
    (tmp_path / "Users/Mario").mkdir(parents=True)
    assert paths.on_disk(tmp_path, r"c:\users\MARIO\new.PRF") == tmp_path / "Users/Mario/new.PRF"
    assert paths.on_disk(tmp_path, "C:/Users/../users/mario") == tmp_path / "Users/Mario"
    for path in (r"D:\x", "x", r"C:x", r"\\\\server\share\x"):
        with pytest.raises(WineError):
            paths.on_disk(tmp_path, path)


def test_each_test_has_the_same_pc(office_pc: OfficePC) -> None:
    before = office_pc.photo()
    office_pc.file(r"C:\ProgramData\charter.mail").mkdir()
    office_pc.file(office_pc.prefix.pc.temp + r"\left").mkdir()
    office_pc.file(r"C:\Users\mario\x").write_text("x")
    office_pc.replace_by_new_outlook()
    office_pc.add_user("luca", "S-1-12-1-1-2-3-4")
    office_pc.log_off(office_pc.anna)
    office_pc.set_code_page(1250)
    assert office_pc.code_page == "cp1250"
    assert office_pc.photo() != before
    office_pc.restore()
    office_pc.furnish()
    assert office_pc.photo() == before
    assert office_pc.code_page == "cp1252"
