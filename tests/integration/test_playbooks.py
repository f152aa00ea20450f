# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks, with the accounts in the inventory and the passwords in a vault, as in the README."""

from __future__ import annotations

import json
import pathlib
import subprocess
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import ROOT, Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser, snapshot
from ansible_collections.charter.mail.tests.lab.lab import MailLab


@pytest.fixture
def ansible(tmp_path: pathlib.Path, mail_lab: MailLab) -> Ansible:
    """Ansible inside the lab's network."""
    return Ansible(tmp_path, prefix=mail_lab.command([]))


EMAIL = "mario.rossi@charter.net"
BOTH = ("thunderbird", "evolution")


class Office:
    """An inventory with one host, two users, both clients, and the passwords in a vault."""

    def __init__(self, ansible: Ansible, lab: MailLab, folder: pathlib.Path, mario: LocalUser, anna: LocalUser) -> None:
        self.ansible = ansible
        self.local_users = (mario, anna)
        self.users = (lab.add_user(f"{mario.name}@charter.net"), lab.add_user(f"{anna.name}@charter.net"))
        self._password_file = folder / "vault-password"
        self._secrets = folder / "secrets.yml"
        self._password_file.write_text("vault password\n")
        vaulted = {"vault_mario": self.users[0].password, "vault_anna": self.users[1].password}
        self._secrets.write_text(json.dumps(vaulted))
        self.vault_options = ["--vault-password-file", str(self._password_file)]
        assert ansible.command("ansible-vault", "encrypt", *self.vault_options, str(self._secrets)).code == 0
        assert self.users[0].password not in self._secrets.read_text()
        accounts = [
            {"user": mario.name, "email": self.users[0].address, "password": "{{ vault_mario }}"},
            {
                "user": anna.name,
                "email": self.users[1].address,
                "password": "{{ vault_anna }}",
                "protocol": "pop3",
                "leave_on_server_days": 14,
            },
        ]
        self.inventory = ansible.local_host(mail_accounts=accounts, mail_clients=BOTH, mail_ca_path=str(lab.ca_path))

    @property
    def variables(self) -> dict[str, t.Any]:
        """The host's variables, which a test may change."""
        found: dict[str, t.Any] = self.inventory["all"]["hosts"]["desk"]
        return found

    def play(self, name: str, *options: str) -> t.Any:
        return self.ansible.playbook(
            name, self.inventory, "--extra-vars", f"@{self._secrets}", *self.vault_options, *options
        )


@pytest.fixture
def office(ansible: Ansible, mail_lab: MailLab, tmp_path: pathlib.Path, mario: LocalUser, anna: LocalUser) -> Office:
    return Office(ansible, mail_lab, tmp_path, mario, anna)


def test_configure_verify_and_remove(office: Office) -> None:
    before = [snapshot(local_user.home) for local_user in office.local_users]
    predicted = office.play("configure", "--check", "--diff")
    assert predicted.code == 0, predicted.output
    assert "+  incoming: pop.charter.net, port 995, ssl" in predicted.output
    assert [snapshot(local_user.home) for local_user in office.local_users] == before

    site = office.play("site", "-vvv")
    assert site.code == 0, site.output
    assert site.recap["changed"] == 1
    assert {(one["client"], one["status"]) for one in configured(office)} == {(client, "created") for client in BOTH}
    for user in office.users:
        assert f"All tests completed successfully for {user.address}" in site.output
        assert user.password not in site.output

    again = office.play("site")
    assert (again.code, again.recap["changed"]) == (0, 0)

    removed = office.play("remove", "--diff")
    assert (removed.code, removed.recap["changed"]) == (0, 1)
    assert {(one["client"], one["status"]) for one in configured(office)} == {(client, "removed") for client in BOTH}
    assert office.play("remove").recap["changed"] == 0
    for local_user in office.local_users:
        assert "charter.net" not in (local_user.profile / "prefs.js").read_text()
        assert json.loads((local_user.profile / "logins.json").read_text())["logins"] == []
        assert sources(local_user) == []


def test_each_user_gets_the_same_account_in_both_clients(office: Office) -> None:
    assert office.play("configure").code == 0
    for local_user, user, server in zip(office.local_users, office.users, ("imap", "pop"), strict=True):
        assert f'"{server}.charter.net"' in (local_user.profile / "prefs.js").read_text()
        found = sources(local_user)
        assert len(found) == 3
        text = "".join(path.read_text() for path in found)
        assert f"Host={server}.charter.net\n" in text
        assert f"Address={user.address}\n" in text
        assert {path.stat().st_uid for path in found} == {local_user.uid}


