# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role pull: a host fetches a playbook from a git repository and sets up its own mail.

No systemd runs on a host of a fleet. ``systemd-analyze verify`` reads the units there, and the test runs the service's
command as systemd would: with its environment alone, and with the credentials in a private folder.
"""

from __future__ import annotations

import json
import pathlib
import re
import shlex
import subprocess
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, AnsibleRun
from ansible_collections.charter.mail.tests.missing import skip_or_fail

from . import ansible_on_host
from .fleet import Fleet, unavailable
from .host import CA_PATH

HOST = "desk-1"
EMAIL = "mario.rossi@charter.net"
VAULT_PASSWORD = "vault password 7Kq2"
GIT_KEY = "-----BEGIN PRIVATE KEY-----\nkey of nobody 8Rw3\n-----END PRIVATE KEY-----\n"
UNIT = "/etc/systemd/system/charter-mail-pull"
STORE = "/etc/credstore/charter-mail-pull"
CREDENTIALS = "/run/credentials/charter-mail-pull.service"
REPOSITORY = "/srv/mail.git"


class Desk:
    """A host with Ansible, and the controller that installs the service there."""

    def __init__(self, fleet: Fleet, folder: pathlib.Path) -> None:
        self.fleet = fleet
        self.folder = folder
        self.ansible = Ansible(folder)
        ansible_on_host.install(fleet, HOST, folder)

    def on_host(self, script: str, stdin: str = "") -> str:
        """Run a shell script as root; what it prints."""
        command = self.fleet.ssh(HOST, f"set -e\n{script}")
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def commit(self, files: t.Mapping[str, str]) -> None:
        """Put files into the repository on the host."""
        self.on_host(
            f"""
            export HOME=/root
            git init --quiet --initial-branch=main {REPOSITORY}
            cd {REPOSITORY}
            {ansible_on_host.PYTHON} -c 'import json, pathlib, sys
            for name, text in json.load(sys.stdin).items():
                path = pathlib.Path(name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)'
            git add --all
            git -c user.name=a -c user.email=a@b.test commit --quiet --message=change
            """.replace("            ", ""),
            json.dumps(files),
        )

    def encrypted(self, text: str) -> str:
        """A file of ansible-vault."""
        plain, password = self.folder / "plain.yml", self.folder / "vault-password"
        plain.write_text(text)
        password.write_text(VAULT_PASSWORD)
        done = self.ansible.command("ansible-vault", "encrypt", str(plain), "--vault-password-file", str(password))
        assert done.code == 0, done.output
        return plain.read_text()

    def role(self, **variables: t.Any) -> AnsibleRun:
        """Run the role for the host."""
        return self.play([{"hosts": HOST, "gather_facts": False, "roles": ["charter.mail.pull"]}], **variables)

    def play(self, plays: t.Sequence[t.Mapping[str, t.Any]], **variables: t.Any) -> AnsibleRun:
        """Run a playbook with the role's variables."""
        book, extra = self.folder / "pull.json", self.folder / "variables.json"
        book.write_text(json.dumps(plays))
        program = f"{ansible_on_host.FOLDER}/bin/ansible-pull"
        extra.write_text(json.dumps({"pull_program": program, "pull_enabled": False, **variables}))
        inventory = str(self.fleet.inventory_path)
        return self.ansible.command(
            *("ansible-playbook", str(book), "--inventory", inventory, "--extra-vars", f"@{extra}", "--diff", "-vvv")
        )

    def service(self) -> subprocess.CompletedProcess[str]:
        """Run the service as systemd would."""
        unit = self.on_host(f"cat {UNIT}.service").replace("\\\n", " ")
        settings = [line.partition("=")[::2] for line in unit.splitlines() if "=" in line]
        load = [value.split(":") for name, value in settings if name == "LoadCredential"]
        copies = [f"install -m 0400 {shlex.quote(path)} {CREDENTIALS}/{name}" for name, path in load]
        self.on_host("\n".join([f"rm -rf {CREDENTIALS}", f"install -d -m 0500 {CREDENTIALS}", *copies]))
        environment = [value for name, value in settings if name == "Environment"]
        environment += [f"CREDENTIALS_DIRECTORY={CREDENTIALS}", "HOME=/root", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
        [words] = [value.split() for name, value in settings if name == "ExecStart"]
        words = [word.replace("${CREDENTIALS_DIRECTORY}", CREDENTIALS).replace("%%", "%") for word in words]
        command = f"cd / && umask 0077 && exec {shlex.join(['env', '-i', *environment, *words])}"
        return subprocess.run(
            self.fleet.ssh(HOST, command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Desk]:
    reason = unavailable() or ansible_on_host.unavailable()
    if reason is not None:
        skip_or_fail(reason)
    with Fleet.start(count=1, lab=True) as fleet:
        made = Desk(fleet, tmp_path_factory.mktemp("desk"))
        assert fleet.lab is not None
        account = {"user": "mario", "email": EMAIL, "password": "{{ vault_mario }}"}
        desks = {HOST: {"mail_accounts": [account]}, "desk-2": {}}
        hosts = {"all": {"hosts": desks, "vars": {"mail_ca_path": CA_PATH}}}
        password = json.dumps(fleet.lab.user(EMAIL).password)
        made.commit(
            {
                "mail.yml": "- import_playbook: charter.mail.site\n",
                "hosts.yml": json.dumps(hosts),
                "group_vars/all/vault.yml": made.encrypted(f"vault_mario: {password}\n"),
            }
        )
        yield made


@pytest.fixture
def installed(desk: Desk) -> AnsibleRun:
    """The run of the role that installed the service, with a vault password."""
    run = desk.role(pull_url=REPOSITORY, pull_vault_password=VAULT_PASSWORD)
    assert run.code == 0, run.output
    return run


def test_a_host_sets_up_its_own_mail(desk: Desk, installed: AnsibleRun) -> None:
    assert VAULT_PASSWORD not in installed.output
    assert desk.role(pull_url=REPOSITORY, pull_vault_password=VAULT_PASSWORD).recap["changed"] == 0
    first = desk.service()
    assert first.returncode == 0, first.stdout
    assert f"All tests completed successfully for {EMAIL}" in first.stdout
    assert "logins.json" in desk.on_host("ls /home/mario/.thunderbird/charter.default")
    assert re.search(rf"^{HOST} +: .*changed=1 ", first.stdout, re.MULTILINE)
    assert "desk-2 " not in first.stdout
    # The second run reads the inventory with its vault before it fetches.
    hosts = json.loads(desk.on_host(f"cat {REPOSITORY}/hosts.yml"))
    hosts["all"]["hosts"][HOST]["mail_accounts"][0]["full_name"] = "Mario of the repository"
    desk.commit({"hosts.yml": json.dumps(hosts)})
    done = desk.service()
    assert done.returncode == 0, done.stdout
    assert "Mario of the repository" in desk.on_host("cat /home/mario/.thunderbird/charter.default/prefs.js")
    again = desk.service()
    assert again.returncode == 0, again.stdout
    assert re.search(rf"^{HOST} +: .*changed=0 ", again.stdout, re.MULTILINE)


def test_only_root_can_read_the_credentials_and_systemd_accepts_the_units(desk: Desk) -> None:
    options = {"pull_schedule": "Mon..Fri 07..19:00", "pull_delay": "10min", "pull_branch": "a%20b"}
    credentials = {"pull_vault_password": VAULT_PASSWORD, "pull_git_key": GIT_KEY}
    run = desk.role(pull_url="git@git.test:mail.git", pull_verify_commit=True, **credentials, **options)
    assert run.code == 0, run.output
    assert not [text for text in (VAULT_PASSWORD, "8Rw3") if text in run.output]
    assert desk.on_host("stat -c '%a %U' /etc/credstore").strip() == "700 root"
    assert desk.on_host(f"stat -c '%a %U' {STORE}.*").splitlines() == ["600 root", "600 root"]
    assert desk.on_host(f"cat {STORE}.git-key") == GIT_KEY
    units = desk.on_host(f"cat {UNIT}.service {UNIT}.timer")
    assert not [text for text in (VAULT_PASSWORD, "8Rw3") if text in units]
    assert f"LoadCredential=vault-password:{STORE}.vault-password" in units
    assert "--private-key=${CREDENTIALS_DIRECTORY}/git-key" in units
    verify = f"systemd-analyze verify {UNIT}.service {UNIT}.timer 2>&1"
    assert "charter-mail-pull" not in desk.on_host(verify)
    assert "Next elapse" in desk.on_host(f"systemd-analyze calendar {shlex.quote(options['pull_schedule'])}")
    broken = f"sed -i s/^OnCalendar=.*/OnCalendar=sometimes/ {UNIT}.timer; {verify} || true"
    assert "charter-mail-pull.timer" in desk.on_host(broken)


UNSAFE: t.Mapping[str, t.Mapping[str, str]] = {
    "pull_url has a password": {"pull_url": "https://mario:secret-4Gt9@git.test/mail.git"},
    "pull_url  has a password": {"pull_url": "https://secret-4Gt9@git.test/mail.git"},
    "may have no spaces": {"pull_url": REPOSITORY, "pull_branch": "main; reboot"},
    "may have  no spaces": {"pull_url": REPOSITORY, "pull_playbook": "$(reboot).yml"},
    "pull_url is missing": {},
}


def test_what_would_be_unsafe_is_refused(desk: Desk) -> None:
    before = desk.on_host(f"cat {UNIT}.service || true")
    cases = [
        {
            "block": [{"ansible.builtin.include_role": {"name": "charter.mail.pull"}, "vars": given}],
            "rescue": [{"ansible.builtin.debug": {"msg": f"refused {number}"}}],
        }
        for number, given in enumerate(UNSAFE.values())
    ]
    run = desk.play([{"hosts": HOST, "gather_facts": False, "tasks": cases}])
    assert run.recap["rescued"] == len(UNSAFE), run.output
    said = re.findall(r'"msg": "(pull_.*?)"', run.output)
    assert len(said) == len(UNSAFE)
    for message, expected in zip(said, UNSAFE, strict=True):
        assert " ".join(expected.split()) in message
    assert desk.on_host(f"cat {UNIT}.service || true") == before


def test_absent_removes_units_and_credentials(desk: Desk, installed: AnsibleRun) -> None:
    assert desk.on_host(f"ls {STORE}.*").split() == [f"{STORE}.vault-password"]  # a key that is not given does not stay
    run = desk.role(pull_state="absent")
    assert run.code == 0, run.output
    assert run.recap["changed"] == 1
    assert desk.on_host(f"ls {UNIT}.* {STORE}.* 2>/dev/null || true") == ""
