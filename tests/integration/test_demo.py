# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's own behaviour: how it ends, what it leaves behind and what it prints.

It runs in a small clone whose playbooks return predefined results. ``make demo`` runs it with the real playbooks.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import time
import typing as t

import pytest
import yaml

TESTS = pathlib.Path(__file__).resolve().parents[1]
TIMEOUT = 60.0  # seconds; usually a moment

Task = dict[str, t.Any]
FILES = (
    ".thunderbird/x.default/prefs.js",
    ".thunderbird/x.default/key4.db",
    ".config/evolution/sources/1.source",
    ".config/evolution/sources/2.source",
)
ADDRESSES = ("ada@charter.net", "ada.home@charter.net")


def returns(accounts: list[dict[str, t.Any]], changed: bool = False) -> Task:
    """A task that returns these accounts, as the collection's modules do."""
    task = {"ansible.builtin.debug": {"var": "accounts"}, "vars": {"accounts": accounts}}
    return {"name": "Return accounts", **task, "changed_when": changed}


def configured(status: str, changed: bool = False) -> Task:
    home = "{{ mail_accounts[0].home }}"
    profiles = {f"{home}/.thunderbird/x.default": "stored", f"{home}/.config/evolution/sources": "not stored"}
    accounts = [
        {"email": email, "status": status, "profile": profile, "password": password}
        for profile, password in profiles.items()
        for email in ADDRESSES
    ]
    return returns(accounts, changed)


def creates(name: str) -> Task:
    """A task that creates a file in the home, and its parent directories."""
    path = f"{{{{ mail_accounts[0].home }}}}/{name}"
    command = 'mkdir -p "$(dirname "$0")" && touch "$0"'
    return {"name": "Create a file", "ansible.builtin.command": {"argv": ["sh", "-c", command, path], "creates": path}}


def verified() -> Task:
    return returns(
        [
            {
                "email": email,
                "ok": True,
                "complete": True,
                "summary": f"Summary of {email}.",
                "checks": [
                    {"service": service, "stage": stage, "server": "localhost:1"}
                    for service in ("imap", "smtp")
                    for stage in ("tcp", "tls")
                ],
            }
            for email in ADDRESSES
        ]
    )


