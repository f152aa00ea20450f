# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IMAP, POP3 and submission of the embedded mail server, with the mail clients of Python's standard library."""

from __future__ import annotations

import base64
import imaplib
import poplib
import smtplib
import textwrap
import typing as t

import pytest

from ansible_collections.charter.mail.tests.demo.embedded import EmbeddedMailServer

from .embedded_server_sessions import ADA, BEN, pop3_session, send


class TestImap:
    def test_capabilities(self, imap: imaplib.IMAP4_SSL) -> None:
        assert set(imap.capabilities) == {"IMAP4REV1", "AUTH=PLAIN", "AUTH=LOGIN", "IDLE"}

    @pytest.mark.parametrize("address", [ADA, ADA.upper()])
    def test_login_and_welcome(self, imap: imaplib.IMAP4_SSL, server: EmbeddedMailServer, address: str) -> None:
        imap.login(address, server.users[ADA])
        assert imap.select("INBOX", readonly=True)[0] == "OK"
        _, fetched = imap.fetch("1", "(BODY.PEEK[])")
        message = t.cast(tuple[bytes, bytes], fetched[0])[1]
        assert b"Subject: Welcome\r\n" in message
        assert f"To: {ADA}\r\n".encode() in message

    def test_authenticate_plain(self, imap: imaplib.IMAP4_SSL, server: EmbeddedMailServer) -> None:
        answer = imap.authenticate("PLAIN", lambda _: f"\0{ADA}\0{server.users[ADA]}".encode())
        assert answer[0] == "OK"

    def test_wrong_password(self, imap: imaplib.IMAP4_SSL) -> None:
        with pytest.raises(imaplib.IMAP4.error, match="LOGIN failed"):
            imap.login(ADA, "wrong")

    def test_unknown_user(self, imap: imaplib.IMAP4_SSL, server: EmbeddedMailServer) -> None:
        with pytest.raises(imaplib.IMAP4.error, match="LOGIN failed"):
            imap.login("nobody@charter.net", server.users[ADA])

    def test_folders(self, imap: imaplib.IMAP4_SSL, server: EmbeddedMailServer) -> None:
        imap.login(ADA, server.users[ADA])
        assert imap.list() == (
            "OK",
            [b'() "/" "INBOX"', rb'(\Drafts) "/" "Drafts"', rb'(\Sent) "/" "Sent"', rb'(\Trash) "/" "Trash"'],
        )
        assert imap.create("Another")[0] == "NO"
        assert imap.select("Another")[0] == "NO"

    def test_select_reports_what_a_client_needs(self, imap: imaplib.IMAP4_SSL, server: EmbeddedMailServer) -> None:
        imap.login(BEN, server.users[BEN])
        imap.select("Drafts")
        assert imap.response("UIDNEXT")[1] == [b"1"]
        assert imap.response("UIDVALIDITY")[1] == [b"1"]
        assert b"\\Seen" in t.cast(bytes, imap.response("PERMANENTFLAGS")[1][0])
        imap.select("Drafts", readonly=True)
        assert imap.response("PERMANENTFLAGS")[1] == [b"()"]

    def test_append_copy_flag_expunge(self, imap: imaplib.IMAP4_SSL, server: EmbeddedMailServer) -> None:
        imap.login(ADA, server.users[ADA])
        for subject in (b"one", b"two", b"three"):
            content = b"From: a@charter.net\r\nSubject: " + subject + b"\r\n\r\nText\r\n"
            assert imap.append("Drafts", "", "", content)[0] == "OK"
        imap.select("Drafts")
        assert imap.store("1,3", "+FLAGS", r"(\Deleted)")[0] == "OK"
        assert imap.copy("1", "Trash")[0] == "OK"
        assert imap.copy("1", "Another") == ("NO", [b"[TRYCREATE] No such folder"])
        assert imap.append("Another", "", "", b"Subject: x\r\n\r\n") == ("NO", [b"[TRYCREATE] No such folder"])
        assert imap.expunge() == ("OK", [b"3", b"1"])
        _, fetched = imap.fetch("1", "(UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
        line, header = t.cast(tuple[bytes, bytes], fetched[0])
        assert line.startswith(b"1 (UID 2 ")
        assert header.strip() == b"Subject: two"
        assert imap.uid("SEARCH", "UNSEEN") == ("OK", [b"2"])
        assert imap.status("Trash", "(MESSAGES)") == ("OK", [b"Trash (MESSAGES 1)"])

    def test_examined_folders_are_read_only(self, imap: imaplib.IMAP4_SSL, server: EmbeddedMailServer) -> None:
        imap.login(BEN, server.users[BEN])
        imap.select("INBOX", readonly=True)
        with pytest.raises(imaplib.IMAP4.error):
            imap.store("1", "+FLAGS", r"(\Deleted)")
        assert imap.fetch("1", "(FLAGS)") == ("OK", [b"1 (FLAGS ())"])

    def test_structure_of_a_multipart_message(self, imap: imaplib.IMAP4_SSL, server: EmbeddedMailServer) -> None:
        content = textwrap.dedent("""\
            From: ada@charter.net
            Received: one
            Received: two
            Content-Type: multipart/mixed; boundary=x

            --x
            Content-Type: text/plain

            First
            --x
            Content-Type: text/html

            <p>Second</p>
            --x--
            """).replace("\n", "\r\n")
        imap.login(ADA, server.users[ADA])
        imap.append("Sent", "", "", content.encode())
        imap.select("Sent")
        structure = t.cast(bytes, imap.fetch("1", "(BODYSTRUCTURE)")[1][0])
        assert b'("text" "plain"' in structure
        assert b'("text" "html"' in structure
        header = t.cast(tuple[bytes, bytes], imap.fetch("1", "(BODY.PEEK[HEADER])")[1][0])[1]
        assert b"Received: one\r\nReceived: two\r\n" in header
        second = t.cast(tuple[bytes, bytes], imap.fetch("1", "(BODY.PEEK[2])")[1][0])[1]
        assert second.strip() == b"<p>Second</p>"

    def test_a_new_message_is_announced(self, imap: imaplib.IMAP4_SSL, server: EmbeddedMailServer) -> None:
        imap.login(ADA, server.users[ADA])
        before = int(t.cast(bytes, imap.select("INBOX")[1][0]))
        send(server, BEN, [ADA], b"Subject: news\r\n\r\nText\r\n")
        imap.noop()
        assert imap.response("EXISTS")[1][-1] == b"%d" % (before + 1)


class TestPop3:
    def test_offers_no_apop_and_no_sasl(self, server: EmbeddedMailServer) -> None:
        client = pop3_session(server, ADA)
        assert b"<" not in client.welcome
        assert set(client.capa()) == {"TOP", "USER", "UIDL", "PIPELINING"}
        client.quit()

    def test_welcome(self, server: EmbeddedMailServer) -> None:
        client = pop3_session(server, ADA)
        _, lines, size = client.retr(1)
        assert b"Subject: Welcome" in lines
        assert client.list()[1][0] == b"1 %d" % size
        _, top, _ = client.top(1, 0)
        assert top == lines[: lines.index(b"") + 1]
        client.quit()

    def test_wrong_password(self, server: EmbeddedMailServer) -> None:
        client = poplib.POP3_SSL("localhost", server.ports["pop3"], context=server.tls_context())
        client.user(ADA)
        with pytest.raises(poplib.error_proto, match="Authentication failed"):
            client.pass_("wrong")
        with pytest.raises(poplib.error_proto, match="not authenticated"):
            client.stat()
        client.quit()

    @pytest.mark.parametrize("command", ["RETR", "RETR 99", "RETR x", "DELE 99", "AUTH PLAIN x", "NONSENSE"])
    def test_invalid_commands_get_an_error_response(self, server: EmbeddedMailServer, command: str) -> None:
        client = pop3_session(server, ADA)
        with pytest.raises(poplib.error_proto, match="-ERR"):
            client._shortcmd(command)  # type: ignore[attr-defined]  # poplib cannot send invalid commands otherwise
        assert client.noop().startswith(b"+OK")
        client.quit()

    def test_deleted_messages_are_removed_at_quit(self, server: EmbeddedMailServer) -> None:
        send(server, ADA, [BEN], b"Subject: to go\r\n\r\nText\r\n")
        client = pop3_session(server, BEN)
        number = len(client.list()[1])
        uid = client.uidl(number).split()[-1]
        client.dele(1)
        client.rset()
        client.dele(number)
        client.quit()
        client = pop3_session(server, BEN)
        uids = [line.split()[-1] for line in client.uidl()[1]]
        assert len(uids) == number - 1
        assert uid not in uids
        client.quit()


class TestSubmission:
    def test_starttls_is_required(self, submission: smtplib.SMTP, server: EmbeddedMailServer) -> None:
        submission.ehlo()
        assert submission.has_extn("starttls")
        assert not submission.has_extn("auth")
        secret = base64.b64encode(f"\0{ADA}\0{server.users[ADA]}".encode()).decode()
        assert submission.docmd("AUTH", f"PLAIN {secret}")[0] == 538
        assert submission.mail(ADA)[0] == 530

    def test_authentication_is_required(self, submission: smtplib.SMTP, server: EmbeddedMailServer) -> None:
        submission.starttls(context=server.tls_context())
        submission.ehlo()
        assert submission.esmtp_features["auth"].split() == ["PLAIN", "LOGIN"]
        assert not submission.has_extn("starttls")
        assert submission.mail(ADA) == (530, b"5.7.0 Authentication required")
        assert submission.rcpt(BEN)[0] == 503

    @pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
    def test_mechanisms(self, submission: smtplib.SMTP, server: EmbeddedMailServer, mechanism: str) -> None:
        submission.starttls(context=server.tls_context())
        submission.ehlo()
        submission.user, submission.password = ADA, server.users[ADA]
        method = submission.auth_plain if mechanism == "PLAIN" else submission.auth_login
        assert submission.auth(mechanism, method)[0] == 235

    @pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
    def test_wrong_password(self, submission: smtplib.SMTP, server: EmbeddedMailServer, mechanism: str) -> None:
        submission.starttls(context=server.tls_context())
        submission.ehlo()
        submission.user, submission.password = ADA, "wrong"
        method = submission.auth_plain if mechanism == "PLAIN" else submission.auth_login
        with pytest.raises(smtplib.SMTPAuthenticationError) as raised:
            submission.auth(mechanism, method)
        assert raised.value.smtp_code == 535

    @pytest.mark.parametrize("command", ["AUTH", "AUTH PLAIN AAAA", "AUTH PLAIN ====", "AUTH CRAM-MD5"])
    def test_malformed_authentication(self, submission: smtplib.SMTP, server: EmbeddedMailServer, command: str) -> None:
        submission.starttls(context=server.tls_context())
        submission.ehlo()
        assert submission.docmd(command)[0] in (501, 504)
        assert submission.noop()[0] in (250, 500)
        submission.login(ADA, server.users[ADA])

    def test_sender_must_be_the_login(self, submission: smtplib.SMTP, server: EmbeddedMailServer) -> None:
        submission.starttls(context=server.tls_context())
        submission.login(ADA, server.users[ADA])
        assert submission.mail(BEN) == (550, b"5.7.1 The sender must be the address that logged in")
        assert submission.mail(ADA)[0] == 250

    def test_other_domains_are_refused(self, submission: smtplib.SMTP, server: EmbeddedMailServer) -> None:
        submission.starttls(context=server.tls_context())
        submission.login(ADA, server.users[ADA])
        submission.mail(ADA)
        assert submission.rcpt("ada@example.com")[0] == 550
        assert submission.rcpt(BEN)[0] == 250
        assert submission.rset()[0] == 250

    def test_messages_arrive_unchanged(self, imap: imaplib.IMAP4_SSL, server: EmbeddedMailServer) -> None:
        """The message is long enough for several chunks and has dots where the protocols escape them."""
        lines = ["From: ada@charter.net", "Subject: dots", ""]
        lines += ["." * (number % 5) + "x" * (number % 97) for number in range(2000)]
        content = "".join(line + "\r\n" for line in lines).encode()
        send(server, ADA, [ADA, BEN], content)

        pop3 = pop3_session(server, BEN)
        _, received, _ = pop3.retr(len(pop3.list()[1]))
        pop3.quit()
        assert received[0].startswith(b"Received: from ")
        assert b"".join(line + b"\r\n" for line in received[1:]) == content

        imap.login(ADA, server.users[ADA])
        newest = t.cast(bytes, imap.select()[1][0]).decode()
        message = t.cast(tuple[bytes, bytes], imap.fetch(newest, "(BODY.PEEK[])")[1][0])[1]
        assert message.partition(b"\r\n")[2] == content
