# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in without showing the password: the examples of the standards, and servers that know nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import MailService
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Code, Failure
from ansible_collections.charter.mail.plugins.module_utils._verify.protocols.mechanism_choice import choose
from ansible_collections.charter.mail.plugins.module_utils._verify.protocols.sasl import CramMd5, Scram
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus, Stage
from ansible_collections.charter.mail.tests.unit.mail_servers import (
    PASSWORD,
    USERNAME,
    ImapSession,
    Pop3Session,
    Server,
    SmtpSession,
)
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    check,
    failure,
    try_server,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import Script, Talk

IMAP, POP3, SMTP = MailService.IMAP, MailService.POP3, MailService.SMTP
ALL = pytest.mark.parametrize("service", [IMAP, POP3, SMTP])
CRAM_CHALLENGE = b"<1896.697170952@lab.test>"
Exchange = t.Callable[[t.Callable[[bytes], bytes]], bool]


def offers(service: MailService, mechanism: str) -> tuple[bytes, ...]:
    """A server that offers only this."""
    if service is IMAP:
        return (b"LOGINDISABLED", b"AUTH=" + mechanism.encode())
    return ((b"SASL " if service is POP3 else b"AUTH ") + mechanism.encode(),)


def scram(algorithm: str, password: str = PASSWORD, *, proves: bool = True, lies: bool = False) -> Exchange:
    """The server's part of SCRAM, written from RFC 5802 and not from the code under test."""

    def exchange(ask: t.Callable[[bytes], bytes]) -> bool:
        first = ask(b"")
        assert first.startswith(b"n,,n=" + USERNAME.encode() + b",r=")
        nonce, salt = first.rpartition(b"r=")[2] + b"server", b"salt of the lab"
        second = b"r=" + nonce + b",s=" + base64.b64encode(salt) + b",i=4096"
        final = ask(second)
        without_proof, _separator, proof = final.partition(b",p=")
        assert without_proof == b"c=biws,r=" + nonce
        salted = hashlib.pbkdf2_hmac(algorithm, password.encode(), salt, 4096)
        signed = b",".join((first[3:], second, without_proof))
        client_key = hmac.digest(salted, b"Client Key", algorithm)
        signature = hmac.digest(hashlib.new(algorithm, client_key).digest(), signed, algorithm)
        if bytes(a ^ b for a, b in zip(base64.b64decode(proof), signature)) != client_key:
            ask(b"e=invalid-proof")
            return False
        verifier = hmac.digest(hmac.digest(salted, b"Server Key", algorithm), signed, algorithm)
        if proves:
            ask(b"v=" + base64.b64encode(b"something else" if lies else verifier))
        return True

    return exchange


def cram(challenge: bytes = CRAM_CHALLENGE, password: str = PASSWORD) -> Exchange:
    """The server's part of CRAM-MD5."""

    def exchange(ask: t.Callable[[bytes], bytes]) -> bool:
        username, _space, digest = ask(challenge).partition(b" ")
        right = hmac.new(password.encode(), challenge, "md5").hexdigest().encode()
        return (username, digest) == (USERNAME.encode(), right)

    return exchange


def knows(service: MailService, mechanism: str, exchange: Exchange) -> Script:
    """A server that knows only this mechanism."""

    class Asking:
        """Replaces PLAIN in a session."""

        talk: Talk
        signed_in = False

        def authenticates(self, argument: bytes, prompt: bytes) -> bool:
            assert argument == mechanism.encode()

            def ask(challenge: bytes) -> bytes:
                self.talk.say(prompt + base64.b64encode(challenge))
                line = self.talk.hear()
                return b"*" if line == b"*" else base64.b64decode(line, validate=True)

            self.signed_in = exchange(ask)
            return self.signed_in

        def auth(self, argument: bytes) -> t.Sequence[bytes]:
            right = self.authenticates(argument, b"334 ")
            return (b"235 2.7.0 signed in" if right else b"535 5.7.8 Error: authentication failed",)

    class Imap(Asking, ImapSession):
        """IMAP."""

    class Pop3(Asking, Pop3Session):
        """POP3."""

    class Smtp(Asking, SmtpSession):
        """Submission."""

    sessions: t.Mapping[MailService, t.Callable[[Server, Talk], ImapSession | Pop3Session | SmtpSession]] = {
        IMAP: Imap,
        POP3: Pop3,
        SMTP: Smtp,
    }
    server = Server(offers=offers(service, mechanism))
    return lambda talk: sessions[service](server, talk).run()