@dataclasses.dataclass(frozen=True)
class Clone:
    """A clone with playbooks of its own, and a user's empty home and temporary directory."""

    root: pathlib.Path
    scratch: pathlib.Path
    home: pathlib.Path

    def provide(self, playbook: str, *tasks: Task) -> None:
        play = {"name": "Play", "hosts": "all", "gather_facts": False, "tasks": list(tasks)}
        (self.root / "playbooks" / f"{playbook}.yml").write_text(yaml.safe_dump([play]))

    def start(self, *arguments: str, errors: int = subprocess.STDOUT) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        return subprocess.Popen(
            [sys.executable, "tests/demo", *arguments],
            cwd=self.root,
            env={**kept, "TMPDIR": str(self.scratch), "HOME": str(self.home), "ANSIBLE_STDOUT_CALLBACK": "nonsense"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run the demo to its end; returns its exit code and output."""
        with self.start(*arguments) as process:
            output, _ = process.communicate()
        return process.returncode, output

    def assert_nothing_left(self) -> None:
        assert list(self.scratch.iterdir()) == []
        assert list(self.home.iterdir()) == []


@pytest.fixture
def clone(tmp_path: pathlib.Path) -> Clone:
    made = Clone(tmp_path / "a clone", tmp_path / "a scratch folder", tmp_path / "a home")
    for needed in ("tests/demo", "roles/test_server/files"):
        compiled = shutil.ignore_patterns("__pycache__")
        shutil.copytree(TESTS.parent / needed, made.root / needed, ignore=compiled)
    shutil.copy(TESTS.parent / "galaxy.yml", made.root)
    for folder in (made.root / "playbooks", made.scratch, made.home):
        folder.mkdir()
    made.provide(
        "configure",
        {
            "name": "Check whether the playbook ran before",
            "ansible.builtin.file": {"path": "{{ mail_accounts[0].home }}/ran", "state": "directory", "mode": "0700"},
            "register": "folder",
        },
        {**configured("created", changed=True), "when": "folder is changed"},
        {**configured("unchanged"), "when": "folder is not changed"},
        *map(creates, FILES),
    )
    made.provide("verify", verified())
    return made


def wait_for_file(path: pathlib.Path) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def processes_with(text: str) -> list[str]:
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = path.read_text(errors="replace").split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if any(text in argument for argument in arguments):
            found.append(" ".join(arguments))
    return found


class TestSuccess:
    def test_prints_a_summary_and_leaves_nothing_behind(self, clone: Clone) -> None:
        code, output = clone.run()
        assert code == 0, output
        for expected in (
            "2 accounts created in each client: Thunderbird, Evolution",
            "no changes",
            "all 8 checks passed",
            "Thunderbird           ~/.thunderbird/x.default: key4.db, prefs.js\n",
            "Passwords are stored in the profile, encrypted.",
            "Evolution             ~/.config/evolution/sources: 2 .source files\n",
            "Passwords are not stored: they belong in the user's keyring",
            "Summary of ada@charter.net.",
            "IMAP: TCP, TLS",
            f"ansible-galaxy collection install '{clone.root}'",
            "ansible-playbook charter.mail.site -i hosts.yml",
        ):
            assert expected in output
        example = output.partition("# hosts.yml\n")[2].partition("\n\n")[0]
        (account,) = yaml.safe_load(example)["all"]["hosts"]["desk1.example.org"]["mail_accounts"]
        assert set(account) == {"user", "email", "full_name", "protocol", "password"}
        assert "PLAY" not in output
        assert "\033" not in output
        clone.assert_nothing_left()
        assert processes_with(str(clone.scratch)) == []

    def test_verbose_and_keep(self, clone: Clone) -> None:
        use = "{{ mail_accounts | map(attribute='password') | join(' ') }}"
        task = {"ansible.builtin.copy": {"content": use, "dest": "{{ mail_accounts[0].home }}/used", "mode": "0600"}}
        clone.provide("verify", {"name": "Use the passwords", **task, "no_log": True}, verified())
        code, output = clone.run("--keep", "--verbose")
        assert code == 0, output
        assert output.count("PLAY RECAP") == 3
        (folder,) = clone.scratch.iterdir()
        assert str(folder) in " ".join(output.split())
        self.check_inventory(folder)
        self.check_passwords(folder, output)

    def check_inventory(self, folder: pathlib.Path) -> None:
        (host,) = yaml.safe_load((folder / "hosts.yml").read_text())["all"]["hosts"].values()
        assert host == {"ansible_connection": "local", "ansible_python_interpreter": os.path.realpath(sys.executable)}
        accounts = yaml.safe_load((folder / "group_vars" / "all.yml").read_text())["mail_accounts"]
        assert [account["protocol"] for account in accounts] == ["imap", "pop3"]
        assert {account["incoming"]["host"] for account in accounts} == {"localhost"}
        assert {account["home"] for account in accounts} == {str(folder / "home")}

    def check_passwords(self, folder: pathlib.Path, output: str) -> None:
        """Passwords reach the playbooks and are stored nowhere else."""
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "secrets.yml").stat().st_mode) == 0o600
        passwords = (folder / "home" / "used").read_text().split()
        assert len(set(passwords)) == 2
        assert not any(password in output for password in passwords)
        clone = folder / "collections"
        files = [path for path in folder.rglob("*") if path.is_file() and not path.is_relative_to(clone)]
        holders = {path.name for path in files for password in passwords if password in path.read_text()}
        assert holders == {"secrets.yml", "used"}


class TestFailure:
    def fail(self, clone: Clone, *expected: str) -> str:
        """Run a demo that must fail with these words in its output; returns its log."""
        code, output = clone.run()
        assert code == 1
        for words in expected:
            assert words in output
        assert "Traceback" not in output
        (log,) = clone.scratch.iterdir()
        assert output.rstrip().endswith(str(log))
        assert list(clone.home.iterdir()) == []
        return log.read_text()

    def test_a_failed_task(self, clone: Clone) -> None:
        clone.provide("configure", {"name": "Fail", "ansible.builtin.fail": {"msg": "The disk is full."}})
        log = self.fail(clone, "charter.mail.configure ended with exit code 2", "The disk is full.")
        assert "TASK [Fail]" in log
        assert "listening on" in log

    def test_a_playbook_that_cannot_be_parsed(self, clone: Clone) -> None:
        (clone.root / "playbooks" / "configure.yml").write_text("nonsense")
        log = self.fail(clone, "charter.mail.configure ended early")
        assert "A playbook must be a list of plays" in log


class TestStopping:
    @pytest.fixture
    def begun(self, clone: Clone, tmp_path: pathlib.Path) -> collections.abc.Iterator[subprocess.Popen[str]]:
        """A running demo whose playbook has just started a long command."""
        begun = tmp_path / "begun"
        command = f"echo begun > '{begun}'; exec sleep 4{os.getpid()}.0"
        clone.provide("configure", {"name": "Wait", "ansible.builtin.command": {"argv": ["sh", "-c", command]}})
        with clone.start() as process:
            wait_for_file(begun)
            yield process

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
    def test_a_signal_ends_all_processes_and_leaves_nothing_behind(
        self, clone: Clone, begun: subprocess.Popen[str], number: signal.Signals, code: int
    ) -> None:
        assert processes_with("mail_server.server") != []
        for _ in range(3):  # repeated by an impatient user; to the whole group, as a terminal does on Ctrl-C
            os.killpg(begun.pid, number)
            time.sleep(0.1)
        output, _ = begun.communicate()
        assert begun.returncode == code
        assert "Stopped." in output
        assert "Traceback" not in output
        assert processes_with(str(clone.scratch)) == []
        assert processes_with(f"4{os.getpid()}.0") == []
        clone.assert_nothing_left()

    def test_a_reader_that_closes_the_output(self, clone: Clone) -> None:
        with clone.start(errors=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == ""
        assert process.returncode == 1
        clone.assert_nothing_left()
