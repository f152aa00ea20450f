# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver of Thunderbird against real mail servers. Thunderbird itself has stored the passwords."""

from __future__ import annotations

import email.message
import pathlib

import pytest

from ansible_collections.charter.mail.tests.lab.hosts import Service
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

from .thunderbird import Thunderbird, ThunderbirdError, require
from .thunderbird_homes import imap_prefs, make_home, pop3_prefs

SUCCESS = "0x0"
FAILURE = "0x80004005"
UNKNOWN_ISSUER = "0x805a1ff3"

STORE = """
    const [origin, user, password] = arguments;
    const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
    login.init(origin, null, origin, user, password, "", "");
    return Services.logins.addLoginAsync(login).then(() => true);
"""


@pytest.fixture(autouse=True)
def _thunderbird_is_here() -> None:
    require()


class Person:
    """A user of the lab with a Thunderbird of their own, set up for IMAP or POP3."""

    def __init__(self, lab: MailLab, user: MailUser, home: pathlib.Path, service: Service) -> None:
        self.lab = lab
        self.user = user
        self.service = service
        self._home = home
        prefs = imap_prefs if service is Service.IMAP else pop3_prefs
        make_home(home, prefs(user.address))

    def start(self, *, copy: bool = True, trusting: bool = True, online: bool = False) -> Thunderbird:
        ca = self.lab.ca_path if trusting else None
        return Thunderbird(self._home, copy=copy, command_prefix=self.lab.command([]), ca=ca, online=online)

    def store_password(self, client: Thunderbird, password: str) -> None:
        incoming = "imap://imap.charter.net" if self.service is Service.IMAP else "mailbox://pop.charter.net"
        for origin in (incoming, "smtp://smtp.charter.net"):
            assert client.run_script(STORE, origin, self.user.address, password)

    def keep_password(self) -> None:
        """Store the right password for all starts to come."""
        with self.start(copy=False, trusting=False) as client:
            self.store_password(client, self.user.password)

    def receive(self, subject: str, text: str) -> None:
        message = email.message.EmailMessage()
        message["Subject"], message["From"], message["To"] = subject, "friend@charter.net", self.user.address
        message.set_content(text)
        self.lab.deliver(self.user.address, message)

    def logins(self, service: Service) -> list[tuple[str, bool, bool]]:
        """Each attempt of this person: the host, whether it was encrypted, whether it succeeded."""
        logins = [one for one in self.lab.logins() if (one.user, one.service) == (self.user.address, service)]
        return [(one.host, one.tls, one.succeeded) for one in logins]


@pytest.fixture
def imap_person(mail_lab: MailLab, mail_user: MailUser, tmp_path: pathlib.Path) -> Person:
    return Person(mail_lab, mail_user, tmp_path / "home", Service.IMAP)


@pytest.fixture
def pop3_person(mail_lab: MailLab, mail_user: MailUser, tmp_path: pathlib.Path) -> Person:
    return Person(mail_lab, mail_user, tmp_path / "home", Service.POP3)


@pytest.fixture(params=[Service.IMAP, Service.POP3], ids=["imap", "pop3"])
def person(request: pytest.FixtureRequest, mail_lab: MailLab, mail_user: MailUser, tmp_path: pathlib.Path) -> Person:
    return Person(mail_lab, mail_user, tmp_path / "home", request.param)


