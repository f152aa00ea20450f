# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a POP3 account to IMAP in the real Thunderbird: every message is there, and the password serves."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser
from ansible_collections.charter.mail.tests.lab.hosts import Service
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

from .test_thunderbird_account import SUCCESS, ThunderbirdSetup, mail_accounts
from .thunderbird import Thunderbird, require

# The subjects in each folder, by the name of the account and the path of the folder; empty folders are left out.
MAIL = """
    const { MailServices } = driver;
    const found = {};
    for (const { incomingServer: server } of MailServices.accounts.accounts) {
      for (const folder of server.rootFolder.descendants) {
        if (server.type == "imap") {
          continue;
        }
        const subjects = [...folder.messages].map(header => header.mime2DecodedSubject).sort();
        const path = decodeURIComponent(folder.URI.slice(server.rootFolder.URI.length));
        if (subjects.length) {
          found[`${server.prettyName}:${path}`] = subjects;
        }
      }
    }
    return found;
"""
# Makes a folder below the inbox, and moves the newest message of the inbox there, as a user does.
SORT = """
    const { MailServices } = driver;
    const root = MailServices.accounts.getAccount(arguments[0]).incomingServer.rootFolder;
    const inbox = root.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
    if (!inbox.containsChildNamed("Bills")) {
      inbox.createSubfolder("Bills", null);
    }
    const bills = inbox.getChildNamed("Bills");
    const newest = [...inbox.messages].sort((one, other) => other.messageKey - one.messageKey)[0];
    return new Promise(resolve => {
      const listener = {
        QueryInterface: ChromeUtils.generateQI(["nsIMsgCopyServiceListener"]),
        onStartCopy() {}, onProgress() {}, setMessageKey() {}, getMessageId() {},
        onStopCopy: resolve,
        // The same up to 115.
        OnStartCopy() {}, OnProgress() {}, SetMessageKey() {}, GetMessageId() {},
        OnStopCopy: resolve,
      };
      MailServices.copy.copyMessages(inbox, [newest], bills, true, listener, null, false);
    });
"""
SHOWN = """
    const tabs = Services.wm.getMostRecentWindow("mail:3pane").document.getElementById("tabmail");
    const pane = tabs.currentTabInfo.chromeBrowser.contentDocument;
    return [...pane.querySelectorAll("#folderTree li .name")].map(name => name.textContent);
"""


@pytest.fixture(autouse=True)
def _thunderbird_is_here() -> None:
    require()


@pytest.fixture
def setup(ansible: Ansible, mario: LocalUser, mail_lab: MailLab, mail_user: MailUser) -> ThunderbirdSetup:
    return ThunderbirdSetup(ansible, mario, mail_lab, mail_user)


def mail(client: Thunderbird) -> dict[str, list[str]]:
    found: dict[str, list[str]] = client.run_script(MAIL)
    return found


def subjects(found: t.Mapping[str, list[str]]) -> list[str]:
    return sorted(subject for folder in found.values() for subject in folder)


def use_pop3(setup: ThunderbirdSetup) -> dict[str, list[str]]:
    """Receive, sort and send by POP3, deleting all on the server; what the user has then."""
    assert setup.configure(protocol="pop3", full_name="Mario Rossi", leave_on_server=False)["changed"]
    for number in range(4):
        setup.receive(f"Message {number}", f"Text {number}\n")
    with setup.open() as client:
        (account,) = mail_accounts(client)
        assert client.fetch(account["key"]) == [f"Message {number}" for number in range(4)]
        assert client.run_script(SORT, account["key"]) == 0
        assert client.send(account["identities"][0]["key"], setup.user.address, "Sent by POP3", "Hello.\n") == SUCCESS
        setup.lab.wait_for_message(setup.user.address, "Sent by POP3")
        found = mail(client)
    name = setup.user.address
    expected = {f"{name}:/Inbox": 3, f"{name}:/Inbox/Bills": 1, f"{name}:/Sent": 1}
    assert {folder: len(subjects) for folder, subjects in found.items()} == expected
    return found


