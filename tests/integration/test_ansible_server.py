# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command in a fork of the one process is as one in a process of its own."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration import ansible_server
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible

SEEN = {
    "environment": "{{ lookup('env', 'CHARTER_MAIL_RECORD') }} {{ lookup('env', 'HOME') }}",
    "folder": "{{ lookup('pipe', 'pwd') }}",
    "verbosity": "{{ ansible_verbosity }}",
    "from_file": "{{ lookup('config', 'DEFAULT_TIMEOUT') }}",
    "home": "{{ lookup('config', 'ANSIBLE_HOME') }}",
}


@pytest.fixture
def ansibles(tmp_path: pathlib.Path) -> tuple[Ansible, Ansible]:
    """One with processes, and one with forks."""
    folders = [tmp_path / name for name in ("processes", "forks")]
    for folder in folders:
        folder.mkdir()
    return Ansible(folders[0]), Ansible(folders[1], quick=True)


def play(ansible: Ansible, seen: t.Mapping[str, str] = SEEN, *options: str) -> dict[str, t.Any]:
    """What tasks of the run see."""
    book = ansible.folder / "play.yml"
    task = {"ansible.builtin.set_fact": dict(seen)}
    book.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
    (ansible.folder / "record").unlink(missing_ok=True)
    done = ansible.command("ansible-playbook", str(book), *options)
    assert done.code == 0, done.output
    (result,) = ansible.results()
    facts: dict[str, t.Any] = result["ansible_facts"]
    return facts


def test_tasks_see_the_same(ansibles: tuple[Ansible, Ansible]) -> None:
    """Also after another command, with other options and another configuration, in the same process."""
    for options, timeout in ([], 7), (["-v"], 8):
        found = []
        for ansible in ansibles:
            (ansible.folder / "ansible.cfg").write_text(f"[defaults]\ntimeout={timeout}\n")
            facts = play(ansible, SEEN, *options)
            found.append({name: str(value).replace(str(ansible.folder), "FOLDER") for name, value in facts.items()})
            assert found[-1]["from_file"] == str(timeout)
        assert found[0] == found[1]


def test_output_and_exit_code_are_the_same(ansibles: tuple[Ansible, Ansible]) -> None:
    for arguments, code in (
        (("localhost", "--module-name", "ansible.builtin.debug"), 0),
        (("localhost", "--module-name", "ansible.builtin.fail"), 2),
        (("localhost", "--no-such-option"), 2),
        (("nowhere", "--module-name", "ansible.builtin.debug"), 0),
    ):
        one, other = (ansible.command("ansible", *arguments) for ansible in ansibles)
        assert one == other
        assert one.code == code


def test_each_run_has_an_id_of_its_own_and_leaves_no_temporary_files(tmp_path: pathlib.Path) -> None:
    """What has one id is undone together."""
    ansible = Ansible(tmp_path, quick=True)
    options: dict[str, t.Any] = {"user": "root", "home": str(tmp_path), "email": "mario.rossi@charter.net"}
    done = [ansible.module("thunderbird_account", full_name=name, **options) for name in ("Mario", "Mario Rossi")]
    assert len({result["run"] for result in done}) == 2, str(done)
    assert not list(tmp_path.glob("ansible/tmp/*"))


def test_a_prefix_can_set_variables(tmp_path: pathlib.Path) -> None:
    """As it does for a process."""
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        ansible = Ansible(folder, ["env", f"SSL_CERT_FILE=/{name}", "HOME=/nowhere"], quick=name == "one")
        seen = {"file": "{{ lookup('env', 'SSL_CERT_FILE') }}", "home": "{{ lookup('env', 'HOME') }}"}
        assert play(ansible, seen) == {"file": f"/{name}", "home": "/nowhere"}


def test_the_next_run_gets_a_new_process_if_one_has_ended(ansibles: tuple[Ansible, Ansible]) -> None:
    _, ansible = ansibles
    server = play(ansible, {"id": "{{ lookup('pipe', 'ps -o ppid= -p $(ps -o ppid= -p $PPID)') }}"})["id"].strip()
    assert f"PPid:\t{os.getpid()}\n" in pathlib.Path("/proc", server, "status").read_text()
    os.kill(int(server), signal.SIGKILL)
    with pytest.raises(ansible_server.ServerEnded):
        play(ansible)
    assert play(ansible)["folder"] == str(ansible.folder)
