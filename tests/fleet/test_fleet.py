# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet: hosts over real SSH, isolated from each other and from the machine; its start and end."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import typing as t

import pytest

from ansible_collections.charter.mail.tests.fleet import host
from ansible_collections.charter.mail.tests.fleet.errors import FleetError
from ansible_collections.charter.mail.tests.fleet.fleet import Fleet
from ansible_collections.charter.mail.tests.fleet.required import require
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible

FLEET = pathlib.Path(__file__).parent
CLONE = FLEET.parents[1]
TIMEOUT = 30.0  # seconds; usually a moment


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[Fleet]:
    require()
    with Fleet.start(count=3, lab=True) as running:
        yield running


@pytest.fixture
def link(tmp_path: pathlib.Path) -> t.Iterator[pathlib.Path]:
    require()
    path = tmp_path / "a fleet"
    yield path
    subprocess.run([sys.executable, str(FLEET), "down", str(path)], check=True)


def on(fleet: Fleet, desk: str, command: str) -> str:
    """The output of a command on a host."""
    return run(fleet.ssh(desk, command)).strip()


def run(command: t.Sequence[str]) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def machine() -> list[str]:
    """The machine's own mounts, network interfaces, host name, and SSH and name files."""
    files = [pathlib.Path("/etc/hosts"), *pathlib.Path("/etc/ssh").rglob("*"), *pathlib.Path.home().glob(".ssh/*")]
    state = [f"{path} {path.stat().st_mtime_ns}" for path in sorted(files)]
    mounts = [line for line in pathlib.Path("/proc/self/mounts").read_text().splitlines() if "/run/netns" not in line]
    return [*state, *mounts, os.uname().nodename, *run(["ip", "-o", "link"]).splitlines()]


def traces(name: str) -> list[str]:
    """The files of a fleet on the machine."""
    folders = ("/run", "/run/netns", "/etc/netns")
    return [str(path) for folder in folders for path in pathlib.Path(folder).glob(f"*{name}*")]


