# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is the user's own stays, as the real Thunderbird shows it: identities, choices, folders of other accounts."""

from __future__ import annotations

import json
import pathlib
import platform
import re
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser

from .thunderbird import Thunderbird, require
from .thunderbird_data import Account

ALONE = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
EMAIL = "mario.rossi@charter.net"
OWN = "mario@rossi-plumbing.example"
OTHER = "info@rossi-plumbing.example"
Prefs = dict[str, t.Any]
STORE_LOGIN = """
    const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
    login.init(arguments[0], null, arguments[0], arguments[1], "hunter2", "", "");
    return Services.logins.addLoginAsync(login).then(() => Services.logins.getAllLogins()).then((all) => all.length);
"""

BY_HAND: Prefs = {
    "mail.account.account1.server": "server1",
    "mail.account.account2.identities": "id1",
    "mail.account.account2.server": "server2",
    "mail.accountmanager.accounts": "account2,account1",
    "mail.accountmanager.defaultaccount": "account2",
    "mail.accountmanager.localfoldersserver": "server1",
    "mail.identity.id1.fullName": "Mario",
    "mail.identity.id1.smtpServer": "smtp1",
    "mail.identity.id1.useremail": EMAIL,
    "mail.identity.id1.valid": True,
    "mail.server.server1.hostname": "Local Folders",
    "mail.server.server1.type": "none",
    "mail.server.server1.userName": "nobody",
    "mail.server.server2.hostname": "imap.charter.net",
    "mail.server.server2.port": 993,
    "mail.server.server2.socketType": 3,
    "mail.server.server2.type": "imap",
    "mail.server.server2.userName": EMAIL,
    "mail.smtpserver.smtp1.hostname": "smtp.charter.net",
    "mail.smtpserver.smtp1.port": 587,
    "mail.smtpserver.smtp1.try_ssl": 2,
    "mail.smtpserver.smtp1.username": EMAIL,
    "mail.smtpservers": "smtp1",
}


@pytest.fixture(autouse=True)
def _thunderbird_is_here() -> None:
    require()


class Setup:
    """A user with a profile, and an admin who runs the module."""

    def __init__(self, ansible: Ansible, user: LocalUser) -> None:
        self._ansible = ansible
        self.user = user
        self.profile = user.thunderbird / "own.default"

    def write(self, prefs: Prefs) -> None:
        self.profile.mkdir(parents=True)
        ini = "[Profile0]\nName=own\nIsRelative=1\nPath=own.default\nDefault=1\n\n[General]\nVersion=2\n"
        (self.user.thunderbird / "profiles.ini").write_text(ini)
        (self.profile / "compatibility.ini").write_text("[Compatibility]\n")
        lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in prefs.items()]
        (self.profile / "prefs.js").write_text("".join(lines))
        self.user.own()

    def open(self) -> Thunderbird:
        return Thunderbird(self.user.home, copy=False, command_prefix=ALONE)

    def accounts(self) -> list[Account]:
        """What Thunderbird shows, after a start."""
        with self.open() as client:
            assert client.profile == self.profile
            return [account for account in client.accounts() if account["incoming"]["type"] != "none"]

    def prefs(self) -> t.Mapping[str, t.Any]:
        text = (self.profile / "prefs.js").read_text()
        found = re.findall(r'^user_pref\("(.*?)", (.*)\);$', text, re.MULTILINE)
        return {name: json.loads(value) for name, value in found}

    def configure(self, status: str, **options: t.Any) -> dict[str, t.Any]:
        """Run the module, in check mode first, which must foresee the run."""
        given = {"user": self.user.name, "email": EMAIL, **options}
        foreseen = self._ansible.module("thunderbird_account", check=True, **given)
        result = self._ansible.module("thunderbird_account", **given)
        assert not result["failed"], str(result)
        (entry,) = result["accounts"]
        assert entry["status"] == status, entry
        assert result["changed"] == foreseen["changed"] == (status in {"created", "updated", "removed"})
        assert entry == foreseen["accounts"][0]
        return {**entry, "warnings": " ".join(result.get("warnings", []))}

    def remove(self, *emails: str) -> None:
        """Remove accounts with their mail in one run, which leaves nothing to do."""
        accounts = [{"user": self.user.name, "email": email, "state": "absent", "purge": True} for email in emails]
        result = self._ansible.module("thunderbird_account", accounts=accounts)
        assert [entry["status"] for entry in result["accounts"]] == ["removed"] * len(emails), str(result)
        assert not result.get("warnings")
        assert not self._ansible.module("thunderbird_account", accounts=accounts)["changed"]


