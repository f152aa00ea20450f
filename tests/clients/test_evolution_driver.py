# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver of the real Evolution, tested with accounts written by hand."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.local_users import LocalUser
from ansible_collections.charter.mail.tests.lab.hosts import Service
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

from . import evolution_sources
from .desktop_session import SECRETS, DesktopSession, desktop_session
from .evolution import TIMEOUT, Evolution, in_the_lab, require
from .evolution_sources import ACCOUNT, IDENTITY, TRANSPORT
from .evolution_window import MAIN, PASSWORD_REQUEST, WELCOME, EvolutionWindow

LOGIN = "the password of the login"


@pytest.fixture(autouse=True)
def _evolution_is_here() -> None:
    require()


@pytest.fixture
def session(mario: LocalUser, mail_lab: MailLab) -> t.Iterator[DesktopSession]:
    """Mario's session in the lab."""
    with desktop_session(mario, in_the_lab(mail_lab)) as session:
        yield session


def mail(subject: str) -> bytes:
    return f"Subject: {subject}\nFrom: friend@charter.net\n\nGood morning.\n".encode()


@pytest.mark.parametrize(
    ("protocol", "backend", "host", "port"),
    [("imap", "imapx", "imap.charter.net", 993), ("pop3", "pop", "pop.charter.net", 995)],
)
def test_an_account_is_seen_and_used(
    session: DesktopSession, mail_lab: MailLab, mail_user: MailUser, protocol: str, backend: str, host: str, port: int
) -> None:
    other = mail_lab.add_user(f"other.of.{mail_user.address}")
    mail_lab.deliver(mail_user.address, mail("Hello"))
    evolution_sources.write(session.user, evolution_sources.sources(mail_user.address, protocol))
    session.start_keyring(LOGIN)
    evolution = Evolution(session)
    account = evolution.account(mail_user.address)
    assert (account["uid"], account["backend"], account["host"], account["port"]) == (ACCOUNT, backend, host, port)
    assert (account["security"], account["method"]) == ("ssl-on-alternate-port", "none")
    assert account["user"] == mail_user.address
    assert account["enabled"]
    assert not account["default"]
    assert (account["identity"]["uid"], account["identity"]["full_name"]) == (IDENTITY, evolution_sources.FULL_NAME)
    transport = account["transport"]
    assert (transport["uid"], transport["host"], transport["port"]) == (TRANSPORT, "smtp.charter.net", 587)
    assert (transport["security"], transport["method"]) == ("starttls-on-standard-port", "PLAIN")
    if protocol == "pop3":
        assert account["settings"] == {"KeepOnServer": "true", "DeleteAfterDays": "0"}
    assert evolution.use(account)["error"] is not None  # no password yet
    assert mail_user.address not in {login.user for login in mail_lab.logins()}
    for uid in (ACCOUNT, TRANSPORT):
        evolution.store_password(uid, mail_user.password)
        (item,) = evolution.passwords(uid)
        assert item["password"] == mail_user.password
    used = evolution.use(account, send_to=other.address, subject="From Camel")
    assert used["error"] is None
    assert used["subjects"] == ["Hello"]
    assert used["sent"]
    assert {"INBOX", "Sent", "Drafts"} <= set(used["folders"]) or protocol == "pop3"
    assert mail_user.address in mail_lab.wait_for_message(other.address, "From Camel", seconds=TIMEOUT)["From"]
    assert len(mail_lab.messages(mail_user.address)) == 1


def test_an_edit_and_a_deletion_by_the_user(session: DesktopSession, mail_user: MailUser) -> None:
    evolution_sources.write(session.user, evolution_sources.sources(mail_user.address))
    evolution = Evolution(session)
    evolution.edit(IDENTITY, "Mail Identity", organization="Charter", reply_to="boss@charter.net")
    evolution.edit(ACCOUNT, "Data Source", display_name="Posta", enabled=False)
    account = evolution.account(mail_user.address)
    assert (account["name"], account["enabled"]) == ("Posta", False)
    assert (account["identity"]["organization"], account["identity"]["reply_to"]) == ("Charter", "boss@charter.net")
    assert "Organization=Charter" in (evolution.sources / f"{IDENTITY}.source").read_text()
    assert "Organization=Charter" in evolution.memory()[IDENTITY]
    evolution.delete(ACCOUNT)
    assert evolution.accounts() == []
    assert ACCOUNT not in evolution.memory()
    assert not list(evolution.sources.glob(f"{ACCOUNT}*"))


def test_only_the_labs_certificates_are_trusted(mario: LocalUser, mail_lab: MailLab, mail_user: MailUser) -> None:
    evolution_sources.write(mario, evolution_sources.sources(mail_user.address))
    with desktop_session(mario, mail_lab.command([])) as session:
        session.start_keyring(LOGIN)
        evolution = Evolution(session)
        evolution.store_password(ACCOUNT, mail_user.password)
        used = evolution.use(evolution.account(mail_user.address))
    assert "certificate" in str(used["error"])
    assert mail_user.address not in {login.user for login in mail_lab.logins()}


def test_a_locked_keyring_keeps_its_passwords(session: DesktopSession) -> None:
    evolution = Evolution(session)
    assert not session.has_owner(SECRETS)
    session.start_keyring(LOGIN)
    evolution.store_password(ACCOUNT, "secret")
    evolution.lock_keyring()
    (item,) = evolution.passwords(ACCOUNT)
    assert item["locked"]
    assert item["password"] is None


def test_the_window_of_a_user_without_an_account(session: DesktopSession) -> None:
    with EvolutionWindow(session) as window:
        window.wait_for(WELCOME)


def test_the_window_that_asks_for_a_password(session: DesktopSession, mail_lab: MailLab, mail_user: MailUser) -> None:
    evolution_sources.write(session.user, evolution_sources.sources(mail_user.address))
    session.start_keyring(LOGIN)
    with EvolutionWindow(session) as window:
        window.wait_for(PASSWORD_REQUEST)
        assert mail_user.address not in {login.user for login in mail_lab.logins()}
        window.kill()  # it waits for the user


def test_the_window_that_logs_in(session: DesktopSession, mail_lab: MailLab, mail_user: MailUser) -> None:
    evolution_sources.write(session.user, evolution_sources.sources(mail_user.address))
    session.start_keyring(LOGIN)
    evolution = Evolution(session)
    evolution.store_password(ACCOUNT, mail_user.password)
    with EvolutionWindow(session) as window:
        assert mail_lab.wait_for_login(mail_user.address, Service.IMAP, seconds=TIMEOUT).tls
        evolution.wait_until_set_up(mail_user.address)
        window.wait_for(MAIN)
        assert window.titles() == [MAIN]
    assert evolution.account(mail_user.address)["identity"]["sent_folder"] == f"folder://{ACCOUNT}/Sent"
