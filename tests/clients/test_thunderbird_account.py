# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of thunderbird_account, used by the real Thunderbird with real mail servers.

In the lab, imap., pop., smtp. and mobile.charter.net are local servers, so the defaults are tested unchanged.
"""

from __future__ import annotations

import email.message
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser
from ansible_collections.charter.mail.tests.lab.hosts import Service
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

from .thunderbird import Thunderbird, require
from .thunderbird_data import Account

SUCCESS = "0x0"
FULL_NAME = 'Mario "Super" Rössi \\ 😀'


@pytest.fixture(autouse=True)
def _thunderbird_is_here() -> None:
    require()


@pytest.fixture
def setup(ansible: Ansible, mario: LocalUser, mail_lab: MailLab, mail_user: MailUser) -> ThunderbirdSetup:
    return ThunderbirdSetup(ansible, mario, mail_lab, mail_user)


class ThunderbirdSetup:
    """A local user with a mailbox in the lab, and an admin who runs the module."""

    def __init__(self, ansible: Ansible, local_user: LocalUser, lab: MailLab, user: MailUser) -> None:
        self._ansible = ansible
        self.local_user = local_user
        self.lab = lab
        self.user = user

    def configure(self, **options: t.Any) -> dict[str, t.Any]:
        """Run the module for the user's mailbox."""
        given = {"user": self.local_user.name, "email": self.user.address, "password": self.user.password, **options}
        result = self._ansible.module("thunderbird_account", **given)
        assert not result["failed"], str(result)
        return result

    def open(self, **options: t.Any) -> Thunderbird:
        """The user's Thunderbird, working directly on the user's home."""
        return Thunderbird(
            self.local_user.home, copy=False, command_prefix=self.lab.command([]), ca=self.lab.ca_path, **options
        )

    def receive(self, subject: str, text: str) -> None:
        message = email.message.EmailMessage()
        message["Subject"], message["From"], message["To"] = subject, "friend@charter.net", self.user.address
        message.set_content(text)
        self.lab.deliver(self.user.address, message)

    def uses_mail(self, client: Thunderbird, account: Account, other: MailUser, subject: str) -> None:
        """Log in, list folders, receive, read and send, with only what was configured."""
        self.receive(subject, "Good morning.")
        assert client.verify_incoming(account["key"]) == SUCCESS
        assert "INBOX" in " ".join(client.folders(account["key"])).upper()
        assert subject in client.fetch(account["key"])
        assert "Good morning." in client.read_message(subject, account["key"])
        (identity,) = account["identities"]
        assert client.send(identity["key"], other.address, f"Re: {subject}", "Thank you.") == SUCCESS
        assert self.user.address in self.lab.wait_for_message(other.address, f"Re: {subject}")["From"]
        assert client.dialogs == ()


def mail_accounts(client: Thunderbird) -> list[Account]:
    return [account for account in client.accounts() if account["incoming"]["type"] != "none"]


@pytest.mark.parametrize(
    ("protocol", "host", "port"), [("imap", "imap.charter.net", 993), ("pop3", "pop.charter.net", 995)]
)
def test_the_first_start_shows_an_account_that_works(
    setup: ThunderbirdSetup, protocol: str, host: str, port: int
) -> None:
    other = setup.lab.add_user(f"other.of.{setup.user.address}")
    assert setup.configure(protocol=protocol, full_name=FULL_NAME)["changed"]
    with setup.open() as client:
        assert client.profile == setup.local_user.profile
        assert not client.wizard_shown()
        (account,) = mail_accounts(client)
        incoming, (identity,) = account["incoming"], account["identities"]
        assert (incoming["type"], incoming["host"], incoming["port"]) == (protocol, host, port)
        assert (incoming["socket_type"], incoming["auth_method"]) == (3, 3)
        assert incoming["username"] == identity["email"] == setup.user.address
        assert identity["full_name"] == FULL_NAME
        outgoing = identity["outgoing"]
        assert outgoing is not None
        assert (outgoing["host"], outgoing["port"], outgoing["socket_type"]) == ("smtp.charter.net", 587, 2)
        assert outgoing["username"] == setup.user.address
        assert client.default_account() == account["key"]
        if protocol == "pop3":
            assert incoming["leave_on_server"] is True
            assert incoming["leave_on_server_days"] is None
        setup.uses_mail(client, account, other, f"Hello by {protocol}")
    written = (setup.local_user.profile / "prefs.js").read_text()
    assert "localfoldersserver" in written  # Thunderbird has added its own settings ...
    again = setup.configure(protocol=protocol, full_name=FULL_NAME)
    assert not again["changed"], again["accounts"]  # ... and the account is still as configured
    assert len(setup.lab.messages(setup.user.address)) == 1