@pytest.fixture
def setup(ansible: Ansible, mario: LocalUser) -> Setup:
    return Setup(ansible, mario)


def test_identities_of_the_users_own_stay_beside_the_accounts(setup: Setup) -> None:
    setup.write(
        {
            **BY_HAND,
            "mail.account.account2.identities": "id1,id2",
            "mail.identity.id1.useremail": OWN,
            "mail.identity.id2.useremail": OTHER,
            "mail.identity.id2.smtpServer": "smtp2",
            "mail.smtpserver.smtp2.hostname": "smtp.rossi-plumbing.example",
            "mail.smtpserver.smtp2.username": "info",
            "mail.smtpservers": "smtp1,smtp2",
        }
    )
    (before,) = setup.accounts()
    sender = {"full_name": "Mario Rossi", "reply_to": "office@rossi.example", "organization": "Rossi & Söhne \\"}
    setup.configure("updated", **sender)
    (after,) = setup.accounts()
    assert after["identities"][:2] == before["identities"]
    assert [one["email"] for one in after["identities"]] == [OWN, OTHER, EMAIL]
    new = after["identities"][2]
    assert {"smtp_key": "smtp1", **sender}.items() <= new.items()
    setup.configure("unchanged", **sender)
    setup.configure("updated", reply_to="", organization="")
    (removed,) = setup.accounts()
    assert removed["identities"] == [*before["identities"], {**new, "reply_to": "", "organization": ""}]
    setup.configure("unchanged", reply_to="", organization="")
    assert OWN in setup.configure("removed", state="absent")["warnings"]
    assert setup.accounts() == []
    prefs = setup.prefs()
    assert [prefs[f"mail.identity.id{number}.useremail"] for number in (1, 2)] == [OWN, OTHER]
    assert prefs["mail.smtpserver.smtp2.hostname"] == "smtp.rossi-plumbing.example"
    assert prefs["mail.smtpservers"] == "smtp2"
    assert "mail.identity.id3.useremail" not in prefs
    setup.configure("absent", state="absent")


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ({"mail.server.server2.authMethod": 10, "mail.smtpserver.smtp1.authMethod": 10}, "OAuth2"),
        (
            {
                "mail.server.server2.hostname": "127.0.0.1",
                "mail.server.server2.port": 1993,
                "mail.server.server2.socketType": 0,
                "mail.smtpserver.smtp1.hostname": "127.0.0.1",
                "mail.smtpserver.smtp1.port": 1587,
                "mail.smtpserver.smtp1.try_ssl": 0,
            },
            "127.0.0.1",
        ),
        (
            {"mail.smtpserver.smtp1.hostname": platform.node()},
            f"reached through {platform.node()}, a service",
        ),
    ],
    ids=["OAuth2", "a proxy", "a proxy by the name of the host"],
)
def test_a_choice_of_the_user_stays_until_the_admin_insists(setup: Setup, choice: Prefs, reason: str) -> None:
    setup.write({**BY_HAND, **choice})
    before = setup.accounts()
    skipped = setup.configure("skipped", password="hunter2")
    assert reason in skipped["error"]
    assert reason in skipped["warnings"]
    assert "password" not in skipped
    assert setup.accounts() == before
    setup.configure("updated", override=True)
    (account,) = setup.accounts()
    outgoing = account["identities"][0]["outgoing"]
    assert outgoing is not None
    assert (account["incoming"]["host"], account["incoming"]["auth_method"]) == ("imap.charter.net", 3)
    assert (outgoing["host"], outgoing["auth_method"]) == ("smtp.charter.net", 3)
    setup.configure("unchanged", override=True)
    setup.configure("unchanged")


