# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One report for a run over hosts over SSH, however Ansible runs it."""

from __future__ import annotations

import gzip
import json
import pathlib
import re
import stat
import subprocess
import typing as t

import pytest

from ansible_collections.charter.mail.tests.fleet.fleet import Fleet
from ansible_collections.charter.mail.tests.fleet.required import require
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, AnsibleRun
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, smtp
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, ScriptedServer

from .test_mail_on_hosts import CA_ON_HOST, serving

FINE = ("desk-1", "desk-2")
WRONG, EMPTY, AWAY = "desk-3", "desk-4", "away"
ALL = {*FINE, WRONG, EMPTY, AWAY}
STARTTLS = Server(tls="starttls")
# As it is, and as JSON has it.
PASSWORD_FORMS = (PASSWORD, *(json.dumps(PASSWORD, ensure_ascii=escaped)[1:-1] for escaped in (True, False)))
_HEADLINE = re.compile(r"^  Mail .+ hosts?( \(check mode\))?$", re.MULTILINE)

_TEST = {"accounts": "{{ mail_accounts | default([]) }}", "ca_path": CA_ON_HOST, "fail_on": []}
# As a user's own playbook can do it.
_OWN = [
    {
        "hosts": "all",
        "gather_facts": False,
        "serial": 2,
        "order": "reverse_inventory",  # Ansible ends a run if it reaches no host of a batch
        "tasks": [{"charter.mail.mail_verify": _TEST}],
    },
    {
        "hosts": "all",
        "gather_facts": False,
        "strategy": "linear",
        "tasks": [
            {
                "charter.mail.mail_report": {"records": "{{ mail_records }}", "json": "{{ mail_report_json }}"},
                "run_once": True,
                "delegate_to": "localhost",
            }
        ],
    },
]


class Office:
    """Two hosts on which mail works, one with a wrong port, one without accounts, and one that cannot be reached."""

    def __init__(self, fleet: Fleet, folder: pathlib.Path, receiving: ScriptedServer, sending: ScriptedServer) -> None:
        self.ansible = Ansible(folder)
        self.records = folder / "records"
        self._fleet = fleet
        self._folder = folder
        self.wrong_port = {"host": "imap.lab.test", "port": 9, "security": "ssl"}
        account = {
            "email": USERNAME,
            "password": PASSWORD,
            "incoming": {"host": "imap.lab.test", "port": receiving.port, "security": "ssl"},
            "outgoing": {"host": "smtp.lab.test", "port": sending.port, "security": "starttls"},
        }
        self.failing = {**account, "incoming": self.wrong_port}
        hosts: dict[str, t.Any] = {name: {"mail_accounts": [account]} for name in FINE}
        hosts[WRONG] = {"mail_accounts": [self.failing]}
        hosts[EMPTY] = {}
        hosts[AWAY] = {"ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_ssh_common_args": "-F /dev/null"}
        hosts[AWAY]["mail_accounts"] = [account]
        self._hosts = folder / "accounts.json"
        self._hosts.touch(mode=0o600)
        # A secure port of nobody is asked once for all ways of running.
        common = {"mail_ca_path": CA_ON_HOST, "mail_timeout": 5}
        self._hosts.write_text(json.dumps({"all": {"vars": common, "hosts": hosts}}))

    def run(self, *options: str, playbook: str = "charter.mail.verify", strategy: str = "linear") -> AnsibleRun:
        (self._folder / "ansible.cfg").write_text(f"[defaults]\nstrategy={strategy}\nshow_custom_stats=true\n")
        inventories = [f"--inventory={self._fleet.inventory_path}", f"--inventory={self._hosts}"]
        files = {"mail_records": str(self.records), "mail_report_json": str(self._folder / "report.json")}
        written = ["--extra-vars", json.dumps(files)]
        return self.ansible.command("ansible-playbook", playbook, *inventories, *written, *options)

    def report(self) -> dict[str, t.Any]:
        """The JSON that the last run wrote."""
        path = self._folder / "report.json"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        content: dict[str, t.Any] = json.loads(path.read_text())
        path.unlink()
        return content


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Office]:
    require(lab=False)
    with Fleet.start(count=4) as fleet, serving(fleet, imap(Server()), smtp(STARTTLS)) as (receiving, sending):
        names = f"{fleet.control_address} imap.lab.test smtp.lab.test"
        for host in (*FINE, WRONG, EMPTY):
            command = fleet.ssh(host, f"cat >{CA_ON_HOST} && echo {names} >>/etc/hosts")
            subprocess.run(command, input=pathlib.Path(CA).read_bytes(), capture_output=True, timeout=60, check=True)
        yield Office(fleet, tmp_path_factory.mktemp("office"), receiving, sending)


def states(report: t.Mapping[str, t.Any]) -> dict[str, set[str]]:
    """The hosts in each state."""
    found: dict[str, set[str]] = {}
    for row in report["hosts"]:
        found.setdefault(row["state"], set()).add(row["host"])
    return found


EVERYTHING = {"verified": set(FINE), "failed": {WRONG}, "no_accounts": {EMPTY}, "not_reached": {AWAY}}


