# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail that the real Thunderbird has received by POP3 is uploaded to Dovecot, and is read there by IMAP."""

from __future__ import annotations

import subprocess
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser, snapshot
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

from .test_thunderbird_account import ThunderbirdSetup, mail_accounts
from .test_thunderbird_migration import use_pop3
from .thunderbird import require

ON_SERVER = {"Local mail/Inbox": 3, "Local mail/Inbox/Bills": 1, "Local mail/Sent": 1}


@pytest.fixture(autouse=True)
def _thunderbird_is_here() -> None:
    require()


@pytest.fixture
def setup(mario: LocalUser, mail_lab: MailLab, mail_user: MailUser, tmp_path: t.Any) -> ThunderbirdSetup:
    return ThunderbirdSetup(Ansible(tmp_path, prefix=mail_lab.command([])), mario, mail_lab, mail_user)


def upload(setup: ThunderbirdSetup, *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
    given = {"user": setup.local_user.name, "email": setup.user.address, "ca_path": str(setup.lab.ca_path), **options}
    return setup._ansible.module("mail_upload", check=check, **given)


def counts(result: dict[str, t.Any]) -> dict[str, int]:
    (entry,) = result["accounts"]
    assert entry["error"] == "", entry
    return {name: entry[name] for name in ("found", "uploaded", "there", "deleted", "refused")}


def on_server(setup: ThunderbirdSetup) -> dict[str, int]:
    found = {folder: len(setup.lab.messages(setup.user.address, folder.replace("/", "."))) for folder in ON_SERVER}
    return {folder: number for folder, number in found.items() if number}


def doveadm(setup: ThunderbirdSetup, *arguments: str) -> str:
    command = ["doveadm", "-c", str(setup.lab.directory / "dovecot/dovecot.conf"), *arguments]
    return subprocess.run(setup.lab.command(command), check=True, stdout=subprocess.PIPE, text=True).stdout


def test_what_the_server_lacks_is_added_once(setup: ThunderbirdSetup) -> None:
    use_pop3(setup)  # the server has nothing but a copy of what was sent last
    setup.configure(migrate=True, password=None)
    before = snapshot(setup.local_user.home)
    expected = {"found": 6, "uploaded": 5, "there": 0, "deleted": 1, "refused": 0}
    assert counts(upload(setup, check=True)) == expected
    assert on_server(setup) == {}
    done = upload(setup)
    assert done["changed"]
    assert counts(done) == expected  # with the password that Thunderbird has stored; one was moved to another folder
    assert on_server(setup) == ON_SERVER
    assert snapshot(setup.local_user.home) == before
    again = upload(setup)
    assert not again["changed"]
    assert counts(again) == {**expected, "uploaded": 0, "there": 5}
    (message,) = [
        one for one in setup.lab.messages(setup.user.address, "Local mail.Inbox") if one["Subject"] == "Message 0"
    ]
    assert message.get_content().rstrip() == "Text 0"
    assert not [name for name, _value in message.items() if name.lower().startswith(("x-mozilla", "x-account-key"))]
    with setup.open() as client:
        (account,) = mail_accounts(client)
        assert {*ON_SERVER} <= set(client.folders(account["key"]))


def test_folders_are_made_where_the_server_has_the_users_folders(setup: ThunderbirdSetup) -> None:
    use_pop3(setup)
    setup.configure(migrate=True, password=None)
    configuration = setup.lab.directory / "dovecot/dovecot.conf"
    usual = configuration.read_text()
    try:
        configuration.write_text(
            usual.replace("  inbox = yes\n", "  inbox = yes\n  prefix = INBOX.\n  separator = .\n")
        )
        doveadm(setup, "reload")
        assert counts(upload(setup))["uploaded"] == 5
        listed = doveadm(setup, "mailbox", "list", "-u", setup.user.address).splitlines()
        again = counts(upload(setup))
    finally:
        configuration.write_text(usual)
        doveadm(setup, "reload")
    assert {f"INBOX.{folder.replace('/', '.')}" for folder in ON_SERVER} <= {*listed}
    assert on_server(setup) == ON_SERVER
    assert (again["there"], again["uploaded"]) == (5, 0)


def test_mail_is_there_whatever_the_name_of_its_folder(setup: ThunderbirdSetup) -> None:
    use_pop3(setup)
    setup.configure(migrate=True, password=None)
    assert counts(upload(setup))["uploaded"] == 5
    # Dovecot lists a name with five of these characters as a literal.
    doveadm(setup, "mailbox", "rename", "-u", setup.user.address, "Local mail.Inbox", '"Old" "mail" \\')
    again = counts(upload(setup))
    assert (again["there"], again["uploaded"]) == (5, 0)


def test_an_upload_that_was_interrupted_is_resumed(setup: ThunderbirdSetup) -> None:
    use_pop3(setup)
    setup.configure(migrate=True, password=None)
    box = setup.local_user.profile / "Mail/pop.charter.net/Inbox"
    whole = box.read_bytes()
    box.write_bytes(whole[: whole.rindex(b"\nFrom ") + 1])  # as if the run had ended before the last message
    first = counts(upload(setup))
    box.write_bytes(whole)
    second = counts(upload(setup))
    assert first["uploaded"] + second["uploaded"] == 5
    assert second["there"] == first["uploaded"]
    assert on_server(setup) == ON_SERVER


def test_nothing_is_sent_where_the_certificate_is_not_trusted_or_the_password_is_wrong(setup: ThunderbirdSetup) -> None:
    use_pop3(setup)
    setup.configure(migrate=True, password=None)
    logins = len(setup.lab.logins())
    untrusted = upload(setup, ca_path=None)
    assert untrusted["failed"]
    assert "certificate" in untrusted["msg"]
    assert len(setup.lab.logins()) == logins
    wrong = upload(setup, password="not-the-password")
    assert wrong["failed"]
    assert "not-the-password" not in str(wrong)
    assert on_server(setup) == {}


def test_the_option_of_an_account_uploads_once_it_is_set_up(setup: ThunderbirdSetup) -> None:
    use_pop3(setup)
    trusting = Ansible(
        setup._ansible.folder / "trusting",
        prefix=[*setup.lab.command([]), "env", f"SSL_CERT_FILE={setup.lab.ca_path}"],
    )
    entry = {"user": setup.local_user.name, "email": setup.user.address, "migrate": True}
    given: dict[str, t.Any] = {"accounts": [{**entry, "upload": True}], "clients": ["thunderbird"]}
    foreseen = trusting.module("mail_accounts", check=True, **given)
    assert foreseen["uploads"] == [{**foreseen["uploads"][0], "found": 0, "error": ""}]  # nothing is replaced yet
    done = trusting.module("mail_accounts", **given)
    assert not done["failed"], str(done)
    assert [entry["status"] for entry in done["accounts"]] == ["created"]
    assert done["uploads"][0]["uploaded"] == 5
    assert on_server(setup) == ON_SERVER
    assert setup.user.password not in str(done)
    again = trusting.module("mail_accounts", **given)
    assert not again["changed"]
    assert again["uploads"][0]["there"] == 5
    assert "uploads" not in trusting.module("mail_accounts", accounts=[entry], clients=["thunderbird"])


def test_an_account_without_local_mail_has_nothing_to_do(setup: ThunderbirdSetup) -> None:
    setup.configure(migrate=True)
    result = upload(setup)
    assert not result["changed"]
    assert counts(result) == dict.fromkeys(("found", "uploaded", "there", "deleted", "refused"), 0)
