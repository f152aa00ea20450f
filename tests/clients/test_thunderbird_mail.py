# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver of Thunderbird with real mail servers. Thunderbird itself has stored the passwords."""

from __future__ import annotations

import email.message
import pathlib

import pytest

from ansible_collections.charter.mail.tests.lab.hosts import Service
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

from .thunderbird import Thunderbird, ThunderbirdError, require
from .thunderbird_profiles import imap_prefs, make_home, pop3_prefs

SUCCESS = "0x0"
FAILURE = "0x80004005"
UNKNOWN_ISSUER = "0x805a1ff3"
CONNECTION_REFUSED = "0x804b000d"

STORE = """
    const [origin, user, password] = arguments;
    const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
    login.init(origin, null, origin, user, password, "", "");
    return Services.logins.addLoginAsync(login).then(() => true);
"""


@pytest.fixture(autouse=True)
def _thunderbird_is_here() -> None:
    require()


class ThunderbirdUser:
    """A user of the lab with a Thunderbird that is set up for IMAP or POP3."""

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
        """Store the right password for all later starts."""
        with self.start(copy=False, trusting=False) as client:
            self.store_password(client, self.user.password)

    def receive(self, subject: str, text: str) -> None:
        message = email.message.EmailMessage()
        message["Subject"], message["From"], message["To"] = subject, "friend@charter.net", self.user.address
        message.set_content(text)
        self.lab.deliver(self.user.address, message)

    def logins(self, service: Service) -> list[tuple[str, bool, bool]]:
        """This user's login attempts: the host, whether it was encrypted, whether it succeeded."""
        logins = [one for one in self.lab.logins() if (one.user, one.service) == (self.user.address, service)]
        return [(one.host, one.tls, one.succeeded) for one in logins]


@pytest.fixture
def imap_user(mail_lab: MailLab, mail_user: MailUser, tmp_path: pathlib.Path) -> ThunderbirdUser:
    return ThunderbirdUser(mail_lab, mail_user, tmp_path / "home", Service.IMAP)


@pytest.fixture
def pop3_user(mail_lab: MailLab, mail_user: MailUser, tmp_path: pathlib.Path) -> ThunderbirdUser:
    return ThunderbirdUser(mail_lab, mail_user, tmp_path / "home", Service.POP3)


@pytest.fixture(params=[Service.IMAP, Service.POP3], ids=["imap", "pop3"])
def owner(
    request: pytest.FixtureRequest, mail_lab: MailLab, mail_user: MailUser, tmp_path: pathlib.Path
) -> ThunderbirdUser:
    return ThunderbirdUser(mail_lab, mail_user, tmp_path / "home", request.param)


def test_imap(imap_user: ThunderbirdUser) -> None:
    owner = imap_user
    owner.receive("Grüße 1", "Ein Gruß\nin zwei Zeilen\n")
    with owner.start() as client:
        owner.store_password(client, owner.user.password)
        assert owner.logins(Service.IMAP) == []  # it starts offline
        assert client.verify_incoming("account1") == SUCCESS
        owner.lab.wait_for_login(owner.user.address, Service.IMAP)
        assert owner.logins(Service.IMAP) == [("imap.charter.net", True, True)]
        assert {"INBOX", "Sent", "Drafts", "Trash"} <= set(client.folders("account1"))
        assert client.fetch("account1") == ["Grüße 1"]
        assert client.read_message("Grüße 1").rstrip() == "Ein Gruß\nin zwei Zeilen"
        assert client.send("id1", owner.user.address, "Zurück 2", "Danke & äöü\n") == SUCCESS
        owner.lab.wait_for_message(owner.user.address, "Zurück 2")
        assert client.fetch("account1") == ["Grüße 1", "Zurück 2"]
        assert client.read_message("Zurück 2", "account1").rstrip() == "Danke & äöü"
        assert client.dialogs == ()
    [copy] = owner.lab.messages(owner.user.address, "Sent")
    assert copy["Subject"] == "Zurück 2"
    assert owner.logins(Service.SUBMISSION) == [("smtp.charter.net", True, True)]