def sizes(profile: pathlib.Path) -> dict[str, int]:
    boxes = [path for path in (profile / "Mail/pop.charter.net").rglob("*") if path.is_file()]
    return {str(path): path.stat().st_size for path in boxes if not path.suffix}


def test_every_message_is_there_and_mail_is_read_by_imap(setup: ThunderbirdSetup) -> None:
    before = use_pop3(setup)
    boxes = sizes(setup.local_user.profile)
    address = setup.user.address
    moved = setup.configure(migrate=True, password=None)
    (entry,) = moved["accounts"]
    assert entry["status"] == "created"
    assert sizes(setup.local_user.profile) == boxes
    for _start in range(2):  # and again, since a start may rewrite what it finds
        with setup.open() as client:
            assert not client.wizard_shown()
            (account,) = mail_accounts(client)
            assert (account["incoming"]["type"], account["incoming"]["host"]) == ("imap", "imap.charter.net")
            assert client.default_account() == account["key"]
            local = {key.replace(f"{address}:", f"{address} (POP3):"): value for key, value in before.items()}
            assert mail(client) == local
            assert {address, f"{address} (POP3)", "Inbox", "Bills", "Local Folders"} <= set(client.run_script(SHOWN))
            assert client.dialogs == ()
    with setup.open() as client:
        (account,) = mail_accounts(client)
        assert client.verify_incoming(account["key"]) == SUCCESS  # with the password that POP3 had
        assert client.fetch(account["key"]) == ["Sent by POP3"]
        assert client.read_message("Message 0").rstrip() == "Text 0"  # in the local inbox
        (identity,) = account["identities"]
        assert identity["full_name"] == "Mario Rossi"
        assert client.send(identity["key"], address, "Sent by IMAP", "Hello.\n") == SUCCESS
        setup.lab.wait_for_message(address, "Sent by IMAP")
        assert client.fetch(account["key"]) == ["Sent by POP3", "Sent by IMAP"]
        assert mail(client) == local
        assert client.dialogs == ()
    assert [message["Subject"] for message in setup.lab.messages(address, "Sent")] == ["Sent by IMAP"]
    assert not setup.configure(migrate=True, password=None)["changed"]
    served = [one for one in setup.lab.logins() if (one.user, one.service) == (address, Service.IMAP)]
    assert served
    assert all(one.succeeded for one in served)


def test_a_rollback_brings_the_pop3_account_back(setup: ThunderbirdSetup, ansible: Ansible) -> None:
    """After Thunderbird has rewritten its files, and the user has sorted and received mail."""
    before = use_pop3(setup)
    address = setup.user.address
    assert setup.configure(migrate=True, password=None)["changed"]
    with setup.open() as client:
        (account,) = mail_accounts(client)
        setup.receive("By IMAP", "Hello.\n")
        assert "By IMAP" in client.fetch(account["key"])
        (local,) = [one["key"] for one in client.accounts() if one["incoming"]["pretty_name"].endswith("(POP3)")]
        assert client.run_script(SORT, local) == 0
    boxes = sizes(setup.local_user.profile)
    users = [setup.local_user.name]
    undone = ansible.module("mail_rollback", users=users)
    assert not undone["failed"], str(undone)
    assert [(one["protocol"], one["status"]) for one in undone["clients"][0]["accounts"]] == [
        ("pop3", "restored"),
        ("imap", "removed"),
    ]
    assert undone["clients"][0]["left"] == undone["clients"][0]["notices"] == []
    assert sizes(setup.local_user.profile) == boxes
    with setup.open() as client:
        (account,) = mail_accounts(client)
        assert (account["incoming"]["type"], account["incoming"]["host"]) == ("pop3", "pop.charter.net")
        assert client.default_account() == account["key"]
        found = mail(client)
        assert subjects(found) == subjects(before)
        assert len(found[f"{address}:/Inbox/Bills"]) == 2
        assert client.fetch(account["key"])  # with the password that IMAP had
        assert subjects(mail(client)).count("By IMAP") == 1
        (identity,) = account["identities"]
        assert identity["full_name"] == "Mario Rossi"
        assert client.send(identity["key"], address, "By POP3 again", "Hello.\n") == SUCCESS
        setup.lab.wait_for_message(address, "By POP3 again")
        assert "By POP3 again" in mail(client)[f"{address}:/Sent"]
        assert client.dialogs == ()
    assert not ansible.module("mail_rollback", users=users)["changed"]
    assert all(one.succeeded for one in setup.lab.logins() if one.user == address)


