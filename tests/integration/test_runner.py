# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks through ansible-runner, in one process and in the three stages of AWX.

Events and artifacts have the outcome and no secret.
"""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

from .ansible_runs import ROOT, Ansible
from .local_users import LocalUser

VAULT_PASSWORD = "vault password 7Kq2"
WRONG = "wrong-password-9Tz4"
SEAL_KEY = "key of seals 2Hn8, of at least 32 characters"
# What a program with ansible-runner does. It prints what it got.
PROGRAM = """
import json, sys
import ansible_runner

done = ansible_runner.run(**json.load(sys.stdin))
found = {"status": done.status, "rc": done.rc, "stats": done.stats, "events": list(done.events)}
json.dump(found, sys.stdout)
"""


class Job:
    """A private data directory of ansible-runner, for one user of this machine with a password in a vault."""

    def __init__(self, ansible: Ansible, lab: MailLab, mario: LocalUser, email: str, password: str) -> None:
        self.folder = ansible.folder / "job"
        self._lab = lab
        for name in ("project", "inventory/group_vars", "env"):
            (self.folder / name).mkdir(parents=True)
        key = self.folder / "env/vault-password"
        key.touch(mode=0o600)
        key.write_text(VAULT_PASSWORD)
        secrets = self.folder / "inventory/group_vars/all.yml"
        secrets.write_text(f"vault_mario: {json.dumps(password)}\n")
        encrypted = ansible.command("ansible-vault", "encrypt", str(secrets), "--vault-password-file", str(key))
        assert encrypted.code == 0, encrypted.output
        account = {"user": mario.name, "email": email, "password": "{{ vault_mario }}"}
        hosts = ansible.local_host(mail_accounts=[account], mail_ca_path=str(lab.ca_path))
        (self.folder / "inventory/hosts.json").write_text(json.dumps(hosts))
        self._environment = {
            "ANSIBLE_COLLECTIONS_PATH": str(ansible.folder),
            "ANSIBLE_CONFIG": str(ansible.folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(ansible.folder / "ansible"),
            "HOME": str(ansible.folder),
            "LANG": "C.UTF-8",
            "PATH": f"{ROOT / '.venv/bin'}:/usr/sbin:/usr/bin:/sbin:/bin",
        }

    @property
    def artifacts(self) -> pathlib.Path:
        return self.folder / "artifacts"

    @property
    def vault_password(self) -> pathlib.Path:
        return self.folder / "env/vault-password"

    def run(self, playbook: str, **options: t.Any) -> dict[str, t.Any]:
        called = {
            "private_data_dir": str(self.folder),
            "playbook": playbook,
            "cmdline": f"--vault-password-file {self.vault_password} --diff -vvv",
            "quiet": True,
            **options,
        }
        found: dict[str, t.Any] = json.loads(self.python(PROGRAM, json.dumps(called)))
        return found

    def python(self, program: str, stdin: str = "") -> str:
        """Run a program in the lab; what it prints."""
        done = subprocess.run(
            self._lab.command([sys.executable, "-c", program]),
            input=stdin,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def secrets_in(self, found: t.Mapping[str, t.Any], *secrets: str) -> list[str]:
        """Where one of these is: the events, or files of the artifacts."""
        texts = {path.name: path.read_text() for path in self.artifacts.rglob("*") if path.is_file()}
        texts["events"] = json.dumps(found, ensure_ascii=False)
        return [name for name, text in texts.items() if any(secret in text for secret in secrets)]

    def stages(self, playbook: str, results: pathlib.Path) -> bytes:
        """Send the job to a worker in the lab, and process what it answers, as AWX does over its network.

        Args:
            playbook: the playbook.
            results: the folder for the artifacts.

        Returns:
            The worker's answer.
        """
        program = [sys.executable, "-m", "ansible_runner"]
        options = ["--cmdline", f"--vault-password-file {self.vault_password} -vvv"]
        sent = self._stage([*program, "transmit", str(self.folder), "--playbook", playbook, *options], b"")
        answer = self._stage(self._lab.command([*program, "worker"]), sent)
        self._stage([*program, "process", str(results)], answer)
        return answer

    def _stage(self, command: t.Sequence[str], stdin: bytes) -> bytes:
        done = subprocess.run(
            command, input=stdin, env=self._environment, capture_output=True, timeout=200, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def job(ansible: Ansible, mail_lab: MailLab, mail_user: MailUser, mario: LocalUser) -> Job:
    return Job(ansible, mail_lab, mario, mail_user.address, mail_user.password)


def statistics(found: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What AWX shows as the artifacts of a job."""
    [last] = [event for event in found["events"] if event["event"] == "playbook_on_stats"]
    verdict: dict[str, t.Any] = last["event_data"]["artifact_data"]["charter_mail"]
    return verdict


def test_site_by_ansible_runner(job: Job, mail_user: MailUser, mario: LocalUser) -> None:
    found = job.run("charter.mail.site", extravars={"mail_seal_key": SEAL_KEY})
    assert (found["status"], found["rc"]) == ("successful", 0), found["events"][-5:]
    assert found["stats"]["changed"] == {"desk": 1}
    assert (mario.profile / "logins.json").exists()
    assert statistics(found)["counts"]["verified"] == 1
    assert job.secrets_in(found, mail_user.address) != []  # what is there is found
    assert job.secrets_in(found, mail_user.password, VAULT_PASSWORD, SEAL_KEY) == []
    # The program of the documentation runs it again, and nothing changes.
    page = (ROOT / "docs/automation.md").read_text()
    [program] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    program = program.replace("/srv/mail-job", str(job.folder))
    program = program.replace("/etc/mail/vault-password", str(job.vault_password))
    printed = job.python(f"{program}\nassert done.stats['changed'] == {{}}, done.stats")
    assert "'verified': 1" in printed
    assert "The test message arrived after" in printed


def test_a_failed_verification_is_a_failed_job(
    ansible: Ansible, mail_lab: MailLab, mail_user: MailUser, mario: LocalUser
) -> None:
    job = Job(ansible, mail_lab, mario, mail_user.address, WRONG)
    found = job.run("charter.mail.verify")
    assert (found["status"], found["rc"]) == ("failed", 2)
    assert found["stats"]["failures"] == {"desk": 1}
    assert [finding["code"] for finding in statistics(found)["findings"]] == ["password_refused"]
    assert job.secrets_in(found, WRONG, VAULT_PASSWORD) == []


def test_site_in_the_three_stages_of_awx(job: Job, mail_user: MailUser, mario: LocalUser) -> None:
    answer = job.stages("charter.mail.site", job.artifacts.parent / "results")
    assert (mario.profile / "logins.json").exists()
    artifacts = job.folder / "results/artifacts"
    [status] = artifacts.rglob("status")
    assert status.read_text() == "successful"
    texts = [path.read_text() for path in artifacts.rglob("*") if path.is_file()]
    assert any('"charter_mail"' in text and '"verified": 1' in text for text in texts)
    texts.append(answer.decode("utf-8", "replace"))
    assert not [text for text in texts if mail_user.password in text or VAULT_PASSWORD in text]