def alive(process: int) -> bool:
    """Whether a process is running; a zombie is not."""
    try:
        return ") Z" not in pathlib.Path("/proc", str(process), "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_hosts_are_isolated_from_each_other(fleet: Fleet) -> None:
    facts = {name: on(fleet, name, "hostname; cat /etc/machine-id; cat /etc/ssh/host_key.pub") for name in fleet.hosts}
    assert [fact.splitlines()[0] for fact in facts.values()] == ["desk-1", "desk-2", "desk-3"]
    assert len({fact.split("\n", 1)[1] for fact in facts.values()}) == 3
    on(fleet, "desk-1", "echo mine > /etc/mine; echo mine > /usr/mine; echo mine > /tmp/mine")
    assert on(fleet, "desk-1", "cat /etc/mine /usr/mine /tmp/mine") == "mine\nmine\nmine"
    assert on(fleet, "desk-2", "ls /etc/mine /usr/mine /tmp/mine 2>/dev/null || echo none") == "none"
    assert not any(pathlib.Path(path).exists() for path in ("/etc/mine", "/usr/mine"))
    assert on(fleet, "desk-2", "cat /proc/1/comm; ls -d /proc/[0-9]* | wc -l").splitlines()[0] == "sshd"


def test_other_users_cannot_read_a_home(fleet: Fleet) -> None:
    assert (
        on(fleet, "desk-1", "stat -c '%n %U:%G %a' /home/*") == "/home/anna anna:anna 700\n/home/mario mario:mario 700"
    )
    assert on(fleet, "desk-1", "setpriv --reuid=mario --regid=mario --clear-groups ls /home/anna || echo no") == "no"


def test_a_host_sees_no_data_of_the_machines_users(fleet: Fleet) -> None:
    home = pathlib.Path.home()
    folders = {"/root", "/tmp", "/run", "/home", str(CLONE), str(home)}
    seen = on(fleet, "desk-3", "ls -A " + " ".join(f"'{folder}'" for folder in sorted(folders)) + " 2>/dev/null; true")
    foreign = {"galaxy.yml", ".git", ".venv", fleet.name, *(path.name for path in home.iterdir())} - {".ansible"}
    assert foreign & set(seen.split()) == set()
    assert on(fleet, "desk-3", "ls /dev") == "fd\nfull\nnull\nptmx\npts\nrandom\nshm\ntty\nurandom\nzero"
    assert on(fleet, "desk-3", "getent passwd | cut -d: -f3 | awk '$1 >= 1000 && $1 < 60000'") == "50001\n50002"
    assert on(fleet, "desk-3", "mknod /tmp/disk b 8 0 2>/dev/null || echo no") == "no"


def test_hosts_reach_only_each_other_and_the_lab(fleet: Fleet) -> None:
    assert fleet.lab is not None
    greet = "exec 3<>/dev/tcp/{}/{} && head -c 4 <&3"
    assert on(fleet, "desk-1", greet.format("desk-2", 22)) == "SSH-"
    assert on(fleet, "desk-1", greet.format("smtp.charter.net", 587)) == "220"
    check = "openssl s_client -brief -verify_return_error -CAfile /etc/ssl/mail-lab-ca.pem </dev/null 2>&1 -connect "
    assert "Verification: OK" in on(fleet, "desk-1", check + "imap.charter.net:993")
    assert "Network is unreachable" in on(fleet, "desk-1", "(exec 3<>/dev/tcp/192.0.2.1/25) 2>&1 || true")
    assert "mobile.charter.net" in run(fleet.command(["getent", "hosts", "mobile.charter.net"]))


@pytest.mark.parametrize("inside", [True, False])
def test_ansible_works_inside_and_outside_the_namespace(fleet: Fleet, tmp_path: pathlib.Path, inside: bool) -> None:
    ansible = Ansible(tmp_path, prefix=fleet.command([]) if inside else ())
    arguments = ["fleet", "--inventory", str(fleet.inventory_path), "--module-name"]
    done = ansible.command("ansible", *arguments, "ansible.builtin.command", "--args", "hostname")
    assert done.code == 0, done.output
    assert sorted(result["stdout"] for result in ansible.results()) == ["desk-1", "desk-2", "desk-3"]
    assert list((tmp_path / "ansible").glob("cp/*")) == []


def test_only_root_can_read_secrets(fleet: Fleet) -> None:
    assert fleet.directory.stat().st_mode & 0o777 == 0o700
    assert fleet.inventory_path.stat().st_mode & 0o777 == 0o600
    assert fleet.lab is not None
    passwords = json.loads(fleet.inventory_path.read_text())["all"]["vars"]["mail_passwords"]
    assert passwords == {user.address: user.password for user in fleet.lab.users}


def test_two_fleets_run_at_the_same_time(fleet: Fleet) -> None:
    with Fleet.start(count=1, users=["gina"]) as other:
        assert other.hosts["desk-1"].address == fleet.hosts["desk-1"].address
        assert on(other, "desk-1", "ls /home") == "gina"
        assert on(fleet, "desk-1", "ls /home") == "anna\nmario"
        assert other.lab is None


def test_nothing_remains_and_nothing_outside_is_changed() -> None:
    require()
    before = machine()
    with contextlib.suppress(ZeroDivisionError), Fleet.start(count=2, lab=True) as fleet:
        on(fleet, "desk-1", "true")
        during = machine()
        processes = [one for desk in fleet.hosts.values() for one in desk.namespace.processes()]
        assert len(processes) >= 4
        assert len(traces(fleet.name)) == 8  # directory, record, and two of each namespace
        raise ZeroDivisionError
    assert traces(fleet.name) == []
    assert [one for one in processes if alive(one)] == []
    assert before == during == machine()


def test_a_host_that_does_not_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    require()
    monkeypatch.setattr(host, "_SSHD", "Nonsense yes\n")
    with (
        pytest.raises(FleetError, match=r"(?s)desk-1 does not start:.*Nonsense"),
        Fleet.start(count=1, name="fleet-no"),
    ):
        pass
    assert traces("fleet-no") == []


def start(link: pathlib.Path, *, prefix: t.Sequence[str] = ()) -> int:
    """Start a fleet; returns the process ID of its keeper."""
    run([*prefix, sys.executable, str(FLEET), "up", str(link), "--count", "1"])
    record = pathlib.Path(f"/run/charter-mail-lab.{link.readlink().name}")
    return int(json.loads(record.read_text())["owner"])


def wait_until_gone(name: str) -> None:
    deadline = time.monotonic() + TIMEOUT
    while traces(name) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert traces(name) == []


@pytest.mark.parametrize("prefix", [[], ["sh", "-c", 'trap "" INT TERM; exec "$@"', "sh"]], ids=["", "ignoring"])
def test_up_and_down(link: pathlib.Path, prefix: list[str]) -> None:
    """It works as well if the parent process ignores the signal that stops the fleet."""
    start(link, prefix=prefix)
    name = link.readlink().name
    assert run(["ssh", "-F", str(link / "ssh_config"), "desk-1", "hostname"]) == "desk-1\n"
    assert "is already up" in run([sys.executable, str(FLEET), "up", str(link)])
    run([sys.executable, str(FLEET), "down", str(link)])
    assert not link.is_symlink()
    assert traces(name) == []


def test_up_says_what_its_keeper_could_not_start(link: pathlib.Path) -> None:
    command = [sys.executable, str(FLEET), "up", str(link), "--count", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("the fleet does not start: 0 hosts named fleet-")


def test_the_next_fleet_removes_what_a_killed_keeper_left_behind(link: pathlib.Path) -> None:
    keeper = start(link)
    name = link.readlink().name
    os.kill(keeper, signal.SIGKILL)
    assert traces(name) != []
    start(link)
    assert link.readlink().name != name
    assert traces(name) == []


def test_it_ends_with_its_molecule_test(link: pathlib.Path, tmp_path: pathlib.Path) -> None:
    molecule = tmp_path / "molecule"
    molecule.write_text('#!/bin/sh\nshift\n"$@"\nexec sleep 600\n')
    molecule.chmod(0o755)
    command = [str(molecule), "test", sys.executable, str(FLEET), "up", str(link), "--count", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "is up" in process.stdout.readline()
            name = link.readlink().name
            assert traces(name) != []
        finally:
            process.kill()
    wait_until_gone(name)
    assert not link.is_symlink()