@pytest.mark.parametrize("environment", [{}, {"SNAP_NAME": "thunderbird"}, {"MOZ_LEGACY_PROFILES": "1"}])
def test_all_kinds_of_installations_open_the_new_profile(setup: ThunderbirdSetup, environment: dict[str, str]) -> None:
    setup.configure()
    with setup.open(environment=environment) as client:
        assert client.profile == setup.local_user.profile
        assert not client.wizard_shown()
        assert len(mail_accounts(client)) == 1


def test_two_addresses_on_one_host_share_nothing(setup: ThunderbirdSetup) -> None:
    second = setup.lab.add_user(f"second.of.{setup.user.address}")
    setup.configure()
    setup.configure(email=second.address, password=second.password)
    with setup.open() as client:
        one, two = mail_accounts(client)
        for account in (one, two):
            assert client.verify_incoming(account["key"]) == SUCCESS
        directories = {account["incoming"]["directory"] for account in (one, two)}
        assert {pathlib.Path(name).name for name in directories} == {"imap.charter.net", "imap.charter-1.net"}
        assert one["identities"][0]["smtp_key"] != two["identities"][0]["smtp_key"]
    assert not setup.configure()["changed"]
    assert not setup.configure(email=second.address, password=second.password)["changed"]


# Two accounts that the user created: one with IMAP, one with POP3 whose mail goes to the inbox of Local Folders.
FOREIGN = """\
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account2.identities", "id1");
user_pref("mail.account.account2.server", "server2");
user_pref("mail.account.account4.identities", "id2");
user_pref("mail.account.account4.server", "server4");
user_pref("mail.account.lastKey", 4);
user_pref("mail.accountmanager.accounts", "account2,account4,account1");
user_pref("mail.accountmanager.defaultaccount", "account4");
user_pref("mail.accountmanager.localfoldersserver", "server1");
user_pref("mail.identity.id1.fullName", "Mario at work");
user_pref("mail.identity.id1.htmlSigText", "-- \\nBye");
user_pref("mail.identity.id1.smtpServer", "smtp1");
user_pref("mail.identity.id1.useremail", "mario@work.example");
user_pref("mail.identity.id2.useremail", "mario@home.example");
user_pref("mail.server.server1.directory-rel", "[ProfD]Mail/Local Folders");
user_pref("mail.server.server1.hostname", "Local Folders");
user_pref("mail.server.server1.type", "none");
user_pref("mail.server.server1.userName", "nobody");
user_pref("mail.server.server2.directory-rel", "[ProfD]ImapMail/imap.work.example");
user_pref("mail.server.server2.hostname", "imap.work.example");
user_pref("mail.server.server2.port", 993);
user_pref("mail.server.server2.socketType", 3);
user_pref("mail.server.server2.type", "imap");
user_pref("mail.server.server2.userName", "mario");
user_pref("mail.server.server4.deferred_to_account", "account1");
user_pref("mail.server.server4.directory-rel", "[ProfD]Mail/pop.home.example");
user_pref("mail.server.server4.hostname", "pop.home.example");
user_pref("mail.server.server4.type", "pop3");
user_pref("mail.server.server4.userName", "mario");
user_pref("mail.smtpserver.smtp1.hostname", "smtp.work.example");
user_pref("mail.smtpserver.smtp1.username", "mario");
user_pref("mail.smtpservers", "smtp1");
user_pref("mailnews.tags.$label1.tag", "Urgent");
"""


def test_foreign_settings_are_kept(setup: ThunderbirdSetup) -> None:
    profile = setup.local_user.thunderbird / "own.default"
    profile.mkdir(parents=True)
    ini = "[Profile0]\nName=own\nIsRelative=1\nPath=own.default\nDefault=1\n\n[General]\nVersion=2\n"
    (setup.local_user.thunderbird / "profiles.ini").write_text(ini)
    (profile / "compatibility.ini").write_text("[Compatibility]\n")
    (profile / "prefs.js").write_text(FOREIGN)
    setup.local_user.own()
    with setup.open() as client:
        foreign = client.accounts()
        default = client.default_account()
    assert [account["incoming"]["host"] for account in foreign] == [
        "imap.work.example",
        "pop.home.example",
        "Local Folders",
    ]
    before = lines(profile)
    setup.configure()
    gone = before - lines(profile)
    assert {line.split('"')[1] for line in gone} <= {
        "mail.account.lastKey",
        "mail.accountmanager.accounts",
        "mail.smtpservers",
    }
    with setup.open() as client:
        assert [one for one in client.accounts() if one["key"] != "account5"] == foreign
        assert client.default_account() == default
        assert client.verify_incoming("account5") == SUCCESS
    assert not setup.configure()["changed"]
    assert setup.configure(state="absent")["changed"]
    with setup.open() as client:
        assert client.accounts() == foreign
    assert before - lines(profile) <= {line for line in gone if "lastKey" in line}


