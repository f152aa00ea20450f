# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders and receiving, as the real Thunderbird and the real Evolution use them on one mailbox."""

from __future__ import annotations

import subprocess
import sys
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser
from ansible_collections.charter.mail.tests.lab.hosts import Service
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

from . import thunderbird
from .evolution import TIMEOUT, wait_until
from .evolution_setup import EvolutionSetup
from .evolution_window import EvolutionWindow
from .thunderbird import Thunderbird

SUCCESS = "0x0"
OTHER, OTHER_ON_SERVER = "Entwürfe/2026 & mehr", "Entw&APw-rfe.2026 &- mehr"


class ThunderbirdDesk:
    """A local user's Thunderbird in the lab."""

    def __init__(self, ansible: Ansible, local_user: LocalUser, lab: MailLab, user: MailUser) -> None:
        self._ansible = ansible
        self._local_user = local_user
        self.lab = lab
        self.user = user

    def configure(self, status: str, **options: t.Any) -> dict[str, t.Any]:
        """Run the module, in check mode first, which must foresee the run."""
        given = {"user": self._local_user.name, "email": self.user.address, "password": self.user.password, **options}
        foreseen = self._ansible.module("thunderbird_account", check=True, **given)
        result = self._ansible.module("thunderbird_account", **given)
        assert not result["failed"], str(result)
        entry: dict[str, t.Any]
        (entry,) = result["accounts"]
        assert entry == foreseen["accounts"][0]
        assert entry["status"] == status, entry
        return entry

    def open(self, **options: t.Any) -> Thunderbird:
        return Thunderbird(
            self._local_user.home, copy=False, command_prefix=self.lab.command([]), ca=self.lab.ca_path, **options
        )

    def send(self, subject: str) -> str:
        """Send a message to oneself; returns the folder of the copy, as Thunderbird then has it."""
        with self.open() as client:
            (account,) = (one for one in client.accounts() if one["incoming"]["type"] != "none")
            client.folders(account["key"])
            (identity,) = account["identities"]
            assert client.send(identity["key"], self.user.address, subject, "Hello.") == SUCCESS
            (account,) = (one for one in client.accounts() if one["incoming"]["type"] != "none")
            return account["identities"][0]["fcc_folder"]

    def local(self, folder: str) -> str:
        """The messages of a folder in Local Folders."""
        path = self._local_user.profile / "Mail/Local Folders" / folder
        return path.read_text() if path.exists() else ""


@pytest.fixture
def desk(ansible: Ansible, mario: LocalUser, mail_lab: MailLab, mail_user: MailUser) -> ThunderbirdDesk:
    thunderbird.require()
    return ThunderbirdDesk(ansible, mario, mail_lab, mail_user)


def make_folder(lab: MailLab, user: MailUser, name: str) -> None:
    """Create a folder on the server and subscribe to it; the name in modified UTF-7, levels separated by dots."""
    script = (
        "import imaplib, ssl, sys\n"
        "ca, user, password, name = sys.argv[1:]\n"
        "server = imaplib.IMAP4_SSL('imap.charter.net', ssl_context=ssl.create_default_context(cafile=ca))\n"
        "server.login(user, password)\n"
        "for command in (server.create, server.subscribe):\n"
        "    assert command(f'\"{name}\"')[0] == 'OK'\n"
        "server.logout()\n"
    )
    arguments = [str(lab.ca_path), user.address, user.password, name]
    subprocess.run(lab.command([sys.executable, "-c", script, *arguments]), check=True)


def test_thunderbird_keeps_sent_mail_where_it_was_asked_to(desk: ThunderbirdDesk) -> None:
    root = f"imap://{desk.user.address.replace('@', '%40')}@imap.charter.net"
    desk.configure("created")
    assert desk.send("One") == f"{root}/Sent"
    assert [one["Subject"] for one in desk.lab.messages(desk.user.address, "Sent")] == ["One"]
    desk.configure("unchanged", folders={"sent": "server"})
    desk.configure("updated", folders={"sent": "local"})
    assert desk.send("Two") == "mailbox://nobody@Local%20Folders/Sent"
    assert "Subject: Two" in desk.local("Sent")
    desk.configure("unchanged", folders={"sent": "local"})


def test_thunderbird_keeps_sent_mail_in_a_folder_by_its_name(desk: ThunderbirdDesk) -> None:
    make_folder(desk.lab, desk.user, OTHER_ON_SERVER)
    desk.configure("created", folders={"sent": OTHER})
    desk.send("Three")
    assert [one["Subject"] for one in desk.lab.messages(desk.user.address, OTHER_ON_SERVER)] == ["Three"]
    desk.configure("unchanged", folders={"sent": OTHER})
    desk.configure("updated", folders={"sent": "Missing"})
    assert not desk.send("Four").endswith("Missing")  # Thunderbird prefers one that is there


def test_a_new_thunderbird_keeps_mail_on_this_computer(desk: ThunderbirdDesk) -> None:
    folders = {"sent": "local", "drafts": "local", "archive": "local", "templates": "local"}
    desk.configure("created", folders=folders)
    assert desk.send("One") == "mailbox://nobody@Local%20Folders/Sent"
    assert "Subject: One" in desk.local("Sent")
    assert desk.lab.messages(desk.user.address, "Sent") == ()
    desk.configure("unchanged", folders=folders)
    with desk.open() as client:
        kinds = [one["incoming"]["type"] for one in client.accounts()]
        assert sorted(kinds) == ["imap", "none"]
        (identity,) = next(one for one in client.accounts() if one["identities"])["identities"]
        assert identity["drafts_folder"] == "mailbox://nobody@Local%20Folders/Drafts"


