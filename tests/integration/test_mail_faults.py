# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_verify against real Dovecot and Postfix servers with faults: what it reports about each."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.lab.certificates import WRONG_NAME, Quality
from ansible_collections.charter.mail.tests.lab.fixtures import require
from ansible_collections.charter.mail.tests.lab.hosts import Endpoint, MailHost, Security, Service
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

SSL, STARTTLS = Security.SSL, Security.STARTTLS
IMAP, IMAP_143 = Endpoint(Service.IMAP, 993, SSL), Endpoint(Service.IMAP, 143, STARTTLS)
POP3, POP3_110 = Endpoint(Service.POP3, 995, SSL), Endpoint(Service.POP3, 110, STARTTLS)
SUBMISSION, SUBMISSION_SSL = Endpoint(Service.SUBMISSION, 587, STARTTLS), Endpoint(Service.SUBMISSION, 587, SSL)

# Charter's older names, each with a fault, and those that Spectrum publishes today, which work.
HOSTS = (
    MailHost("imap.charter.net", (IMAP_143,)),  # the service on 993 is stopped
    MailHost("pop.charter.net", (POP3_110,), tls=False),  # plain only
    MailHost("smtp.charter.net", (SUBMISSION,), tls=False),  # plain only
    MailHost("mobile.charter.net", (IMAP, POP3, SUBMISSION_SSL)),
    MailHost("mail.twc.com", (IMAP, POP3, SUBMISSION)),
    MailHost("mail.brighthouse.com", (IMAP, POP3, SUBMISSION)),
    MailHost("untrusted.charter.net", (IMAP, SUBMISSION_SSL)),
)
CERTIFICATES = {
    "mail.twc.com": Quality.EXPIRED,
    "mail.brighthouse.com": Quality.WRONG_NAME,
    "untrusted.charter.net": Quality.UNTRUSTED,
}
SOUND_SUBMISSION = {"host": "mobile.charter.net", "port": 587, "security": "ssl"}


@pytest.fixture(scope="module")
def faulty_lab() -> t.Iterator[MailLab]:
    """A lab with misconfigured servers."""
    require()
    users = ("mario.rossi@charter.net", "gina.neri@twc.com", "rosa.bruno@brighthouse.com")
    with MailLab.start(users=users, hosts=HOSTS, certificates=CERTIFICATES) as lab:
        yield lab


@pytest.fixture
def mario(faulty_lab: MailLab) -> MailUser:
    """One of its users."""
    return faulty_lab.user("mario.rossi@charter.net")


@pytest.fixture
def ansible(tmp_path: pathlib.Path, faulty_lab: MailLab) -> Ansible:
    """Ansible inside the lab's network."""
    return Ansible(tmp_path, prefix=faulty_lab.command([]))


def verify(ansible: Ansible, lab: MailLab, user: MailUser, **options: t.Any) -> dict[str, t.Any]:
    given = {"email": user.address, "password": user.password, "ca_path": str(lab.ca_path), **options}
    return ansible.module("mail_verify", **{"checks": "all", **given})


def cause(result: dict[str, t.Any]) -> dict[str, t.Any]:
    assert result["failed"]
    (account,) = result["accounts"]
    assert account["cause"]["sentence"] in result["msg"]
    return t.cast("dict[str, t.Any]", account["cause"])


def test_the_older_names_fail_and_the_newer_ones_answer(ansible: Ansible, faulty_lab: MailLab, mario: MailUser) -> None:
    """With the default preset, the suggestion is a single option, and it works."""
    before = len(faulty_lab.logins())
    result = verify(ansible, faulty_lab, mario, protocol="pop3")
    found = cause(result)
    assert (found["stage"], found["endpoint"], found["code"]) == ("tcp", "incoming", "connection_refused")
    assert found["suggestion"] == {"provider": "spectrum"}
    assert len(faulty_lab.logins()) == before
    assert not verify(ansible, faulty_lab, mario, protocol="pop3", **found["suggestion"])["failed"]


def test_a_stopped_service(ansible: Ansible, faulty_lab: MailLab, mario: MailUser) -> None:
    """The same server still answers on the other port, which is the smallest change and works."""
    result = verify(ansible, faulty_lab, mario, outgoing=SOUND_SUBMISSION)
    found = cause(result)
    assert (found["stage"], found["code"]) == ("tcp", "connection_refused")
    assert found["suggestion"] == {"incoming": {"port": 143, "security": "starttls"}}
    repaired = verify(
        ansible,
        faulty_lab,
        mario,
        outgoing=SOUND_SUBMISSION,
        **found["suggestion"],
    )
    assert not repaired["failed"], repaired["msg"]