EXCHANGES = {"SCRAM-SHA-256": scram("sha256"), "SCRAM-SHA-1": scram("sha1"), "CRAM-MD5": cram()}


@ALL
@pytest.mark.parametrize("mechanism", list(EXCHANGES))
def test_servers_that_know_nothing_else(service: MailService, mechanism: str) -> None:
    report, server = try_server(knows(service, mechanism, EXCHANGES[mechanism]), service, Security.SSL)
    assert report.failed is None, report.failed
    assert check(report, Stage.AUTHENTICATION).evidence == f"signed in as {USERNAME} with AUTH {mechanism}"
    assert report.checks[-1].status is CheckStatus.OK
    shown = (PASSWORD.encode(), base64.b64encode(PASSWORD.encode()), Server().plain())
    assert all(text not in server.in_tls for text in shown)


@ALL
@pytest.mark.parametrize(
    ("mechanism", "exchange"),
    [("SCRAM-SHA-256", scram("sha256", "another")), ("CRAM-MD5", cram(password="another"))],
)
def test_a_wrong_password(service: MailService, mechanism: str, exchange: Exchange) -> None:
    report, _server = try_server(knows(service, mechanism, exchange), service, Security.SSL)
    assert failure(report, Stage.AUTHENTICATION).code is Code.PASSWORD_REFUSED


@ALL
@pytest.mark.parametrize("exchange", [scram("sha1", proves=False), scram("sha1", lies=True)], ids=["no proof", "wrong"])
def test_a_server_that_does_not_know_the_password(service: MailService, exchange: Exchange) -> None:
    report, _server = try_server(knows(service, "SCRAM-SHA-1", exchange), service, Security.SSL)
    failed = failure(report, Stage.AUTHENTICATION)
    assert failed.finding == "does not prove in SCRAM-SHA-1 that it knows the password"
    assert failed.code is Code.UNSUPPORTED_MECHANISM


@ALL
@pytest.mark.parametrize("mechanism", ["CRAM-MD5", "SCRAM-SHA-256"])
def test_a_challenge_that_is_none_ends_the_exchange(service: MailService, mechanism: str) -> None:
    heard: list[bytes] = []

    def exchange(ask: t.Callable[[bytes], bytes]) -> bool:
        heard.append(ask(b""))
        if mechanism != "CRAM-MD5":
            heard.append(ask(b"r=another,s=AAAA,i=4096"))
        return False

    report, _server = try_server(knows(service, mechanism, exchange), service, Security.SSL)
    failed = failure(report, Stage.AUTHENTICATION)
    assert failed.code is Code.UNSUPPORTED_MECHANISM
    assert "The password was not checked" in failed.advice
    assert heard[-1] == b"*"