def test_a_global_inbox_goes_on(setup: ThunderbirdSetup) -> None:
    """Another POP3 account keeps its mail in the folders of the one that is replaced."""
    before = use_pop3(setup)
    other = setup.lab.add_user(f"other.of.{setup.user.address}")
    setup.configure(protocol="pop3", email=other.address, password=other.password)
    prefs = setup.local_user.profile / "prefs.js"
    text = prefs.read_text()
    (server,) = [line.split(".")[2] for line in text.splitlines() if f'"pop3:{other.address}"' in line]
    prefs.write_text(f'{text}user_pref("mail.server.{server}.deferred_to_account", "account1");\n')
    assert setup.configure(migrate=True, password=None)["changed"]
    message = {"address": other.address, "subject": "For the other"}
    with setup.open() as client:
        (key,) = [one["key"] for one in client.accounts() if one["incoming"]["username"] == other.address]
        deliver(setup, **message)
        client.run_script(FETCH, key)
        found = mail(client)
        inbox = f"{setup.user.address} (POP3):/Inbox"
        assert found[inbox] == sorted([*before[f"{setup.user.address}:/Inbox"], message["subject"]])
        assert client.dialogs == ()


def test_an_account_whose_mail_is_in_local_folders_leaves_none_behind(setup: ThunderbirdSetup) -> None:
    """It had the global inbox, so that its mail is local already."""
    setup.configure(protocol="pop3", leave_on_server=False)
    with setup.open() as client:  # makes Local Folders
        (local,) = [one["key"] for one in client.accounts() if one["incoming"]["type"] == "none"]
    prefs = setup.local_user.profile / "prefs.js"
    prefs.write_text(f'{prefs.read_text()}user_pref("mail.server.server1.deferred_to_account", "{local}");\n')
    setup.receive("By the global inbox", "Hello.\n")
    with setup.open() as client:
        client.run_script(FETCH, "account1")
        assert mail(client) == {"Local Folders:/Inbox": ["By the global inbox"]}
    assert setup.configure(migrate=True, password=None)["changed"]
    with setup.open() as client:
        assert mail(client) == {"Local Folders:/Inbox": ["By the global inbox"]}
        (account,) = mail_accounts(client)
        assert account["incoming"]["type"] == "imap"
        assert client.verify_incoming(account["key"]) == SUCCESS
        assert len(client.accounts()) == 2


FETCH = """
    const { MailServices } = driver;
    Services.io.offline = false;
    const server = MailServices.accounts.getAccount(arguments[0]).incomingServer;
    const inbox = server.rootMsgFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
    return new Promise(resolve => {
      MailServices.pop3.GetNewMail(null, {
        QueryInterface: ChromeUtils.generateQI(["nsIUrlListener"]),
        OnStartRunningUrl() {},
        OnStopRunningUrl(url, status) { resolve(status); },
      }, inbox, server);
    });
"""


def deliver(setup: ThunderbirdSetup, address: str, subject: str) -> None:
    import email.message

    message = email.message.EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "friend@charter.net", address
    message.set_content("Hello.")
    setup.lab.deliver(address, message)