@pytest.mark.parametrize(
    ("protocol", "options"),
    [
        ("pop3", {"incoming": {"port": 110, "security": "starttls"}, "outgoing": SOUND_SUBMISSION}),
        ("imap", {"incoming": {"host": "mobile.charter.net"}}),
    ],
)
def test_servers_without_tls(
    ansible: Ansible, faulty_lab: MailLab, mario: MailUser, protocol: str, options: dict[str, t.Any]
) -> None:
    found = cause(verify(ansible, faulty_lab, mario, protocol=protocol, **options))
    assert (found["stage"], found["code"]) == ("starttls", "starttls_missing")
    assert "Nothing secret was sent" in found["advice"]
    assert all(login.tls for login in faulty_lab.logins())


@pytest.mark.parametrize(
    ("address", "provider", "host", "code", "words"),
    [
        ("gina.neri@twc.com", "twc", None, "certificate_expired", "First check the clock of this machine: it says"),
        ("rosa.bruno@brighthouse.com", "brighthouse", None, "certificate_for_another_name", WRONG_NAME),
        ("mario.rossi@charter.net", "charter", "untrusted.charter.net", "certificate_of_unknown_issuer", "ca_path"),
    ],
)
def test_certificates(
    ansible: Ansible,
    faulty_lab: MailLab,
    address: str,
    provider: str,
    host: str | None,
    code: str,
    words: str,
) -> None:
    options: dict[str, t.Any] = {"provider": provider, "suggest": False}
    if host is not None:
        options.update(incoming={"host": host}, outgoing={"host": host, "port": 587, "security": "ssl"})
    before = len(faulty_lab.logins())
    result = verify(ansible, faulty_lab, faulty_lab.user(address), **options)
    found = cause(result)
    assert (found["stage"], found["code"]) == ("tls", code)
    assert words in found["sentence"]
    assert result["msg"].count("The cause is the same.") == 1
    assert len(faulty_lab.logins()) == before


@pytest.mark.parametrize(
    ("options", "code", "suggestion"),
    [
        (
            {"outgoing": {"host": "mobile.charter.net", "port": 587, "security": "starttls"}},
            "needs_ssl",
            {"outgoing": {"port": 587, "security": "ssl"}},
        ),
        (
            {
                "protocol": "pop3",
                "incoming": {"host": "mobile.charter.net", "port": 993},
                "outgoing": SOUND_SUBMISSION,
            },
            "wrong_protocol",
            {"incoming": {"port": 995, "security": "ssl"}},
        ),
    ],
)
def test_wrong_settings_for_a_working_server(
    ansible: Ansible,
    faulty_lab: MailLab,
    mario: MailUser,
    options: dict[str, t.Any],
    code: str,
    suggestion: dict[str, t.Any],
) -> None:
    result = verify(ansible, faulty_lab, mario, **{"provider": "spectrum", **options})
    assert cause(result)["code"] == code
    assert cause(result)["suggestion"] == suggestion


def test_fail_on_and_the_options_that_limit(ansible: Ansible, faulty_lab: MailLab, mario: MailUser) -> None:
    result = verify(ansible, faulty_lab, mario, fail_on=[], retries=1, timeout=5)
    assert not result["failed"]
    assert not result["accounts"][0]["ok"]
    sound = {"provider": "spectrum", "warn_days": 100000}
    assert not verify(ansible, faulty_lab, mario, **sound)["failed"]
    warned = verify(ansible, faulty_lab, mario, **sound, fail_on=["warning"])
    assert warned["failed"]
    assert "expires on" in warned["accounts"][0]["warnings"][0]
    assert verify(ansible, faulty_lab, mario, provider="spectrum", password=None, fail_on=["skipped"])["failed"]
    for option in ({"attempts": 0}, {"retries": -1}):
        assert verify(ansible, faulty_lab, mario, **option)["msg"].startswith(f"{next(iter(option))}: ")


def test_one_attempt(ansible: Ansible, faulty_lab: MailLab, mario: MailUser) -> None:
    before = len(faulty_lab.logins())
    result = verify(ansible, faulty_lab, mario, provider="spectrum", password="wrong", attempts=1)
    assert cause(result)["code"] == "password_refused"
    assert len(faulty_lab.logins()) - before == 1
