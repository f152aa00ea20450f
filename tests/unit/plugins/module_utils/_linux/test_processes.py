# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the running programs of a user, by programs that are started here."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import subprocess
import time
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._host.process import Process
from ansible_collections.charter.mail.plugins.module_utils._linux import local_user, processes
from ansible_collections.charter.mail.plugins.module_utils._linux.processes import LARGEST, Processes

NAME = "charter-mail-registry-for-tests"  # longer than the kernel keeps
SECRET = "s3cret"


@contextlib.contextmanager
def started(folder: pathlib.Path, name: str = NAME, **variables: str) -> t.Iterator[subprocess.Popen[bytes]]:
    """A program of that name that runs until the end."""
    program = folder / name
    if not program.exists():
        shutil.copy("/bin/sleep", program)
    with subprocess.Popen([str(program), "60"], env=variables) as process:
        try:
            settle(process)
            yield process
        finally:
            process.kill()


def settle(process: subprocess.Popen[bytes]) -> None:
    """Wait until the program sleeps: it is another's for a moment, and its environment comes last."""
    while pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "S":
        time.sleep(0.01)


def of(processes: Processes, name: str = NAME, fresh: bool = False) -> list[Process]:
    return processes.of(local_user.find(None), name, fresh)


def test_a_program_with_its_environment(tmp_path: pathlib.Path) -> None:
    with started(tmp_path, ADDRESS="unix:path=/a=b", PASSWORD=SECRET) as running, started(tmp_path, NAME[:15]):
        (process,) = of(Processes())
    assert process == Process(running.pid, {"ADDRESS": "unix:path=/a=b", "PASSWORD": SECRET}, sandboxed=False)
    assert SECRET not in repr(process)


def test_a_program_that_an_update_has_replaced(tmp_path: pathlib.Path) -> None:
    with started(tmp_path) as running:
        (tmp_path / NAME).unlink()
        (process,) = of(Processes())
    assert process.pid == running.pid


def test_what_has_ended_or_never_ran(tmp_path: pathlib.Path) -> None:
    processes = Processes()
    with started(tmp_path) as running:
        assert len(of(processes)) == 1
        running.kill()
        os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOWAIT)  # ended, and not buried yet
        assert of(processes) == []
        assert of(processes, fresh=True) == []
    assert of(processes) == []


def test_one_look_for_several_questions_and_a_fresh_one_on_demand(tmp_path: pathlib.Path) -> None:
    processes = Processes()
    assert of(processes) == []
    processes._at = float("inf")  # as if the look was just now, however slow the machine is
    with started(tmp_path):
        assert of(processes) == []
        assert len(of(processes, fresh=True)) == 1


def test_another_users_program_is_not_ours(tmp_path: pathlib.Path) -> None:
    other = local_user.LocalUser("somebody", os.getuid() + 1, os.getgid(), "/")
    with started(tmp_path):
        assert Processes().of(other, NAME, fresh=True) == []


def test_a_script_has_its_own_name_and_not_that_of_its_interpreter(tmp_path: pathlib.Path) -> None:
    script = tmp_path / "charter-script"
    script.write_text("#!/bin/sh\nread -r line\n")
    script.chmod(0o755)
    with subprocess.Popen([str(script)], stdin=subprocess.PIPE) as running:
        settle(running)
        (process,) = of(Processes(), script.name)
        assert process.pid == running.pid
        running.communicate(b"\n")


def test_a_user_with_many_programs_and_large_environments(tmp_path: pathlib.Path) -> None:
    """Each program that is started by another shares its memory: a user can have thousands of them."""
    large = {f"V{number}": "x" * 100_000 for number in range(8)}
    with contextlib.ExitStack() as programs:
        running = [programs.enter_context(started(tmp_path, **large)) for _number in range(3)]
        found = of(Processes())
        assert {process.pid for process in found} == {program.pid for program in running}
        for process in found:
            assert LARGEST / 2 < sum(map(len, process.environment.values())) <= LARGEST
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(processes, "MOST", 2)
            assert len(of(Processes())) == 2
