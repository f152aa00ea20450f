# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded mail server, tested with the mail clients of Python's standard library."""

from __future__ import annotations

import base64
import collections.abc
import imaplib
import json
import os
import pathlib
import poplib
import shutil
import signal
import smtplib
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
import typing as t

import pytest

from ansible_collections.charter.mail.tests.demo.embedded import EmbeddedMailServer, ServerError
from ansible_collections.charter.mail.tests.unit.amount import sample

ADA, BEN = "ada@charter.net", "ben@charter.net"
TESTS = pathlib.Path(__file__).resolve().parents[2]
TIMEOUT = 30.0  # seconds; usually a moment


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("server") / "server.log"


@pytest.fixture(scope="module")
def server(log: pathlib.Path) -> collections.abc.Iterator[EmbeddedMailServer]:
    with EmbeddedMailServer([ADA, BEN], log=log) as started:
        yield started


@pytest.fixture
def imap(server: EmbeddedMailServer) -> collections.abc.Iterator[imaplib.IMAP4_SSL]:
    with imaplib.IMAP4_SSL("localhost", server.ports["imap"], ssl_context=server.tls_context()) as client:
        yield client


@pytest.fixture
def submission(server: EmbeddedMailServer) -> collections.abc.Iterator[smtplib.SMTP]:
    with smtplib.SMTP("localhost", server.ports["submission"]) as client:
        yield client


def pop3_session(server: EmbeddedMailServer, user: str) -> poplib.POP3_SSL:
    client = poplib.POP3_SSL("localhost", server.ports["pop3"], context=server.tls_context())
    client.user(user)
    client.pass_(server.users[user])
    return client


def send(server: EmbeddedMailServer, sender: str, recipients: list[str], content: bytes) -> None:
    with smtplib.SMTP("localhost", server.ports["submission"]) as client:
        client.starttls(context=server.tls_context())
        client.login(sender, server.users[sender])
        client.sendmail(sender, recipients, content)


def wait_until(condition: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Whether a process is running; a zombie is not."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


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


class TestEncryption:
    @pytest.mark.parametrize("protocol", ["imap", "pop3"])
    def test_only_its_own_authority_verifies_it(
        self, server: EmbeddedMailServer, protocol: t.Literal["imap", "pop3"]
    ) -> None:
        with (
            socket.create_connection(("127.0.0.1", server.ports[protocol])) as plain,
            pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer certificate"),
        ):
            ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")

    def test_the_host_name_is_verified(self, server: EmbeddedMailServer) -> None:
        with (
            socket.create_connection(("127.0.0.1", server.ports["imap"])) as plain,
            pytest.raises(ssl.SSLCertVerificationError, match="match"),
        ):
            server.tls_context().wrap_socket(plain, server_hostname="imap.charter.net")

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
    def test_no_tls_older_than_1_2(self, server: EmbeddedMailServer) -> None:
        context = server.tls_context()
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        with (
            socket.create_connection(("127.0.0.1", server.ports["imap"])) as plain,
            pytest.raises(ssl.SSLError, match=r"(?i)alert protocol version"),
        ):
            context.wrap_socket(plain, server_hostname="localhost")

    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
    def test_strict_verification_passes(self, server: EmbeddedMailServer, version: ssl.TLSVersion) -> None:
        context = server.tls_context()
        context.verify_flags |= ssl.VERIFY_X509_STRICT  # the default from Python 3.13 on
        context.minimum_version = context.maximum_version = version
        with (
            socket.create_connection(("127.0.0.1", server.ports["imap"])) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as encrypted,
        ):
            assert encrypted.version() == {772: "TLSv1.3", 771: "TLSv1.2"}[version.value]

    def test_listens_on_this_machine_only(self, server: EmbeddedMailServer) -> None:
        listening = {"127.0.0.1": 0, "other": 0}
        for table in ("tcp", "tcp6"):
            for line in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                _, local, _, state = line.split()[:4]
                address, _, port = local.rpartition(":")
                if state == "0A" and int(port, 16) in server.ports.values():
                    listening["127.0.0.1" if address == "0100007F" else "other"] += 1
        assert listening == {"127.0.0.1": 3, "other": 0}


class TestPrivacy:
    def test_modes(self, server: EmbeddedMailServer) -> None:
        folder = server.ca_path.parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "ready.json").stat().st_mode) == 0o600
        assert sorted(path.name for path in folder.iterdir()) == ["ca.pem", "lock", "ready.json"]

    @pytest.mark.alike(3, "a mail server of its own")
    def test_every_server_has_its_own_secrets(self, server: EmbeddedMailServer) -> None:
        with EmbeddedMailServer([ADA]) as other:
            assert other.users[ADA] != server.users[ADA]
            assert other.ca_path.read_bytes() != server.ca_path.read_bytes()

    def test_no_password_in_the_process_list(self, server: EmbeddedMailServer) -> None:
        shown = [pathlib.Path(f"/proc/{server.pid}/{name}").read_text() for name in ("cmdline", "environ")]
        assert ADA in shown[0]
        assert not any(password in text for password in server.users.values() for text in shown)

    def test_the_log_contains_no_client_input(
        self, imap: imaplib.IMAP4_SSL, submission: smtplib.SMTP, server: EmbeddedMailServer, log: pathlib.Path
    ) -> None:
        for name, password in ((ADA, "typed-password"), ("typed-password", "typed-too")):
            with pytest.raises(imaplib.IMAP4.error):
                imap.login(name, password)
        with pytest.raises(imaplib.IMAP4.error):
            imap.authenticate("PLAIN", lambda _: b"typed-password")
        with pytest.raises(imaplib.IMAP4.error):
            imap.authenticate("PLAIN", lambda _: b"\0typed-\xff\0typed-password")
        submission.starttls(context=server.tls_context())
        assert submission.docmd("typed-password-where-a-command-belongs")[0] == 500
        assert submission.docmd("AUTH", "PLAIN typed-password")[0] == 501
        imap.login(ADA, server.users[ADA])
        text = log.read_text()
        assert f"IMAP: login of {ADA} refused" in text
        assert "IMAP: login refused, no such user" in text
        assert f"IMAP: {ADA} logged in" in text
        assert "typed" not in text
        assert not any(password in text for password in server.users.values())