def test_only_named_clients_are_configured(office: Office) -> None:
    mario, _anna = office.local_users
    office.variables["mail_clients"] = ["evolution"]
    assert office.play("configure").recap["changed"] == 1
    assert len(sources(mario)) == 3
    assert not mario.thunderbird.exists()
    office.variables["mail_clients"] = ["evolutoin"]
    refused = office.play("configure")
    assert refused.code == 2
    assert "must be one or more of: thunderbird, evolution, outlook" in refused.output


def test_installed_clients_are_the_default(office: Office) -> None:
    """This machine has all clients that the tests need."""
    del office.variables["mail_clients"]
    assert office.play("configure").recap["changed"] == 1
    assert [found["clients"] for found in office.ansible.results() if "clients" in found] == [list(BOTH)]


@pytest.mark.parametrize(
    ("variables", "system", "clients"),
    [
        ({}, "linux", ["thunderbird", "evolution"]),
        ({"mail_system": "windows"}, "windows", ["outlook"]),
        ({"ansible_shell_type": "powershell"}, "windows", ["outlook"]),
        ({"ansible_shell_type": "cmd", "mail_system": "{{ 'lin' ~ 'ux' }}"}, "linux", ["thunderbird", "evolution"]),
    ],
)
def test_mail_system_or_the_connection_decides_the_system(
    ansible: Ansible, variables: dict[str, str], system: str, clients: list[str]
) -> None:
    hosts = ansible.local_host(**variables)
    found = ansible.module("mail_clients", hosts=hosts, installed=False)
    assert (found["system"], found["clients"]) == (system, clients)
    named = ansible.module("mail_clients", hosts=hosts, clients=["outlook", "evolution"])
    assert named["clients"] == (["outlook"] if system == "windows" else ["evolution"])


@pytest.mark.parametrize(
    ("module", "options"), [("mail_clients", {"installed": True}), ("mail_verify", {"email": EMAIL})]
)
def test_an_unknown_system_is_refused(ansible: Ansible, module: str, options: dict[str, t.Any]) -> None:
    found = ansible.module(module, hosts=ansible.local_host(mail_system="window"), **options)
    assert found["failed"]
    assert "mail_system: 'window' is not a system. Write linux or windows." in found["msg"]


def test_profile_applies_to_thunderbird_only(office: Office) -> None:
    mario, _anna = office.local_users
    office.variables["mail_accounts"][0]["profile"] = "work"
    mario.thunderbird.mkdir()
    (mario.thunderbird / "profiles.ini").write_text("[Profile0]\nName=work\nIsRelative=1\nPath=at.work\n")
    (mario.thunderbird / "at.work").mkdir()
    mario.own()
    assert office.play("configure").code == 0
    assert "charter.net" in (mario.thunderbird / "at.work" / "prefs.js").read_text()
    assert len(sources(mario)) == 3
    for client in BOTH:
        assert office.play("verify", "--extra-vars", f"mail_from_client={client}").code == 0


def test_the_settings_stored_in_evolution_are_tested(office: Office) -> None:
    mario, _anna = office.local_users
    assert office.play("configure").code == 0
    (account,) = (path for path in sources(mario) if "Host=imap" in path.read_text())
    account.write_text(account.read_text().replace("Port=993", "Port=994"))
    done = office.play("verify", "--extra-vars", "mail_from_client=evolution")
    assert done.code == 2
    assert "imap.charter.net 993 ssl wanted, imap.charter.net 994 ssl in Evolution" in done.output
    assert f"All tests completed successfully for {office.users[1].address}" in done.output


def test_options_of_one_client_apply(office: Office) -> None:
    mario, _anna = office.local_users
    office.variables.update(mail_clients=["evolution"], mail_evolution={"password_store": "plaintext_keyring"})
    assert office.play("configure").code == 0
    keyring = mario.home / ".local/share/keyrings/charter-mail.keyring"
    assert office.users[0].password in keyring.read_text()
    assert keyring.stat().st_mode & 0o777 == 0o600
    assert office.play("remove").code == 0
    assert office.users[0].password not in "".join(path.read_text() for path in keyring.parent.glob("*.keyring*"))


def configured(office: Office) -> list[dict[str, t.Any]]:
    """The entries of the last run's result."""
    (found,) = (found["accounts"] for found in office.ansible.results() if "clients" in found)
    accounts: list[dict[str, t.Any]] = found
    return accounts


def sources(local_user: LocalUser) -> list[pathlib.Path]:
    """The files of a user's Evolution sources."""
    return sorted((local_user.home / ".config/evolution/sources").glob("*.source"))