def test_two_clients_of_one_user_keep_sent_mail_in_one_place(
    evolution_setup: EvolutionSetup, desk: ThunderbirdDesk
) -> None:
    setup, address = evolution_setup, desk.user.address
    setup.configure_one("created", password=None)
    desk.configure("created")
    with setup.log_in() as evolution:
        uid = evolution.account(address)["uid"]
        setup.configure_one("updated")  # with the password, now that there is a keyring
        with EvolutionWindow(evolution.session) as window:
            evolution.wait_until_set_up(address)
            window.send(address, "By Evolution")
            setup.lab.wait_for_message(address, "By Evolution", "Sent", seconds=TIMEOUT)
        assert evolution.account(address)["identity"]["sent_folder"] == f"folder://{uid}/Sent"
        setup.configure_one("unchanged", folders={"sent": "server", "drafts": "server", "trash": "server"})
    desk.send("By Thunderbird")
    assert [one["Subject"] for one in desk.lab.messages(address, "Sent")] == ["By Evolution", "By Thunderbird"]


def test_evolution_keeps_sent_mail_where_it_was_asked_to(evolution_setup: EvolutionSetup) -> None:
    setup, address = evolution_setup, evolution_setup.user.address
    make_folder(setup.lab, setup.user, OTHER_ON_SERVER)
    here = setup.local_user.home / ".local/share/evolution/mail/local/.Sent"
    with setup.log_in() as evolution:
        setup.configure_one("created", folders={"sent": "local"})
        with EvolutionWindow(evolution.session) as window:
            setup.lab.wait_for_login(address, Service.IMAP, seconds=TIMEOUT)
            window.send(address, "One")
            wait_until(lambda: any("Subject: One\n" in path.read_text() for path in here.glob("*/*")), "copy")
            setup.configure_one("unchanged", folders={"sent": "local"})
            setup.configure_one("updated", folders={"sent": OTHER})
            window.send(address, "Two")
            setup.lab.wait_for_message(address, "Two", OTHER_ON_SERVER, seconds=TIMEOUT)
            setup.configure_one("unchanged", folders={"sent": OTHER})
    assert setup.lab.messages(address, "Sent") == ()


RECEIVING: t.Mapping[str, t.Any] = {
    "check_interval": 17,
    "idle": False,
    "offline": "30",
    "subscribed_only": True,
    "settings": {"server.max_cached_connections": 3, "account/Imapx Backend/FetchOrder": "descending"},
}
SETTINGS = """
    const account = MailServices.accounts.accounts.find(one => one.identities.length);
    const server = account.incomingServer.QueryInterface(Ci.nsIImapIncomingServer);
    const [identity] = account.identities;
    return {
      login_at_startup: server.loginAtStartUp,
      check: [server.doBiff, server.biffMinutes],
      idle: server.useIdle,
      offline: [server.offlineDownload, server.autoSyncOfflineStores, server.autoSyncMaxAgeDays],
      subscribed: server.usingSubscription,
      connections: server.maximumConnectionsNumber,
      html: identity.composeHtml,
      receipt: [identity.getBoolAttribute("use_custom_prefs"), identity.requestReturnReceipt],
      kept: server.rootFolder.descendants.some(folder => folder.getFlag(Ci.nsMsgFolderFlags.Offline)),
    };
"""


def test_thunderbird_receives_and_composes_as_it_was_asked_to(desk: ThunderbirdDesk) -> None:
    options = {**RECEIVING, "check_at_start": False, "compose_format": "plain", "request_receipts": True}
    desk.configure("created", **options)
    with desk.open() as client:
        client.folders("account1")
        turns_it_on = client.version.startswith("115.")  # once, at the first start of a new profile
        assert client.run_script(SETTINGS) == {
            "login_at_startup": turns_it_on,
            "check": [True, 17],
            "idle": False,
            "offline": [True, True, 30],
            "subscribed": True,
            "connections": 3,
            "html": False,
            "receipt": [True, True],
            "kept": True,
        }
    desk.configure("updated" if turns_it_on else "unchanged", **options)
    desk.configure("updated", offline="none", check_interval=0, compose_format="html")
    with desk.open() as client:
        found = client.run_script(SETTINGS)
        assert (found["offline"], found["check"], found["html"]) == ([False, False, 30], [False, 17], True)
        assert (found["receipt"], found["login_at_startup"]) == ([True, True], False)
        assert found["kept"]  # of folders that it knows already, it still keeps what the user reads
    desk.configure("unchanged", offline="none", check_interval=0, compose_format="html")


def test_evolution_receives_as_it_was_asked_to(evolution_setup: EvolutionSetup) -> None:
    setup, address = evolution_setup, evolution_setup.user.address
    with setup.log_in() as evolution:
        setup.configure_one("created")
        setup.configure_one("updated", **RECEIVING)
        account = evolution.account(address)
        wanted = {"UseIdle": "false", "LimitByAge": "true", "LimitUnit": "days", "LimitValue": "30"}
        assert {**wanted, "UseSubscriptions": "true", "FetchOrder": "descending"}.items() <= account["settings"].items()
        assert evolution.camel_settings(account["uid"]) == {
            "stay-synchronized": True,
            "limit-by-age": True,
            "limit-unit": "days",
            "limit-value": 30,
            "use-idle": False,
            "use-subscriptions": True,
            "fetch-order": "descending",
        }
        assert "IntervalMinutes=17\n" in evolution.memory()[account["uid"]]
        setup.configure_one("unchanged", **RECEIVING)
        setup.configure_one("updated", check_interval=0, offline="none")
        assert evolution.camel_settings(account["uid"])["stay-synchronized"] is False
        setup.configure_one("unchanged", check_interval=0, offline="none")