@pytest.mark.alike(3, "a mail server of its own")
class TestLifetime:
    def test_leaves_nothing_behind(self, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        with EmbeddedMailServer([ADA]) as server:
            pid = server.pid
            assert list(tmp_path.iterdir()) == [server.ca_path.parent]
        assert not is_running(pid)
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(ServerError, match="not running"):
            _ = server.ports

    @pytest.mark.parametrize("number", sample([signal.SIGTERM, signal.SIGINT], 1))
    def test_a_signal_stops_it_and_removes_its_files(self, number: signal.Signals) -> None:
        with EmbeddedMailServer([ADA]) as server:
            folder = server.ca_path.parent
            os.kill(server.pid, number)
            wait_until(lambda: not is_running(server.pid))
            assert not folder.exists()

    @pytest.mark.parametrize("number", sample([signal.SIGTERM, signal.SIGINT], 1))
    def test_a_signal_that_the_parent_ignores_stops_it(self, number: signal.Signals) -> None:
        before = signal.signal(number, signal.SIG_IGN)
        try:
            with EmbeddedMailServer([ADA]) as server:
                os.kill(server.pid, number)
                wait_until(lambda: not is_running(server.pid))
        finally:
            signal.signal(number, before)

    def test_nothing_remains_when_it_is_killed(self) -> None:
        with EmbeddedMailServer([ADA]) as server:
            folder = server.ca_path.parent
            os.kill(server.pid, signal.SIGKILL)
            wait_until(lambda: not is_running(server.pid))
        assert not folder.exists()

    def test_it_ends_when_its_parent_is_killed(self) -> None:
        program = textwrap.dedent(f"""\
            import json, sys, time
            sys.path.insert(0, {str(TESTS)!r})
            from demo.embedded import EmbeddedMailServer
            with EmbeddedMailServer([{ADA!r}]) as server:
                print(json.dumps([server.pid, str(server.ca_path.parent)]), flush=True)
                time.sleep(600)
            """)
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
            assert parent.stdout is not None
            pid, folder = json.loads(parent.stdout.readline())
            assert is_running(pid)
            parent.kill()
        wait_until(lambda: not is_running(pid))
        assert not pathlib.Path(folder).exists()

    def test_an_error_in_the_block_stops_it(self) -> None:
        pids = []

        def fail() -> None:
            with EmbeddedMailServer([ADA]) as server:
                pids.append(server.pid)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert [is_running(pid) for pid in pids] == [False]

    def test_a_failed_start_is_reported(self, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
        with pytest.raises(ServerError, match="cannot create its directory"), EmbeddedMailServer([ADA]):
            pass

    def test_works_with_spaces_in_every_path(self, tmp_path: pathlib.Path) -> None:
        clone, scratch = tmp_path / "a clone", tmp_path / "a scratch folder"
        shutil.copytree(TESTS / "demo", clone / "tests" / "demo")
        files = "roles/test_server/files"
        shutil.copytree(TESTS.parent / files, clone / files)
        scratch.mkdir()
        program = textwrap.dedent(f"""\
            import imaplib, pathlib, sys
            sys.path.insert(0, {str(clone / "tests")!r})
            from demo.embedded import EmbeddedMailServer
            with EmbeddedMailServer([{ADA!r}], log=pathlib.Path("the log")) as server:
                assert server.ca_path.parents[1] == pathlib.Path({str(scratch)!r}), server.ca_path
                tls = server.tls_context()
                with imaplib.IMAP4_SSL("localhost", server.ports["imap"], ssl_context=tls) as client:
                    print(client.login({ADA!r}, server.users[{ADA!r}])[0])
            """)
        environment = {**os.environ, "TMPDIR": str(scratch)}
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=clone, env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout == "OK\n"
        assert "logged in" in (clone / "the log").read_text()
        assert list(scratch.iterdir()) == []
