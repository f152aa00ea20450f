# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of clients with the embedded mail server."""

from __future__ import annotations

import poplib
import smtplib

from ansible_collections.charter.mail.tests.demo.embedded import EmbeddedMailServer

ADA, BEN = "ada@charter.net", "ben@charter.net"


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