@pytest.mark.parametrize(
    ("name", "algorithm", "nonce", "more", "salt", "proof", "verifier"),
    [
        (
            "SCRAM-SHA-1",  # RFC 5802 5
            "sha1",
            "fyko+d2lbbFgONRv9qkxdawL",
            "3rfcNHYJY1ZVvWVs7j",
            "QSXCR+Q6sek8bf92",
            "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            "rmF9pqV8S7suAoZWja4dJRkFsKQ=",
        ),
        (
            "SCRAM-SHA-256",  # RFC 7677 3
            "sha256",
            "rOprNGfwEbeRWgbNEkqO",
            "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
            "W22ZaJ0SNY7soEsUEjb6gQ==",
            "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        ),
    ],
)
def test_the_examples_of_scram(
    name: str, algorithm: str, nonce: str, more: str, salt: str, proof: str, verifier: str
) -> None:
    mechanism = Scram(name, algorithm, "user", Secret("pencil"), nonce)
    assert mechanism.respond(b"") == f"n,,n=user,r={nonce}".encode()
    response = mechanism.respond(f"r={nonce}{more},s={salt},i=4096".encode())
    assert response == f"c=biws,r={nonce}{more},p={proof}".encode()
    with pytest.raises(Failure):
        mechanism.finish()
    assert mechanism.respond(f"v={verifier}".encode()) == b""
    mechanism.finish()
    with pytest.raises(Failure):
        mechanism.respond(b"more")


@pytest.mark.parametrize(
    "first",
    [
        b"r=mine,s=AAAA,i=4096",  # the server added nothing
        b"r=yours-server,s=AAAA,i=4096",
        b"r=mine-server,s=,i=4096",
        b"r=mine-server,s=?,i=4096",
        b"r=mine-server,s=AAAA,i=0",
        b"r=mine-server,s=AAAA,i=9000000",  # would keep the host busy
        b"r=mine-server,s=AAAA,i=99999999999",
        b"m=new,r=mine-server,s=AAAA,i=4096",
        b"\xff",
        b"",
    ],
)
def test_no_proof_for_an_unsound_message(first: bytes) -> None:
    mechanism = Scram("SCRAM-SHA-1", "sha1", "user", Secret("pencil"), "mine")
    mechanism.respond(b"")
    with pytest.raises(Failure) as raised:
        mechanism.respond(first)
    assert raised.value.code is Code.UNSUPPORTED_MECHANISM


def test_scram_prepares_what_it_sends() -> None:
    mechanism = Scram("SCRAM-SHA-1", "sha1", "I\u00adX=a,b\u00a0\u2168", Secret("x"), "mine")
    assert mechanism.respond(b"") == b"n,,n=IX=3Da=2Cb IX,r=mine"  # RFC 4013 3


def test_the_example_of_cram_md5() -> None:
    challenge = b"<1896.697170952@postoffice.reston.mci.net>"
    response = CramMd5("tim", Secret("tanstaaftanstaaf")).respond(challenge)
    assert response == b"tim b913a602c7eda7a495b4e6e7334d3890"  # RFC 2195 2


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ({"CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"}, "SCRAM-SHA-256"),
        ({"CRAM-MD5", "SCRAM-SHA-1"}, "SCRAM-SHA-1"),
        ({"CRAM-MD5", "XOAUTH2"}, "CRAM-MD5"),
        ({"SCRAM-SHA-1-PLUS", "DIGEST-MD5"}, ""),
        (set(), ""),
    ],
)
def test_the_best_mechanism_is_chosen(offered: set[str], chosen: str) -> None:
    mechanism = choose(offered, "user", Secret("x"))
    assert ("" if mechanism is None else mechanism.name) == chosen


def test_a_host_without_md5_does_not_choose_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> t.NoReturn:
        raise ValueError("disabled for FIPS")

    monkeypatch.setattr(hmac, "new", refuse)
    assert choose({"CRAM-MD5"}, "user", Secret("x")) is None


@pytest.mark.parametrize(
    ("service", "session", "command", "answer", "how"),
    [
        (IMAP, ImapSession, b"AUTHENTICATE", b"TAG BAD Missing or invalid argument", "LOGIN"),  # owncloud mail #1313
        (SMTP, SmtpSession, b"AUTH PLAIN", b"504 5.5.4 unknown", "AUTH LOGIN"),  # own
    ],
)
def test_a_command_that_is_not_understood_is_not_the_last(
    service: MailService, session: t.Any, command: bytes, answer: bytes, how: str
) -> None:
    class Session(session):  # type: ignore[misc]
        """PLAIN is offered and not understood."""

        def commands(self) -> t.Mapping[bytes, t.Callable[[bytes], t.Sequence[bytes]]]:
            known = dict(super().commands())
            name, _space, mechanism = command.partition(b" ")
            usual = known[name]
            known[name] = lambda argument: (answer,) if argument.startswith(mechanism) else usual(argument)
            return known

    report, _server = try_server(lambda talk: Session(Server(), talk).run(), service, Security.SSL)
    assert check(report, Stage.AUTHENTICATION).evidence == f"signed in as {USERNAME} with {how}"
