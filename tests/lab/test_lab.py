# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's servers: each port that the provider publishes, tested with Python's mail clients inside the lab."""

from __future__ import annotations

import base64
import email.message
import errno
import pathlib
import re
import secrets
import typing as t

import pytest

from ansible_collections.charter.mail.tests.lab.certificates import Authority, Quality
from ansible_collections.charter.mail.tests.lab.client_runner import run_client
from ansible_collections.charter.mail.tests.lab.errors import LabError
from ansible_collections.charter.mail.tests.lab.fixtures import require
from ansible_collections.charter.mail.tests.lab.hosts import Service
from ansible_collections.charter.mail.tests.lab.lab import USERS, MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser


class Port(t.NamedTuple):
    """An endpoint. They are listed here again, so that the lab's own table is tested as well."""

    service: str
    host: str
    port: int
    security: str


IMAP = Port("imap", "imap.charter.net", 993, "ssl")
POP3 = Port("pop3", "pop.charter.net", 995, "ssl")
SMTP = Port("smtp", "smtp.charter.net", 587, "starttls")
SUBMISSIONS = [
    SMTP,
    Port("smtp", "smtp.charter.net", 465, "ssl"),
    Port("smtp", "mobile.charter.net", 587, "ssl"),
    Port("smtp", "mail.twc.com", 587, "starttls"),
    Port("smtp", "mail.brighthouse.com", 587, "starttls"),
]
PORTS = [
    IMAP,
    Port("imap", "imap.charter.net", 143, "starttls"),
    Port("imap", "mobile.charter.net", 993, "ssl"),
    Port("imap", "mail.twc.com", 993, "ssl"),
    Port("imap", "mail.brighthouse.com", 993, "ssl"),
    POP3,
    Port("pop3", "pop.charter.net", 110, "starttls"),
    Port("pop3", "mobile.charter.net", 995, "ssl"),
    Port("pop3", "mail.twc.com", 995, "ssl"),
    Port("pop3", "mail.brighthouse.com", 995, "ssl"),
    *SUBMISSIONS,
]
every_port = pytest.mark.parametrize("port", PORTS, ids=lambda port: f"{port.host}-{port.port}")
every_submission_port = pytest.mark.parametrize("port", SUBMISSIONS, ids=lambda port: f"{port.host}-{port.port}")

# OpenSSL's X509_V_ERR_* (x509_vfy.h).
EXPIRED, NO_LOCAL_ISSUER, HOSTNAME_MISMATCH = 10, 20, 62


def talk(lab: MailLab, port: Port, user: MailUser, **more: object) -> dict[str, t.Any]:
    """Log in over verified TLS and do what the further arguments request."""
    values = {**port._asdict(), "ca": str(lab.ca_path), "user": user.address, "password": user.password, **more}
    return run_client(lab, str(values.pop("service")), **values)


def send(lab: MailLab, port: Port, user: MailUser, recipient: str, subject: str, **more: object) -> dict[str, t.Any]:
    """Log in and send a message."""
    text = f"From: {user.address}\r\nTo: {recipient}\r\nSubject: {subject}\r\n\r\nCiao!\r\n"
    values = {"sender": user.address, "recipient": recipient, "message": text, **more}
    return talk(lab, port, user, **values)


def note(subject: str) -> email.message.EmailMessage:
    message = email.message.EmailMessage()
    message["From"] = "somebody@example.test"
    message["Subject"] = subject
    message.set_content("Grüße\n.\nFrom here on\n")
    return message


def subjects(messages: t.Iterable[email.message.EmailMessage]) -> list[str]:
    return [str(message["Subject"]) for message in messages]


def test_the_list_of_ports_is_complete(mail_lab: MailLab) -> None:
    offered = {
        Port(endpoint.service.value, host.name, endpoint.port, endpoint.security.value)
        for host in mail_lab.hosts
        for endpoint in host.endpoints
    }
    assert offered == set(PORTS)