def test_pop3(pop3_user: ThunderbirdUser) -> None:
    owner = pop3_user
    owner.receive("Grüße 1", "Ein Gruß\n")
    with owner.start() as client:
        owner.store_password(client, owner.user.password)
        assert client.verify_incoming("account1") == SUCCESS
        assert client.fetch("account1") == ["Grüße 1"]
        assert client.read_message("Grüße 1").rstrip() == "Ein Gruß"
        assert client.send("id1", owner.user.address, "Zurück 2", "Danke\n") == SUCCESS
        owner.lab.wait_for_message(owner.user.address, "Zurück 2")
        assert client.fetch("account1") == ["Grüße 1", "Zurück 2"]
        assert client.folders("account1") == ["Inbox", "Sent", "Trash"]
        assert client.dialogs == ()
    assert set(owner.logins(Service.POP3)) == {("pop.charter.net", True, True)}
    assert owner.logins(Service.SUBMISSION) == [("smtp.charter.net", True, True)]
    assert len(owner.lab.messages(owner.user.address)) == 2  # both stay on the server


def test_an_ordinary_online_start(owner: ThunderbirdUser) -> None:
    owner.keep_password()
    owner.receive("Grüße 1", "Ein Gruß\n")
    with owner.start(online=True) as client:
        # It logs in by itself, as login_at_startup requests; the authority is trusted in time.
        owner.lab.wait_for_login(owner.user.address, owner.service)
        assert client.fetch("account1") == ["Grüße 1"]
        assert client.dialogs == ()


def test_a_wrong_password(owner: ThunderbirdUser) -> None:
    with owner.start() as client:
        owner.store_password(client, "wrong")
        assert client.verify_incoming("account1") == FAILURE
        assert client.send("id1", owner.user.address, "Never", "x") != SUCCESS
        assert any("smtp.charter.net" in dialog.text and "failed" in dialog.text for dialog in client.dialogs)
    owner.lab.wait_for_login(owner.user.address, Service.SUBMISSION, succeeded=False)
    owner.lab.wait_for_login(owner.user.address, owner.service, succeeded=False)
    assert {succeeded for _host, _tls, succeeded in owner.logins(owner.service)} == {False}
    assert owner.lab.messages(owner.user.address) == ()


def test_no_password(imap_user: ThunderbirdUser) -> None:
    with imap_user.start() as client:
        assert client.verify_incoming("account1") != SUCCESS
        assert "password" in client.dialogs[0].text.lower()
    assert imap_user.logins(Service.IMAP) == []


def test_an_authority_that_is_not_trusted(owner: ThunderbirdUser) -> None:
    with owner.start(trusting=False) as client:
        owner.store_password(client, owner.user.password)
        assert client.verify_incoming("account1") == UNKNOWN_ISSUER
        with pytest.raises(ThunderbirdError, match=UNKNOWN_ISSUER):
            client.fetch("account1")
        assert client.send("id1", owner.user.address, "Never", "x") == UNKNOWN_ISSUER
    assert owner.logins(owner.service) == owner.logins(Service.SUBMISSION) == []


def test_a_pop3_server_that_is_not_there(pop3_user: ThunderbirdUser, tmp_path: pathlib.Path) -> None:
    closed = {"mail.server.server1.port": 994}
    make_home(tmp_path / "closed", {**pop3_prefs(pop3_user.user.address), **closed})
    with Thunderbird(tmp_path / "closed", command_prefix=pop3_user.lab.command([])) as client:
        pop3_user.store_password(client, pop3_user.user.password)
        assert client.verify_incoming("account1") == CONNECTION_REFUSED
        with pytest.raises(ThunderbirdError, match=CONNECTION_REFUSED):
            client.fetch("account1")


def test_a_trusted_authority_remains_in_a_profile_that_is_not_a_copy(imap_user: ThunderbirdUser) -> None:
    with imap_user.start(copy=False) as client:
        imap_user.store_password(client, imap_user.user.password)
        assert client.verify_incoming("account1") == SUCCESS
    with imap_user.start(trusting=False) as client:
        assert client.verify_incoming("account1") == SUCCESS
