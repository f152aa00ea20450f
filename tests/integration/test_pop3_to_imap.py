# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of docs/pop3-to-imap.md, run for a user of this machine with both clients."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml

from ansible_collections.charter.mail.tests.integration.ansible_runs import ROOT, Ansible, AnsibleRun
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser, snapshot

PAGE = (ROOT / "docs/pop3-to-imap.md").read_text()
EMAIL = "mario.rossi@charter.net"
PASSWORD = "tombola-4711"
MAIL = "From - \nSubject: Hello\n\nHello.\n"


@pytest.fixture
def ansible(tmp_path: pathlib.Path) -> Ansible:
    return Ansible(tmp_path, quick=True)


class Desk:
    """A host with one user and both clients."""

    def __init__(self, ansible: Ansible, user: LocalUser) -> None:
        self.ansible = ansible
        self.user = user

    def configure(self, accounts: list[dict[str, t.Any]], *options: str) -> AnsibleRun:
        named = [{**account, "user": self.user.name} for account in accounts]
        hosts = self.ansible.local_host(
            mail_accounts=named,
            mail_clients=["thunderbird", "evolution"],
            mail_evolution={"password_store": "plaintext_keyring"},
            vault_mario=PASSWORD,
        )
        done = self.ansible.playbook("configure", hosts, "-vvv", *options)
        assert PASSWORD not in done.output
        return done

    def roll_back(self, *options: str) -> AnsibleRun:
        done = self.ansible.playbook("rollback", self.ansible.local_host(mail_users=[self.user.name]), "-vvv", *options)
        assert PASSWORD not in done.output
        return done

    def settings(self) -> dict[str, bytes]:
        """All settings of both clients, without passwords."""
        sources = (self.user.home / ".config/evolution/sources").glob("*.source")
        return {path.name: path.read_bytes() for path in (self.user.profile / "prefs.js", *sources)}

    def statuses(self) -> set[tuple[str, str, str]]:
        (result,) = self.ansible.results()
        return {(one["client"], one["protocol"], one["status"]) for one in result["accounts"]}


def test_the_examples(ansible: Ansible, mario: LocalUser) -> None:
    examples = [yaml.safe_load(text)["mail_accounts"] for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
    there, _with_upload, back = examples
    desk = Desk(ansible, mario)
    by_pop3 = [{"email": EMAIL, "protocol": "pop3", "password": PASSWORD, "full_name": "Mario Rossi"}]
    assert desk.configure(by_pop3).code == 0
    prefs = mario.profile / "prefs.js"
    prefs.write_text(
        f'{prefs.read_text()}user_pref("mail.server.server1.directory-rel", "[ProfD]Mail/pop.charter.net");\n'
    )
    box = mario.profile / "Mail/pop.charter.net/Inbox"
    box.parent.mkdir(parents=True)
    box.write_text(MAIL)
    mario.own()
    before = snapshot(mario.home)
    settings = desk.settings()

    foreseen = desk.configure(there, "--check", "--diff")
    assert foreseen.code == 0, foreseen.output
    assert "-  protocol: pop3" in foreseen.output
    assert "+  protocol: imap" in foreseen.output
    assert snapshot(mario.home) == before
    moved = desk.configure(there)
    assert moved.code == 0, moved.output
    assert desk.statuses() == {(client, "imap", "created") for client in ("thunderbird", "evolution")}
    text = prefs.read_text()
    assert '"imap.charter.net"' in text
    assert '"Mario Rossi"' in text
    assert 'user_pref("mail.server.server1.type", "none");' in text
    assert box.read_text() == MAIL
    assert "mailbox://" not in (mario.profile / "logins.json").read_text()
    assert "imap://imap.charter.net" in (mario.profile / "logins.json").read_text()
    sources = "".join(path.read_text() for path in (mario.home / ".config/evolution/sources").glob("*.source"))
    assert "BackendName=imapx" in sources
    assert "BackendName=pop\n" not in sources
    assert desk.configure(there).recap["changed"] == 0

    moved_prefs = prefs.read_bytes()
    foreseen = desk.roll_back("--check", "--diff")
    assert foreseen.code == 0, foreseen.output
    assert "-  protocol: imap" in foreseen.output
    assert "+  protocol: pop3" in foreseen.output
    assert prefs.read_bytes() == moved_prefs
    undone = desk.roll_back()
    assert (undone.code, undone.recap["changed"]) == (0, 1), undone.output
    assert desk.settings() == settings
    assert box.read_text() == MAIL
    assert "mailbox://pop.charter.net" in (mario.profile / "logins.json").read_text()
    assert desk.configure(there).recap["changed"] == 1

    assert desk.configure(back).recap["changed"] == 1
    changed = (("pop3", "created"), ("imap", "removed"))
    assert desk.statuses() == {(client, *one) for client in ("thunderbird", "evolution") for one in changed}
    assert 'user_pref("mail.server.server1.type", "pop3");' in prefs.read_text()
    assert box.read_text() == MAIL
    assert desk.configure(back).recap["changed"] == 0


def test_an_account_that_is_listed_both_ways_is_refused(ansible: Ansible, mario: LocalUser) -> None:
    desk = Desk(ansible, mario)
    for state in ("present", "absent"):
        both: list[dict[str, t.Any]] = [
            {"email": EMAIL, "migrate": True},
            {"email": EMAIL, "protocol": "pop3", "state": state},
        ]
        done = desk.configure(both)
        assert done.code == 2
        assert f"accounts[1]: accounts[0] replaces {EMAIL} (pop3) (migrate). Keep one of the two." in done.output
    done = desk.configure([{"email": EMAIL, "protocol": "pop3", "migrate": True}])
    assert "migrate: it replaces POP3 with IMAP, but protocol is pop3. Set protocol to imap." in done.output