def lines(profile: pathlib.Path) -> set[str]:
    """The preferences of mail accounts."""
    text = (profile / "prefs.js").read_text()
    return {line for line in text.splitlines() if line.startswith(('user_pref("mail.', 'user_pref("mailnews.tags'))}


def test_an_open_thunderbird_is_not_changed(setup: ThunderbirdSetup) -> None:
    setup.configure()
    with setup.open() as client:
        files = set(setup.local_user.profile.iterdir())
        skipped = setup.configure(provider="spectrum", when_running="skip")
        assert not skipped["changed"]
        assert f"(process {client.pid})" in skipped["accounts"][0]["error"]
        assert client.accounts()  # it is still running
        assert "mobile.charter.net" not in (setup.local_user.profile / "prefs.js").read_text()
        assert not [path for path in set(setup.local_user.profile.iterdir()) - files if path.name.endswith("~")]
    assert setup.configure(provider="spectrum")["changed"]


def test_a_server_change_keeps_folders_filters_and_passwords(setup: ThunderbirdSetup) -> None:
    setup.configure()
    with setup.open() as client:
        (account,) = mail_accounts(client)
        setup.receive("Before the move", "Keep me.")
        assert client.fetch(account["key"]) == ["Before the move"]
        directory = account["incoming"]["directory"]
    filters = pathlib.Path(directory) / "msgFilterRules.dat"
    user = setup.user.address.replace("@", "%40")
    filters.write_text(FILTERS.format(user=user, host="imap.charter.net"))
    setup.local_user.own()
    assert setup.configure(provider="spectrum", password=None)["accounts"][0]["status"] == "updated"
    with setup.open() as client:
        (account,) = mail_accounts(client)
        assert account["incoming"]["host"] == "mobile.charter.net"
        assert account["incoming"]["directory"] == directory
        assert account["identities"][0]["fcc_folder"] == f"imap://{user}@mobile.charter.net/Sent"
        outgoing = account["identities"][0]["outgoing"]
        assert outgoing is not None
        assert (outgoing["host"], outgoing["port"], outgoing["socket_type"]) == ("mobile.charter.net", 587, 3)
        other = setup.lab.add_user(f"other.of.{setup.user.address}")
        setup.uses_mail(client, account, other, "After the move")
        assert "Before the move" in client.fetch(account["key"])
    assert {login.host for login in setup.lab.logins() if login.user == setup.user.address} == {
        "imap.charter.net",
        "mobile.charter.net",
    }
    assert filters.read_text().startswith(FILTERS.format(user=user, host="mobile.charter.net"))
    assert not setup.configure(provider="spectrum", password=None)["changed"]


FILTERS = """\
version="9"
logging="no"
name="Bills"
enabled="yes"
type="17"
action="Move to folder"
actionValue="imap://{user}@{host}/Bills"
condition="AND (subject,contains,bill)"
"""


def test_a_new_password_in_one_run(setup: ThunderbirdSetup) -> None:
    setup.configure(password="old and wrong")
    assert not setup.configure(update_password="on_create")["changed"]
    assert setup.configure()["accounts"][0]["status"] == "updated"
    with setup.open() as client:
        (account,) = mail_accounts(client)
        other = setup.lab.add_user(f"other.of.{setup.user.address}")
        setup.uses_mail(client, account, other, "With the new password")
    assert not [login for login in setup.lab.logins() if login.user == setup.user.address and not login.succeeded]


def test_thunderbird_has_no_other_source_of_passwords(setup: ThunderbirdSetup) -> None:
    setup.configure(password=None)
    with setup.open() as client:
        (account,) = mail_accounts(client)
        assert client.verify_incoming(account["key"]) != SUCCESS
    assert not [login for login in setup.lab.logins() if login.user == setup.user.address]


def test_one_address_by_imap_and_by_pop3(setup: ThunderbirdSetup) -> None:
    setup.configure()
    setup.configure(protocol="pop3")
    with setup.open() as client:
        imap, pop3 = mail_accounts(client)
        for account in (imap, pop3):
            assert client.verify_incoming(account["key"]) == SUCCESS
    for service in (Service.IMAP, Service.POP3):
        assert setup.lab.wait_for_login(setup.user.address, service).tls