@pytest.mark.parametrize(
    "other",
    [
        {"directory-rel": "[ProfD]ImapMail/imap.charter.net/sub"},
        {"directory-rel": "[ProfD]x/../own.default/ImapMail/imap.charter.net/sub"},
        {"directory": "PROFILE/ImapMail/imap.charter.net/sub"},
        {"directory": "PROFILE/link"},
    ],
)
def test_a_folder_that_thunderbird_uses_for_another_account_is_not_purged(setup: Setup, other: Prefs) -> None:
    named = {key: value.replace("PROFILE", str(setup.profile)) for key, value in other.items()}
    setup.write(
        {
            **BY_HAND,
            "mail.server.server2.directory-rel": "[ProfD]ImapMail/imap.charter.net",
            "mail.account.account3.server": "server3",
            "mail.accountmanager.accounts": "account2,account3,account1",
            **{
                key.replace("2", "3"): value for key, value in BY_HAND.items() if key.startswith("mail.server.server2.")
            },
            "mail.server.server3.userName": "anna.bianchi@charter.net",
            **{f"mail.server.server3.{key}": value for key, value in named.items()},
        }
    )
    folder = setup.profile / "ImapMail/imap.charter.net"
    (folder / "sub").mkdir(parents=True)
    (setup.profile / "Mail").mkdir()
    (folder / "sub/Saved").write_text("anna's")
    (setup.profile / "link").symlink_to(folder / "sub")
    setup.user.own()
    _mario, anna = setup.accounts()
    assert pathlib.Path(anna["incoming"]["directory"]).resolve() == folder / "sub"
    removed = setup.configure("removed", state="absent", purge=True)
    assert "its mail on this host is not deleted" in removed["warnings"]
    assert (folder / "sub/Saved").read_text() == "anna's"
    assert setup.accounts() == [anna]


@pytest.mark.parametrize("reverse", [False, True])
def test_what_two_accounts_shared_goes_with_the_last_of_them(setup: Setup, reverse: bool) -> None:
    anna = "anna.bianchi@charter.net"
    shared = {"mail.server.server2.directory-rel": "[ProfD]ImapMail/imap.charter.net"}
    mine = {**BY_HAND, **shared}
    hers = {key.replace("server2", "server3"): value for key, value in mine.items() if ".server2." in key}
    setup.write(
        {
            **mine,
            **hers,
            "mail.server.server3.userName": anna,
            "mail.account.account3.server": "server3",
            "mail.account.account3.identities": "id2",
            "mail.identity.id2.useremail": anna,
            "mail.identity.id2.smtpServer": "smtp1",
            "mail.accountmanager.accounts": "account2,account3,account1",
        }
    )
    folder = setup.profile / "ImapMail/imap.charter.net"
    folder.mkdir(parents=True)
    (folder / "Saved").write_text("mail")
    setup.user.own()
    with setup.open() as client:
        assert len([one for one in client.accounts() if one["incoming"]["type"] != "none"]) == 2
        assert client.run_script(STORE_LOGIN, "smtp://smtp.charter.net", EMAIL) == 1
    emails = [EMAIL, anna]
    setup.remove(*(emails[::-1] if reverse else emails))
    assert not folder.exists()
    with setup.open() as client:
        assert [one["incoming"]["type"] for one in client.accounts()] == ["none"]
        assert client.run_script("return Services.logins.getAllLogins().then((found) => found.length)") == 0
    assert not [key for key in setup.prefs() if key.startswith("mail.smtp")]


