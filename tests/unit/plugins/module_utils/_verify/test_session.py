# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session for a test message goes the same way into a server as the tests, with the same rules."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.context import Context
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import MailService
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Code, Failure
from ansible_collections.charter.mail.plugins.module_utils._verify.login import Login
from ansible_collections.charter.mail.plugins.module_utils._verify.login_limit import LoginLimit
from ansible_collections.charter.mail.plugins.module_utils._verify.options import VerifyOptions
from ansible_collections.charter.mail.plugins.module_utils._verify.protocols.imap import ImapDialogue
from ansible_collections.charter.mail.plugins.module_utils._verify.session import signed_in
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.connection import Deadline
from ansible_collections.charter.mail.tests.unit.idle_clock import CLOCK
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    LAB,
    PATIENT,
    endpoint,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import ScriptedServer, serve


def enter(
    server: ScriptedServer,
    security: Security,
    options: VerifyOptions = PATIENT,
    password: str | None = PASSWORD,
    limit: LoginLimit | None = None,
) -> str:
    """Sign in and ask for the inbox; what was seen."""
    login = Login(USERNAME, None if password is None else Secret(password))
    context = Context.of(options, LAB, limit)
    target = endpoint(MailService.IMAP, server.port, security)
    with signed_in(ImapDialogue, target, login, context, Deadline(options.timeout, CLOCK)) as dialogue:
        return dialogue.use(USERNAME)


@pytest.mark.parametrize("security", [Security.SSL, Security.STARTTLS])
def test_the_user_is_signed_in(security: Security) -> None:
    with serve(imap(Server(tls=security.value))) as server:
        assert enter(server, security) == "INBOX has 23 messages"
    assert server.in_tls.rstrip().endswith(b"LOGOUT")
    assert not server.received_in_clear(USERNAME, PASSWORD)


def test_no_password_goes_over_a_connection_in_clear_text() -> None:
    with serve(imap(Server(tls="none"))) as server:
        with pytest.raises(Failure, match="was not asked to sign in") as caught:
            enter(server, Security.NONE)
        assert "is not encrypted" in caught.value.evidence
        assert "Set incoming.security to ssl or starttls" in caught.value.advice
    assert b"AUTH" not in server.in_clear
    assert b"LOGIN" not in server.in_clear
    with serve(imap(Server(tls="none"))) as server:
        allowed = dataclasses.replace(PATIENT, allow_plaintext=True)
        assert enter(server, Security.NONE, allowed) == "INBOX has 23 messages"


@pytest.mark.parametrize("security", [Security.SSL, Security.STARTTLS])
@pytest.mark.parametrize("certificate", ["expired", "other-name", "self-signed", "unknown-issuer"])
def test_no_password_goes_to_a_server_whose_certificate_is_not_trusted(security: Security, certificate: str) -> None:
    script = imap(Server(tls=security.value, certificate=certificate))
    with serve(script) as server, pytest.raises(Failure, match="certificate") as caught:
        enter(server, security)
    assert caught.value.code.value.startswith("certificate_")
    received = server.in_clear + server.in_tls
    assert not any(word in received for word in (b"AUTH", b"LOGIN "))


def test_without_a_password_nobody_signs_in() -> None:
    with serve(imap(Server())) as server, pytest.raises(Failure, match="was not asked to sign in") as caught:
        enter(server, Security.SSL, password=None)
    assert caught.value.evidence == "no password was given"


def test_a_refused_sign_in_counts() -> None:
    limit = LoginLimit(1)
    with serve(imap(Server(password="other"))) as server:
        with pytest.raises(Failure, match="refused the password") as caught:
            enter(server, Security.SSL, limit=limit)
        with pytest.raises(Failure, match="was not asked to sign in"):
            enter(server, Security.SSL, limit=limit)
    assert caught.value.code is Code.PASSWORD_REFUSED
    assert server.in_tls.count(b"AUTHENTICATE") == 1


def test_a_login_that_was_accepted_may_come_again() -> None:
    """POP3 needs a session for each look at the mailbox."""
    limit = LoginLimit(1)
    with serve(imap(Server())) as server:
        assert {enter(server, Security.SSL, limit=limit) for _session in range(3)} == {"INBOX has 23 messages"}
