# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PC that is busy: programs do not start, files are open, and parts of an answer are lost or cut off."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import locations
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError, HostError
from ansible_collections.charter.mail.plugins.module_utils._windows import reg_file, registry_keys
from ansible_collections.charter.mail.plugins.module_utils._windows.pc import PcSnapshot
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import KeyWrite, RegValue
from ansible_collections.charter.mail.plugins.plugin_utils._windows import exports
from ansible_collections.charter.mail.plugins.plugin_utils._windows.pc import WindowsPc

from .two_users import FOLDER, OTHER, RECORD, SETUP, SID, WRITE, unreadable_alone, windows
from .windows import LINE_BREAK, Windows


def _written(pc: Windows) -> tuple[WindowsPc, PcSnapshot]:
    """The PC after a write, and its snapshot then."""
    asked = WindowsPc(pc)
    asked.look_at([SID])
    asked.write(SID, [WRITE, RECORD], {"accounts.prf": b"one"})
    return asked, asked.snapshot(SID)


def test_a_program_that_does_not_start_once_changes_nothing() -> None:
    calm = windows()
    asked, usual = _written(calm)
    assert calm.started > 20
    for number in range(calm.started):
        busy = windows()
        busy.unstarted = {number}
        again, snapshot = _written(busy)
        assert (busy.registry, busy.folders, snapshot) == (calm.registry, calm.folders, usual), number
        assert (again.folders.unproven, again.machine()) == (set(), asked.machine()), number


def parts(pc: Windows) -> list[str]:
    """How often something is added to an answer, by what it is."""
    _written(pc)
    return [one for one in pc.did if one == "move"]


def test_a_move_that_works_at_the_second_try_is_not_noticed() -> None:
    pc = windows()
    pc.holds = set(range(0, 100, 2))
    assert WindowsPc(pc).machine() == WindowsPc(windows()).machine()
    assert pc.ran == ["survey.cmd"]


@pytest.mark.parametrize("first", range(len(parts(windows()))))
def test_a_lost_part_of_an_answer_is_asked_for_again(first: int) -> None:
    pc = windows()
    pc.holds = {first, first + 1}  # both tries
    asked, snapshot = _written(pc)
    assert asked.machine().users == WindowsPc(windows()).machine().users
    assert snapshot.files == {"accounts.prf": b"one"}
    assert snapshot.registry.value(SETUP, "ImportPRF") == WRITE.values["ImportPRF"]


def test_parts_that_stay_lost_are_named_and_are_not_taken_for_nothing() -> None:
    pc = windows()
    pc.holds = set(range(10000))
    with pytest.raises(HostError, match=r"survey\.cmd lacks profile list.*antivirus"):
        WindowsPc(pc).machine()


def test_an_export_that_cannot_be_read_is_one_users_trouble() -> None:
    pc = windows(KeyWrite(f"{locations.outlook(SID)}\\x{LINE_BREAK}y"), KeyWrite(registry_keys.hive(OTHER)))
    unreadable_alone(pc, DamagedFileError, f"{SID} outlook")


def test_a_file_that_a_user_keeps_open_is_that_users_trouble() -> None:
    pc = windows(KeyWrite(registry_keys.hive(OTHER)))
    WindowsPc(pc).write(SID, [WRITE, RECORD], {"accounts.prf": b"one"})
    pc.locked.add(FOLDER + "\\accounts.prf")
    asked = unreadable_alone(pc, HostError, rf"lacks {SID} file accounts\.prf")
    with pytest.raises(HostError, match="lacks "):
        asked.write(SID, [WRITE], {"accounts.prf": b"two"})
    pc.locked.clear()
    assert WindowsPc(pc).snapshot(SID).files == {"accounts.prf": b"one"}


@pytest.mark.parametrize("left", [0.4, 0.8, 0.97])
def test_an_export_that_is_cut_off_at_the_end_of_a_line_is_not_taken_for_all(left: float) -> None:
    writes = [
        KeyWrite(registry_keys.hive(SID)),
        KeyWrite(SETUP, {f"{n}": RegValue.binary(bytes(100)) for n in range(20)}),
    ]
    whole = reg_file.render(writes)
    lines = whole.decode("utf-16-le").splitlines(keepends=True)
    cut = "".join(lines[: int(len(lines) * left)]).encode("utf-16-le")
    assert exports.registry({"x": whole}, {"x": registry_keys.hive(SID)})
    with pytest.raises(DamagedFileError, match=r"S-1-5-21-1-2-3-1001 is cut off"):
        exports.registry({"x": cut}, {"x": registry_keys.hive(SID)})
