# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Greetings that are late or begin with a blank line, and that nothing is said to a server before them."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._model.account import Server as Place
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import Endpoint, MailService, Role
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Code
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import Stage
from ansible_collections.charter.mail.plugins.module_utils._verify.report.settings_to_try import Suggestion
from ansible_collections.charter.mail.tests.unit.mail_servers import Server, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    HASTY,
    PATIENT,
    failure,
    try_server,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import Script, Talk

SERVERS: t.Mapping[MailService, t.Callable[[Server], Script]] = {
    MailService.IMAP: imap,
    MailService.POP3: pop3,
    MailService.SMTP: smtp,
}


class BlankFirst(Talk):
    """A conversation in which a blank line comes before the first line."""

    def __init__(self, talk: Talk, blank: bytes, inside_tls: bool) -> None:
        self.__dict__.update(talk.__dict__)
        self._blank = blank
        self._inside_tls = inside_tls

    def send(self, data: bytes) -> None:
        if self._blank and self.encrypted is self._inside_tls:
            blank, self._blank = self._blank, b""
            super().send(blank)
            self.pause(0.1)
        super().send(data)


@pytest.mark.parametrize("service", list(MailService))
@pytest.mark.parametrize("security", [Security.SSL, Security.STARTTLS])
@pytest.mark.parametrize("blank", [b"\r\n", b"\n\r\n"])
def test_a_blank_line_before_the_greeting_is_harmless(service: MailService, security: Security, blank: bytes) -> None:
    mode = "ssl" if security is Security.SSL else "starttls"
    sound = SERVERS[service](Server(tls=mode))

    def script(talk: Talk) -> None:
        with contextlib.closing(BlankFirst(talk, blank, security is Security.SSL)) as first:
            sound(first)

    report, _server = try_server(script, service, security)
    assert report.failed is None


def test_nothing_but_blank_lines() -> None:
    def script(talk: Talk) -> None:
        talk.say(b"", b"")
        talk.hear_out()

    report, _server = try_server(script, MailService.IMAP, Security.STARTTLS, HASTY)
    assert failure(report, Stage.FIRST_BYTES).code is Code.NOTHING_SAID


@pytest.mark.parametrize("delay", [3.0, 7.0])
def test_a_late_greeting_is_waited_for_in_silence(delay: float) -> None:
    def script(talk: Talk) -> None:
        talk.pause(delay)
        smtp(Server(tls="starttls"))(talk)

    options = dataclasses.replace(PATIENT, timeout=10.0)
    report, server = try_server(script, MailService.SMTP, Security.STARTTLS, options)
    assert report.failed is None
    assert server.connections == 1


@pytest.mark.parametrize(
    "script", [lambda talk: talk.close(), lambda talk: talk.say(b"421 4.7.0 too many connections")]
)
def test_no_second_connection_where_the_first_is_ended(script: Script) -> None:
    report, server = try_server(script, MailService.SMTP, Security.STARTTLS)
    assert report.failed is not None
    assert server.connections == 1
    assert server.in_clear == b""


@pytest.mark.parametrize(
    ("host", "port", "security", "early"),
    [
        ("smtp.lab.test", 587, Security.SSL, True),
        ("smtp.lab.test", 2525, Security.SSL, True),
        ("smtp.lab.test", 465, Security.SSL, False),
        ("smtp.lab.test", 587, Security.STARTTLS, False),
        ("mobile.charter.net", 587, Security.SSL, False),  # as published
    ],
)
def test_which_settings_speak_before_a_greeting(host: str, port: int, security: Security, early: bool) -> None:
    suggestion = Suggestion((), (Endpoint(Role.OUTGOING, MailService.SMTP, Place(host, port, security)),))
    assert suggestion.speaks_early is early
