# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real Thunderbird's wizard sets up an account from the file that the playbook wrote and a web server serves."""

from __future__ import annotations

import contextlib
import email.message
import pathlib
import sys
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.lab import web_server
from ansible_collections.charter.mail.tests.lab.daemon import running
from ansible_collections.charter.mail.tests.lab.fixtures import require as require_lab
from ansible_collections.charter.mail.tests.lab.hosts import HOSTS, MailHost, Service
from ansible_collections.charter.mail.tests.lab.lab import MailLab

from .thunderbird import Thunderbird, ThunderbirdError, require
from .thunderbird_profiles import FULL_NAME, make_home

DOMAIN = "office.example"
PATH = "/.well-known/autoconfig/mail/config-v1.1.xml"
HUB = pathlib.Path(__file__).with_name("thunderbird_account_hub.js").read_text()
FIRST_WITH_HUB = 153  # of those that were tested; in 140 it is there, but switched off
SUCCESS = "0x0"


@pytest.fixture(scope="module")
def office() -> t.Iterator[MailLab]:
    """The provider's servers, and the web server of an office whose addresses are in a domain of its own."""
    require_lab()
    require()
    users = [f"{name}@{DOMAIN}" for name in ("mario", "anna")]
    with MailLab.start(users=users, hosts=(*HOSTS, MailHost(DOMAIN, ()))) as lab:
        yield lab


@contextlib.contextmanager
def served(lab: MailLab, folder: pathlib.Path, log: pathlib.Path) -> t.Iterator[None]:
    """Serve a folder as https://office.example/ while the block lasts."""
    address = lab.addresses[DOMAIN]
    identity = lab.directory / "tls" / f"{DOMAIN}.pem"
    command = [sys.executable, web_server.__file__, address, str(folder), str(identity)]
    with running("The web server", lab.command(command), log) as server:
        server.wait_until_listening({(address, 443)})
        yield


def rendered(ansible: Ansible, accounts: t.Sequence[t.Mapping[str, t.Any]]) -> pathlib.Path:
    """The folder for the web server, as the playbook writes it."""
    out = ansible.folder / "out"
    options = ["-e", f"mail_render={out}", "-e", '{"mail_render_for": ["thunderbird"]}']
    run = ansible.playbook("render", ansible.local_host(mail_accounts=accounts), *options)
    assert run.code == 0, run.output
    return out / "autoconfig" / DOMAIN


def start(lab: MailLab, home: pathlib.Path) -> Thunderbird:
    make_home(home, {})
    return Thunderbird(home, command_prefix=lab.command([]), ca=lab.ca_path)


def require_hub(client: Thunderbird) -> None:
    if int(client.version.partition(".")[0]) < FIRST_WITH_HUB:
        pytest.skip(f"Thunderbird {client.version} has another wizard")


def message(subject: str) -> email.message.EmailMessage:
    made = email.message.EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, f"friend@{DOMAIN}", f"mario@{DOMAIN}"
    made.set_content("Hello\n")
    return made


@pytest.mark.parametrize(
    ("name", "options", "incoming", "host", "outgoing"),
    [
        ("mario", {}, Service.IMAP, ("imap.charter.net", "993"), ("smtp.charter.net", "587")),
        ("anna", {"protocol": "pop3"}, Service.POP3, ("pop.charter.net", "995"), ("smtp.charter.net", "587")),
    ],
)
def test_the_wizard_finds_the_servers_in_our_file(
    ansible: Ansible,
    office: MailLab,
    name: str,
    options: t.Mapping[str, t.Any],
    incoming: Service,
    host: tuple[str, str],
    outgoing: tuple[str, str],
) -> None:
    user = office.user(f"{name}@{DOMAIN}")
    folder = rendered(ansible, [{"user": name, "email": user.address, **options}])
    log = ansible.folder / "web.log"
    office.deliver(user.address, message("Welcome"))
    with served(office, folder, log), start(office, ansible.folder / "home") as client:
        require_hub(client)
        assert client.wizard_shown()
        found = client.run_script(HUB, FULL_NAME, user.address, user.password)
        assert found == {
            "incomingHost": host[0],
            "incomingPort": host[1],
            "outgoingHost": outgoing[0],
            "outgoingPort": outgoing[1],
        }
        [account] = [one for one in client.accounts() if one["incoming"]["type"] == incoming.value]
        [identity] = account["identities"]
        assert (identity["email"], identity["full_name"]) == (user.address, FULL_NAME)
        assert account["incoming"]["username"] == user.address
        assert client.verify_incoming(account["key"]) == SUCCESS
        assert client.fetch(account["key"]) == ["Welcome"]
        assert client.send(identity["key"], user.address, "An answer", "Thanks\n") == SUCCESS
        office.wait_for_message(user.address, "An answer")
        assert client.dialogs == ()
    assert f"200 {PATH}?emailaddress={name}%40{DOMAIN}" in log.read_text().splitlines()
    assert {login.tls for login in office.logins() if login.user == user.address} == {True}


def test_without_the_file_the_wizard_finds_nothing(ansible: Ansible, office: MailLab) -> None:
    """So what the other tests find is from our file, not from the client's own lists or guesses."""
    user = office.user(f"mario@{DOMAIN}")
    folder = ansible.folder / "empty"
    folder.mkdir()
    log = ansible.folder / "web.log"
    with (
        served(office, folder, log),
        start(office, ansible.folder / "home") as client,
    ):
        require_hub(client)
        with pytest.raises(ThunderbirdError, match="the account hub found no settings"):
            client.run_script(HUB, FULL_NAME, user.address, user.password)
    assert f"404 {PATH}?emailaddress=mario%40{DOMAIN}" in log.read_text().splitlines()