def test_an_account_that_works_is_one_line(office: Office) -> None:
    office.variables["mail_accounts"][0]["password"] = "a-wrong-password"
    failed = office.play("verify")
    office.variables["mail_accounts"][0]["password"] = office.users[0].password
    works = office.play("verify")
    assert (failed.code, works.code) == (2, 0)
    for output, user in ((failed.output, office.users[1]), *((works.output, user) for user in office.users)):
        (line,) = (line for line in output.splitlines() if user.address in line)
        assert line.startswith(f"desk: All tests completed successfully for {user.address}: ")
    (account, _other) = office.ansible.results()[0]["accounts"]
    assert account["checks"] == []
    assert office.play("verify", "--extra-vars", "mail_checks=all").code == 0
    (account, _other) = office.ansible.results()[0]["accounts"]
    assert {check["status"] for check in account["checks"]} == {"ok"}


def test_a_failed_verification_names_the_account_and_the_cause(office: Office, mail_lab: MailLab) -> None:
    accounts = office.variables["mail_accounts"]
    accounts[0]["password"] = "a-wrong-password"
    done = office.play("verify", "-vvv")
    assert done.code == 2
    assert "Mail cannot be received: imap.charter.net:993" in done.output
    assert f"All tests completed successfully for {office.users[1].address}" in done.output
    assert "a-wrong-password" not in done.output


@pytest.mark.parametrize("variables", [{}, {"mail_accounts": None}, {"mail_accounts": []}])
def test_a_host_without_accounts_is_named_and_left_alone(ansible: Ansible, variables: dict[str, t.Any]) -> None:
    for name in ("configure", "remove"):
        done = ansible.playbook(name, ansible.local_host(**variables))
        assert done.code == 0, done.output
        assert done.recap["changed"] == 0
        assert "desk has no mail accounts" in done.output


def test_an_entry_without_a_user_is_said_to_be_roots(ansible: Ansible) -> None:
    hosts = ansible.local_host(mail_clients=BOTH, mail_accounts=[{"email": EMAIL}])
    done = ansible.playbook("configure", hosts, "--check")
    assert done.code == 0, done.output
    assert done.output.count("no user is given, so it is root's own account.") == 1


def test_a_misspelt_variable_is_named(ansible: Ansible) -> None:
    done = ansible.playbook("configure", ansible.local_host(mail_acounts=[{"email": EMAIL}]))
    assert done.code == 0
    assert "Its variable mail_acounts is not read: rename it to mail_accounts." in done.output


def test_an_invalid_entry_is_named_with_its_address(office: Office) -> None:
    accounts = office.variables["mail_accounts"]
    for wrong, reason in (
        ({"provider": "chartr"}, "value of provider must be one of: charter, "),
        ({"pasword": "x"}, "Unknown option pasword, did you mean password?"),
        ({"incoming": {"prot": 993}}, "Unknown option incoming.prot, did you mean port?"),
    ):
        accounts[1].update(wrong)
        done = office.play("configure", "-vvv")
        assert done.code == 2
        assert f"accounts[1] ({office.users[1].address}): {reason}" in done.output
        assert all(user.password not in done.output for user in office.users)
        for key in wrong:
            del accounts[1][key]


def test_an_ordinary_user_needs_no_root(ansible: Ansible, mario: LocalUser, anna: LocalUser) -> None:
    as_mario = {"ansible_become_user": mario.name, "ansible_become_method": "su", "ansible_pipelining": True}
    hosts = ansible.local_host(**as_mario, mail_clients=BOTH, mail_accounts=[{"email": EMAIL}])
    own = ansible.playbook("configure", hosts)
    assert (own.code, own.recap["changed"]) == (0, 1), own.output
    written = [mario.profile / "prefs.js", *sources(mario)]
    assert [path.stat().st_uid for path in written] == [mario.uid] * 4
    for client in BOTH:
        accounts = [{"email": EMAIL, "user": anna.name}]
        hosts = ansible.local_host(**as_mario, mail_clients=[client], mail_accounts=accounts)
        others = ansible.playbook("configure", hosts)
        assert others.code == 2
        assert f"user {anna.name}: only root can configure another user's mail." in others.output


def test_the_readme_names_every_playbook_and_its_contents_every_module_and_role() -> None:
    readme, contents = ((ROOT / page).read_text() for page in ("README.md", "docs/contents.md"))
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for path in tracked:
        parts = pathlib.PurePosixPath(path).parts
        if parts[0] == "playbooks" and len(parts) == 2:
            assert f"charter.mail.{pathlib.PurePosixPath(path).stem}" in readme
        if parts[:2] == ("plugins", "modules") and len(parts) == 3:
            assert f"charter.mail.{pathlib.PurePosixPath(path).stem}" in contents
        if parts[0] == "roles":
            assert f"charter.mail.{parts[1]}" in contents
