# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example repository of docs/testing-your-playbooks.md, with the built collection, by a user who is not root."""

from __future__ import annotations

import json
import os
import pathlib
import poplib
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import sysconfig
import tarfile
import typing as t

import pytest
import yaml

from ansible_collections.charter.mail.tests.missing import skip_or_fail

from .ansible_runs import ROOT, Ansible
from .local_users import LocalUser

EXAMPLE = "docs/example-repository"
PROGRAMS = ("ansible", "ansible-config", "ansible-galaxy", "ansible-inventory", "ansible-playbook")
PYTHON = "/usr/bin/python3"  # each user may run it, unlike the one of an environment of root's


class Adopter:
    """Somebody who has the example repository in the home, the built collection, and Molecule.

    Attributes:
        repository: the copy of the example.
        scratch: the folder of Molecule's own files.
    """

    def __init__(self, user: LocalUser, tools: pathlib.Path, package: pathlib.Path) -> None:
        self.repository = user.home / "repository"
        self.scratch = user.home / "scratch"
        self._user = user
        self._tools = tools
        with tarfile.open(package) as archive:
            archive.extractall(user.home / "package", filter="data")
        (user.home / "package" / EXAMPLE).rename(self.repository)
        self.scratch.mkdir()

    def molecule(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Molecule in the repository."""
        environment = {
            "HOME": str(self._user.home),
            "USER": self._user.name,
            "LANG": "C.UTF-8",
            "PATH": f"{self._tools / 'bin'}:/usr/bin:/bin",
            "PYTHONPATH": str(self._tools / "packages"),
            "MOLECULE_EPHEMERAL_DIRECTORY": str(self.scratch),
            "NO_COLOR": "1",
        }
        become = ["setpriv", f"--reuid={self._user.uid}", f"--regid={self._user.uid}", "--clear-groups"]
        # Others may not enter the folders above the environment, such as /root: it is mounted where they may.
        mount = ["unshare", "--mount", "sh", "-ec", 'mount --bind "$1" "$2"; shift 2; exec "$@"', "sh"]
        packages = [sysconfig.get_path("purelib"), str(self._tools / "packages")]
        return subprocess.run(
            [*mount, *packages, *become, PYTHON, "-m", "molecule", *arguments],
            cwd=self.repository,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=500,
            check=False,
        )

    def processes(self) -> list[str]:
        """The command lines of the user's processes."""
        listed = subprocess.run(
            ["ps", "-o", "args=", "-U", self._user.name], capture_output=True, text=True, check=False
        )
        return listed.stdout.splitlines()


@pytest.fixture
def adopter(mario: LocalUser, tmp_path: pathlib.Path) -> t.Iterator[Adopter]:
    version = "import sys; print('%d.%d' % sys.version_info[:2])"
    found = subprocess.run([PYTHON, "-c", version], capture_output=True, text=True, check=False).stdout.strip()
    if found != "{}.{}".format(*sys.version_info):
        reason = f"{PYTHON} is {found}, and the environment's packages are for {sys.version_info[:2]}"
        skip_or_fail(reason)
    tools = mario.home.parent / "tools"
    (tools / "bin").mkdir(parents=True)
    (tools / "packages").mkdir()
    for name in PROGRAMS:
        module = name.partition("-")[2] or "adhoc"
        program = tools / "bin" / name
        program.write_text(f'#!/bin/sh\nexec {PYTHON} -m ansible {module} "$@"\n')
        program.chmod(0o755)
    path = {**os.environ, "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run([ROOT / "tests/setup/tree.sh", "build", tmp_path / "built"], env=path, check=True)
    [tarball] = (tmp_path / "built").glob("*.tar.gz")
    shutil.copy(tarball, tools)
    (tools / tarball.name).chmod(0o644)
    made = Adopter(mario, tools, tarball)
    # Ansible Galaxy is not asked.
    wanted = yaml.safe_load((made.repository / "requirements.yml").read_text())
    assert wanted == {"collections": [{"name": "charter.mail"}]}
    page = (ROOT / "docs/testing-your-playbooks.md").read_text()
    [local] = re.findall(r"```yaml\n(collections:\n.*?)```", page, re.DOTALL)
    local = re.sub(r"/path/to/charter-mail-[0-9.]+\.tar\.gz", str(tools / tarball.name), local)
    (made.repository / "requirements.yml").write_text(local)
    mario.own()
    yield made
    subprocess.run(["pkill", "-KILL", "-U", str(mario.uid)], check=False)  # of this test's own user


def test_the_scenario_of_the_example(adopter: Adopter, mario: LocalUser) -> None:
    done = adopter.molecule("test")
    assert done.returncode == 0, done.stdout
    assert "All tests completed successfully for mario.rossi@charter.net" in done.stdout
    assert "The test message arrived after" in done.stdout
    assert not any("mail_server" in line for line in adopter.processes())
    assert not mario.thunderbird.exists()  # the user's own profiles stay as they are


def test_a_mistake_in_the_playbook_is_found(adopter: Adopter) -> None:
    hosts = adopter.repository / "molecule/default/inventory/hosts.yml"
    broken = hosts.read_text().replace("users['anna.bianchi@charter.net'] }}", "users['anna.bianchi@charter.net'] }}x")
    assert broken != hosts.read_text()
    hosts.write_text(broken)
    done = adopter.molecule("test")
    assert done.returncode != 0
    assert "anna.bianchi@charter.net" in done.stdout
    assert "password" in done.stdout
    assert not any("mail_server" in line for line in adopter.processes())


def test_the_commands_without_molecule(ansible: Ansible) -> None:
    page = (ROOT / "docs/testing-your-playbooks.md").read_text()
    lines = [line.strip() for line in page.splitlines() if line.startswith("    ansible-playbook ")]
    folder = ansible.folder / "mail"
    start, stop = (shlex.split(line.replace("/tmp/mail", str(folder))) for line in lines)
    try:
        done = ansible.command(*start)
        assert done.code == 0, done.output
        ready = json.loads((folder / "ready.json").read_text())
        [(address, password)] = ready["users"].items()
        assert password not in done.output
        trusted = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        client = poplib.POP3_SSL("localhost", ready["ports"]["pop3"], context=trusted)
        client.user(address)
        client.pass_(password)
        assert client.stat()[0] == 1
        client.quit()
        assert ansible.command(*start).recap["changed"] == 0
    finally:
        done = ansible.command(*stop)
    assert done.recap["changed"] == 1, done.output
    assert not folder.exists()
    assert ansible.command(*stop).recap["changed"] == 0