@every_port
def test_login_over_verified_tls(mail_lab: MailLab, mail_user: MailUser, port: Port) -> None:
    result = talk(mail_lab, port, mail_user)
    assert result.get("tls") == ("TLSv1.2" if port.host == "mail.twc.com" else "TLSv1.3"), str(result)
    seen = mail_lab.wait_for_login(mail_user.address, Service(port.service))
    assert (seen.host, seen.mechanism, seen.tls) == (port.host, "PLAIN", True)


@every_port
def test_wrong_password(mail_lab: MailLab, mail_user: MailUser, port: Port) -> None:
    result = talk(mail_lab, port, mail_user, password="wrong")
    assert result.get("error") in {"error", "error_proto", "SMTPAuthenticationError"}, str(result)
    assert "authentication failed" in result["text"].lower()
    assert mail_lab.wait_for_login(mail_user.address, Service(port.service), succeeded=False).host == port.host


@every_port
def test_certificate_is_refused_without_the_authority(
    mail_lab: MailLab, mail_user: MailUser, port: Port, tmp_path: pathlib.Path
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(Authority("Another authority").certificate)
    result = talk(mail_lab, port, mail_user, ca=str(other))
    assert result.get("verify_code") == NO_LOCAL_ISSUER, str(result)
    assert mail_user.address not in {login.user for login in mail_lab.logins()}


def test_certificate_is_for_its_own_host_only(mail_lab: MailLab) -> None:
    result = run_client(
        mail_lab,
        "handshake",
        host="imap.charter.net",
        port=993,
        ca=str(mail_lab.ca_path),
        name="mobile.charter.net",
    )
    assert result.get("verify_code") == HOSTNAME_MISMATCH, str(result)


def test_invalid_certificates_on_request() -> None:
    require()
    wanted = {
        "imap.charter.net": (993, Quality.EXPIRED, EXPIRED),
        "mobile.charter.net": (587, Quality.UNTRUSTED, NO_LOCAL_ISSUER),
        "mail.twc.com": (995, Quality.WRONG_NAME, HOSTNAME_MISMATCH),
    }
    with MailLab.start(certificates={host: quality for host, (_, quality, _) in wanted.items()}) as lab:
        ca = str(lab.ca_path)
        for host, (port, _, code) in wanted.items():
            result = run_client(lab, "handshake", host=host, port=port, ca=ca, name=host)
            assert result.get("verify_code") == code, (host, result)
        good = run_client(lab, "handshake", host="pop.charter.net", port=995, ca=ca, name="pop.charter.net")
        assert good == {"tls": "TLSv1.3"}


def test_imap_takes_no_password_in_clear(mail_lab: MailLab, mail_user: MailUser) -> None:
    result = run_client(
        mail_lab,
        "imap_in_clear",
        host="imap.charter.net",
        port=143,
        user=mail_user.address,
        password=mail_user.password,
    )
    assert {"STARTTLS", "LOGINDISABLED"} <= set(result["capabilities"])
    assert not [capability for capability in result["capabilities"] if capability.startswith("AUTH=")]
    assert "PRIVACYREQUIRED" in result["refusal"]


def test_pop3_takes_no_password_in_clear(mail_lab: MailLab, mail_user: MailUser) -> None:
    result = run_client(mail_lab, "pop3_in_clear", host="pop.charter.net", port=110, user=mail_user.address)
    assert "STLS" in result["capabilities"]
    assert "USER" not in result["capabilities"]
    assert not result["capabilities"].get("SASL")
    assert "disallowed" in result["refusal"]


@pytest.mark.parametrize("host", ["smtp.charter.net", "mail.twc.com", "mail.brighthouse.com"])
def test_smtp_takes_nothing_in_clear(mail_lab: MailLab, host: str) -> None:
    result = run_client(mail_lab, "smtp_in_clear", host=host, port=587)
    assert "starttls" in result["offers"]
    assert "auth" not in result["offers"]
    assert (result["auth"], result["mail"]) == (530, 530)


def test_mobile_587_sends_no_greeting_before_tls(mail_lab: MailLab) -> None:
    assert run_client(mail_lab, "first_bytes", host="mobile.charter.net", port=587, seconds=1) == {"text": ""}
    text = run_client(mail_lab, "first_bytes", host="smtp.charter.net", port=587, seconds=20)["text"]
    assert text.startswith("220 smtp.charter.net ")


@pytest.mark.parametrize(("host", "port"), [("imap.charter.net", 587), ("smtp.charter.net", 25), ("mail.twc.com", 143)])
def test_other_ports_refuse(mail_lab: MailLab, host: str, port: int) -> None:
    assert run_client(mail_lab, "connect", host=host, port=port).get("errno") == errno.ECONNREFUSED


@every_submission_port
def test_message_arrives(mail_lab: MailLab, mail_user: MailUser, port: Port) -> None:
    subject = f"From {mail_user.address}"
    result = send(mail_lab, port, mail_user, "gina.neri@twc.com", subject)
    assert "tls" in result, str(result)
    arrived = mail_lab.wait_for_message("gina.neri@twc.com", subject)
    assert arrived["Return-Path"] == f"<{mail_user.address}>"
    assert f"by {port.host}" in arrived["Received"]
    assert arrived.get_content() == "Ciao!\n"


@every_submission_port
def test_wrong_sender_is_refused(mail_lab: MailLab, mail_user: MailUser, port: Port) -> None:
    result = send(mail_lab, port, mail_user, "gina.neri@twc.com", "forged", sender="anna.bianchi@charter.net")
    assert result.get("error") == "SMTPRecipientsRefused", str(result)
    assert "553" in result["text"]
    assert "not owned by user" in result["text"]


@every_submission_port
def test_sending_needs_a_login(mail_lab: MailLab, mail_user: MailUser, port: Port) -> None:
    result = run_client(
        mail_lab,
        "smtp",
        **{key: value for key, value in port._asdict().items() if key != "service"},
        ca=str(mail_lab.ca_path),
        sender=mail_user.address,
        recipient="gina.neri@twc.com",
    )
    assert result.get("error") == "SMTPRecipientsRefused", str(result)
    assert "not logged in" in result["text"]


@pytest.mark.parametrize(
    ("recipient", "reason"),
    [("nobody@charter.net", "User unknown"), ("somebody@example.test", "does not relay to other domains")],
)
def test_unknown_recipient_is_refused(mail_lab: MailLab, mail_user: MailUser, recipient: str, reason: str) -> None:
    result = send(mail_lab, SMTP, mail_user, recipient, "lost")
    assert result.get("error") == "SMTPRecipientsRefused", str(result)
    assert reason in result["text"]


def test_new_users_are_known_at_once(mail_lab: MailLab) -> None:
    """Servers that have read their tables within the same second, on the same port, know them as well."""
    first = mail_lab.user("mario.rossi@charter.net")
    for number in range(5):
        new = mail_lab.add_user(f"new.{number}.{secrets.token_hex(4)}@brighthouse.com")
        assert "tls" in send(mail_lab, SMTP, first, new.address, "to the new one")
        assert "tls" in send(mail_lab, SMTP, new, new.address, "from the new one")
        mail_lab.wait_for_message(new.address, "to the new one")
        mail_lab.wait_for_message(new.address, "from the new one")


def test_invalid_users(mail_lab: MailLab) -> None:
    with pytest.raises(LabError, match=r"cannot add mario\.rossi@charter\.net"):
        mail_lab.add_user("mario.rossi@charter.net")
    with pytest.raises(LabError, match=r"cannot add somebody@example\.test"):
        mail_lab.add_user("somebody@example.test")
    with pytest.raises(LabError, match="not a plain lower-case address"):
        mail_lab.add_user("../x@charter.net")
    with pytest.raises(LabError, match=r"has no user nobody@charter\.net"):
        mail_lab.messages("nobody@charter.net")


@pytest.mark.parametrize("address", USERS)
def test_default_users_can_log_in(mail_lab: MailLab, address: str) -> None:
    assert "tls" in talk(mail_lab, IMAP, mail_lab.user(address))


def test_pop3_keeps_or_deletes_messages_as_requested(mail_lab: MailLab, mail_user: MailUser) -> None:
    mail_lab.deliver(mail_user.address, note("first"))
    mail_lab.deliver(mail_user.address, note("second").as_bytes())
    kept = talk(mail_lab, POP3, mail_user)["messages"]
    assert len(kept) == 2
    assert "Subject: first" in kept[0]
    assert subjects(mail_lab.messages(mail_user.address)) == ["first", "second"]
    assert talk(mail_lab, POP3, mail_user, delete=True)["messages"] == kept
    assert mail_lab.messages(mail_user.address) == ()
    assert talk(mail_lab, POP3, mail_user)["messages"] == []


def test_delivered_message_is_unchanged(mail_lab: MailLab, mail_user: MailUser) -> None:
    mail_lab.deliver(mail_user.address, note("unchanged"))
    [message] = mail_lab.messages(mail_user.address)
    assert message.get_content() == "Grüße\n.\nFrom here on\n"


def test_imap_mailboxes(mail_lab: MailLab, mail_user: MailUser) -> None:
    result = talk(mail_lab, IMAP, mail_user, append_to="Sent")
    assert result["mailboxes"] == [
        r'(\HasNoChildren \Drafts) "." Drafts',
        r'(\HasNoChildren \Sent) "." Sent',
        r'(\HasNoChildren \Trash) "." Trash',
        r'(\HasNoChildren) "." INBOX',
    ]
    assert subjects(mail_lab.messages(mail_user.address, "Sent")) == ["a copy"]
    assert mail_lab.messages(mail_user.address) == mail_lab.messages(mail_user.address, "Trash") == ()


def test_waiting_times_out(mail_lab: MailLab, mail_user: MailUser) -> None:
    with pytest.raises(LabError, match="no message 'never sent' in INBOX"):
        mail_lab.wait_for_message(mail_user.address, "never sent", seconds=0.1)
    with pytest.raises(LabError, match="no successful imap login"):
        mail_lab.wait_for_login(mail_user.address, Service.IMAP, seconds=0.1)


def test_no_password_is_written_anywhere(mail_lab: MailLab, mail_user: MailUser) -> None:
    """No log or other file has it as it is, in Base64, or in the Base64 of AUTH PLAIN."""
    for port in (IMAP, POP3, SMTP):
        talk(mail_lab, port, mail_user)
        mail_lab.wait_for_login(mail_user.address, Service(port.service))
    plain = f"\0{mail_user.address}\0{mail_user.password}".encode()
    traces = [mail_user.password.encode(), base64.b64encode(mail_user.password.encode()), base64.b64encode(plain)]
    files = [path for path in mail_lab.directory.rglob("*") if path.is_file()]
    assert mail_lab.directory / "dovecot.log" in files
    assert [path for path in files if any(trace in path.read_bytes() for trace in traces)] == []
    assert mail_user.password not in repr(mail_user)


def test_the_logs_have_no_warnings() -> None:
    require()
    with MailLab.start() as lab:
        user = lab.user("mario.rossi@charter.net")
        for port in PORTS:
            talk(lab, port, user)
        send(lab, SMTP, user, user.address, "to myself")
        lab.wait_for_message(user.address, "to myself")
        level = re.compile(r": (warning|error|fatal|panic): ", re.IGNORECASE)
        assert "starting up" in lab.log_text()
        assert [line for line in lab.log_text().splitlines() if level.search(line)] == []