def test_imap(imap_person: Person) -> None:
    person = imap_person
    person.receive("Grüße 1", "Ein Gruß\nin zwei Zeilen\n")
    with person.start() as client:
        person.store_password(client, person.user.password)
        assert person.logins(Service.IMAP) == []  # it starts offline
        assert client.verify_incoming("account1") == SUCCESS
        person.lab.wait_for_login(person.user.address, Service.IMAP)
        assert person.logins(Service.IMAP) == [("imap.charter.net", True, True)]
        assert {"INBOX", "Sent", "Drafts", "Trash"} <= set(client.folders("account1"))
        assert client.fetch("account1") == ["Grüße 1"]
        assert client.read_message("Grüße 1").rstrip() == "Ein Gruß\nin zwei Zeilen"
        assert client.send("id1", person.user.address, "Zurück 2", "Danke & äöü\n") == SUCCESS
        person.lab.wait_for_message(person.user.address, "Zurück 2")
        assert client.fetch("account1") == ["Grüße 1", "Zurück 2"]
        assert client.read_message("Zurück 2", "account1").rstrip() == "Danke & äöü"
        assert client.dialogs == ()
    [copy] = person.lab.messages(person.user.address, "Sent")
    assert copy["Subject"] == "Zurück 2"
    assert person.logins(Service.SUBMISSION) == [("smtp.charter.net", True, True)]


def test_pop3(pop3_person: Person) -> None:
    person = pop3_person
    person.receive("Grüße 1", "Ein Gruß\n")
    with person.start() as client:
        person.store_password(client, person.user.password)
        assert client.verify_incoming("account1") == SUCCESS
        assert client.fetch("account1") == ["Grüße 1"]
        assert client.read_message("Grüße 1").rstrip() == "Ein Gruß"
        assert client.send("id1", person.user.address, "Zurück 2", "Danke\n") == SUCCESS
        person.lab.wait_for_message(person.user.address, "Zurück 2")
        assert client.fetch("account1") == ["Grüße 1", "Zurück 2"]
        assert client.folders("account1") == ["Inbox", "Sent", "Trash"]
        assert client.dialogs == ()
    assert set(person.logins(Service.POP3)) == {("pop.charter.net", True, True)}
    assert person.logins(Service.SUBMISSION) == [("smtp.charter.net", True, True)]
    assert len(person.lab.messages(person.user.address)) == 2  # both stay on the server


def test_a_start_as_a_person_makes_it(person: Person) -> None:
    person.keep_password()
    person.receive("Grüße 1", "Ein Gruß\n")
    with person.start(online=True) as client:
        # Without being asked, as login_at_startup says; the authority is known in time.
        person.lab.wait_for_login(person.user.address, person.service)
        assert client.fetch("account1") == ["Grüße 1"]
        assert client.dialogs == ()


def test_a_wrong_password(person: Person) -> None:
    with person.start() as client:
        person.store_password(client, "wrong")
        assert client.verify_incoming("account1") == FAILURE
        assert client.send("id1", person.user.address, "Never", "x") != SUCCESS
        assert any("smtp.charter.net" in dialog.text and "failed" in dialog.text for dialog in client.dialogs)
    person.lab.wait_for_login(person.user.address, Service.SUBMISSION, succeeded=False)
    person.lab.wait_for_login(person.user.address, person.service, succeeded=False)
    assert {succeeded for _host, _tls, succeeded in person.logins(person.service)} == {False}
    assert person.lab.messages(person.user.address) == ()


def test_no_password(imap_person: Person) -> None:
    with imap_person.start() as client:
        assert client.verify_incoming("account1") != SUCCESS
        assert "password" in client.dialogs[0].text.lower()
    assert imap_person.logins(Service.IMAP) == []


def test_an_authority_that_is_not_trusted(person: Person) -> None:
    with person.start(trusting=False) as client:
        person.store_password(client, person.user.password)
        assert client.verify_incoming("account1") == UNKNOWN_ISSUER
        with pytest.raises(ThunderbirdError, match=UNKNOWN_ISSUER):
            client.fetch("account1")
        assert client.send("id1", person.user.address, "Never", "x") == UNKNOWN_ISSUER
    assert person.logins(person.service) == person.logins(Service.SUBMISSION) == []


def test_a_trusted_authority_stays_in_a_profile_that_is_no_copy(imap_person: Person) -> None:
    with imap_person.start(copy=False) as client:
        imap_person.store_password(client, imap_person.user.password)
        assert client.verify_incoming("account1") == SUCCESS
    with imap_person.start(trusting=False) as client:
        assert client.verify_incoming("account1") == SUCCESS