@pytest.mark.parametrize(
    ("options", "strategy", "expected"),
    [
        ((), "linear", EVERYTHING),
        (("--limit", "desk-1,desk-3"), "linear", {"verified": {"desk-1"}, "failed": {WRONG}}),
        (("--limit", f"desk-1,{AWAY}"), "linear", {"verified": {"desk-1"}, "not_reached": {AWAY}}),
        ((), "free", EVERYTHING),
        (("--check",), "linear", EVERYTHING),
        (("--forks", "50"), "linear", EVERYTHING),
    ],
    ids=["plain", "limit", "one unreachable", "free", "check mode", "forks 50"],
)
def test_a_run_has_one_report(
    office: Office, options: tuple[str, ...], strategy: str, expected: dict[str, set[str]]
) -> None:
    done = office.run(*options, strategy=strategy)
    assert done.code != 0
    assert len(_HEADLINE.findall(done.output)) == 1, done.output
    report = office.report()
    assert states(report) == expected
    assert report["check_mode"] is ("--check" in options)
    if WRONG in expected.get("failed", ()):
        assert f"fatal: [{WRONG}]: FAILED!" in done.output
        # The summary is what an administrator reads last.
        assert done.output.index(f"fatal: [{WRONG}]: FAILED!") < done.output.index("  Mail does not work on ")
    # What AWX and ansible-runner keep of the run.
    (statistics,) = re.findall(r"^\tRUN: (\{.*\})$", done.output, re.MULTILINE)
    kept = json.loads(statistics)["charter_mail"]
    assert (kept["run"], kept["counts"]) == (report["run"], report["counts"])
    assert [finding["title"] for finding in kept["findings"]] == [finding["title"] for finding in report["findings"]]
    assert not any(form in text for form in PASSWORD_FORMS for text in (done.output, json.dumps(report)))


def test_a_run_in_which_all_hosts_fail_has_one_report(office: Office) -> None:
    wrong = json.dumps({"mail_accounts": [office.failing]})
    done = office.run("--extra-vars", wrong, "--limit", ",".join(FINE))
    assert done.code == 2
    assert len(_HEADLINE.findall(done.output)) == 1, done.output
    assert states(office.report()) == {"failed": set(FINE)}


def test_a_run_that_reaches_no_host_has_one_report_and_fails(office: Office) -> None:
    for playbook in ("charter.mail.verify", "charter.mail.site"):
        done = office.run("--limit", AWAY, playbook=playbook)
        assert done.code == 4, done.output
        assert done.output.count("\n  No host was reached\n") == 1, done.output
        assert f"fatal: [{AWAY}]: UNREACHABLE! => " in done.output
        assert (done.recap["unreachable"], done.recap["failed"]) == (1, 0)
        report = office.report()
        assert states(report) == {"not_reached": {AWAY}}
        assert report["hosts"][0]["reason"].startswith("Failed to connect to the host via ssh")


def test_without_records_a_host_that_is_not_reached_ends_the_run_so(office: Office, tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("")
    nowhere = json.dumps({"mail_records": str(tmp_path / "file" / "records")})
    done = office.run("--limit", f"{AWAY},{EMPTY}", "--extra-vars", nowhere)
    assert done.code == 4, done.output
    assert f"fatal: [{AWAY}]: UNREACHABLE! => " in done.output
    assert f"fatal: [{EMPTY}]" not in done.output


def test_an_own_playbook_in_batches_has_one_report(office: Office, tmp_path: pathlib.Path) -> None:
    playbook = tmp_path / "own.yml"
    playbook.write_text(json.dumps(_OWN))
    done = office.run(playbook=str(playbook))
    assert len(_HEADLINE.findall(done.output)) == 1, done.output
    assert states(office.report()) == EVERYTHING


def test_a_run_that_works_is_short_and_a_later_one_knows_it(office: Office) -> None:
    works = office.run("--limit", ",".join((*FINE, EMPTY)))
    assert works.code == 0, works.output
    assert len(_HEADLINE.findall(works.output)) == 1
    assert "skipping: [" not in works.output
    assert "fatal:" not in works.output
    office.report()
    stopped = office.run("--limit", FINE[0], "--extra-vars", json.dumps({"mail_timeout": 0.001}))
    assert stopped.code == 2, stopped.output
    (row,) = office.report()["hosts"]
    assert (row["last_state"], row["accounts"][0]["changed"]) == ("verified", "fails now")


def test_records_are_private_and_without_passwords(office: Office) -> None:
    office.run("--limit", FINE[0])
    office.report()
    files = [path for path in office.records.rglob("*") if path.is_file()]
    assert files
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in office.records.rglob("*") if path.is_dir()} == {0o700}
    texts = [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files]
    assert any(USERNAME.encode() in text for text in texts)
    assert not any(form.encode() in text for form in PASSWORD_FORMS for text in texts)


def test_records_alone_give_a_report(office: Office) -> None:
    office.run("--limit", f"{FINE[0]},{WRONG}")
    office.report()
    done = office.run(playbook="charter.mail.report")
    assert done.code == 0, done.output
    assert len(_HEADLINE.findall(done.output)) == 1
    assert {FINE[0], WRONG} <= {row["host"] for row in office.report()["hosts"]}


def test_without_a_folder_nothing_is_left(office: Office) -> None:
    before = sorted(office.records.iterdir())
    done = office.run("--limit", FINE[0], "--extra-vars", json.dumps({"mail_records": ""}))
    assert done.code == 0, done.output
    office.report()
    assert sorted(office.records.iterdir()) == before


def test_a_record_that_cannot_be_written_fails_no_host(office: Office, tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("")
    nowhere = json.dumps({"mail_records": str(tmp_path / "file" / "records")})
    works = office.run("--limit", ",".join(FINE), "--extra-vars", nowhere)
    assert works.code == 0, works.output
    assert works.output.count("Mail results cannot be recorded (") == 1
    failed = office.run("--limit", WRONG, "--extra-vars", nowhere)
    assert failed.code == 2, failed.output
    assert "imap.lab.test:9" in failed.output