def test_all_folders_of_a_saved_search_move_with_the_server(setup: Setup) -> None:
    """Thunderbird writes virtualFolders.dat anew at its end, from what it has understood."""
    old = "imap://mario.rossi%40charter.net@imap.charter.net"
    setup.write({**BY_HAND, "mail.folder.views.x": f"{old}/A|{old}/B", "extensions.x": f"{old}/A|{old.upper()}"})
    saved = setup.profile / "virtualFolders.dat"
    (account,) = setup.accounts()
    for name in "AB":  # by which Thunderbird knows that there are such folders
        pathlib.Path(account["incoming"]["directory"], f"{name}.msf").touch()
    saved.write_text(
        f"version=1\nuri=mailbox://nobody@Local%20Folders/Both\nsearchFolderFlag=0\nscope={old}/A|{old}/B\n"
        "terms=AND (subject,contains,bill)\nsearchOnline=false\n"
    )
    setup.user.own()
    updated = setup.configure("updated", provider="spectrum")
    assert updated["warnings"].endswith("in an unknown form, in extensions.x")
    new = old.replace("@imap.", "@mobile.")
    (account,) = setup.accounts()
    assert account["incoming"]["host"] == "mobile.charter.net"
    assert setup.prefs()["mail.folder.views.x"] == f"{new}/A|{new}/B"
    assert setup.prefs()["extensions.x"] == f"{old}/A|{old.upper()}"
    assert f"scope={new}/A|{new}/B\n" in saved.read_text()
    setup.configure("unchanged", provider="spectrum")


AT_WORK: Prefs = {
    "mail.account.account3.identities": "id2,id1",
    "mail.account.account3.server": "server3",
    "mail.identity.id2.smtpServer": "smtp2",
    "mail.identity.id2.useremail": "mario@work.example",
    "mail.server.server3.hostname": "imap.work.example",
    "mail.server.server3.type": "imap",
    "mail.server.server3.userName": "mario",
    "mail.smtpserver.smtp2.hostname": "relay.work.example",
    "mail.smtpserver.smtp2.username": "mario",
}


def test_an_identity_that_the_work_account_has_too_stays(setup: Setup) -> None:
    lists = {"mail.accountmanager.accounts": "account2,account3,account1", "mail.smtpservers": "smtp1,smtp2"}
    setup.write({**BY_HAND, **AT_WORK, **lists, "mail.identity.id1.smtpServer": "smtp2"})
    _own, before = setup.accounts()
    assert [one["email"] for one in before["identities"]] == ["mario@work.example", EMAIL]
    setup.configure("updated", full_name="Mario Rossi")
    own, work = setup.accounts()
    assert work == before
    new = own["identities"][-1]
    assert (new["email"], new["full_name"]) == (EMAIL, "Mario Rossi")
    assert new["outgoing"] is not None
    assert new["outgoing"]["host"] == "smtp.charter.net"
    setup.configure("unchanged", full_name="Mario Rossi")
    setup.configure("removed", state="absent")
    assert setup.accounts() == [before]


def test_an_account_of_ours_that_its_user_has_made_another_of_stays(setup: Setup) -> None:
    setup.write(BY_HAND)
    setup.configure("unchanged")
    setup.configure("updated", full_name="Mario Rossi")
    given = """
        const account = MailServices.accounts.getAccount("account2");
        const [host, login] = ["imap.work.example", "mario"];
        account.incomingServer[("hostname" in account.incomingServer) ? "hostname" : "hostName"] = host;
        account.incomingServer.username = login;
        account.defaultIdentity.email = "mario@work.example";
    """
    with setup.open() as client:
        client.run_script(given)
    (before,) = setup.accounts()
    assert (before["incoming"]["host"], before["incoming"]["username"]) == ("imap.work.example", "mario")
    warned = setup.configure("absent", state="absent")
    assert "is now mario on imap.work.example, and is left as it is" in warned["warnings"]
    setup.configure("created")
    assert before in setup.accounts()
    setup.configure("unchanged")
    setup.configure("removed", state="absent")
    assert setup.accounts() == [before]
