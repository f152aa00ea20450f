# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the embedded mail server encrypts, whom it serves, and what it keeps to itself."""

from __future__ import annotations

import imaplib
import pathlib
import smtplib
import socket
import ssl
import stat
import typing as t

import pytest

from ansible_collections.charter.mail.tests.demo.embedded import EmbeddedMailServer

from .embedded_server_sessions import ADA


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

    @pytest.mark.alike(1, "a mail server of its own")
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
