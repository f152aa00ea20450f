# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Config files for curl that visit mail servers, all side by side, and say in one line each what came of it.

Options and quoting are those of curl's manual page (``-K``). Nothing is ever printed of what is sent: ``--verbose``,
which shows passwords, is not used. ``EXAMINE`` and ``STAT`` change nothing, and after ``MAIL FROM`` nothing is sent.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._model.account import Security
from ...module_utils._model.secret import Secret
from ...module_utils._verify.findings.endpoint import Endpoint, MailService

SIDE_BY_SIDE = 16
"""As many at a time; servers limit the connections from one address."""

# What everybody may ask, and what only those may who have signed in.
_ANONYMOUS = {MailService.IMAP: "CAPABILITY", MailService.POP3: "CAPA", MailService.SMTP: "EHLO charter.mail"}
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r", "\v": "\\v"}


@dataclasses.dataclass(frozen=True)
class CurlTest:
    """One visit to one server.

    Attributes:
        endpoint: where.
        email: the sender that a server for sending is asked about, with a password.
        username: the login.
        password: None to stay outside.
    """

    endpoint: Endpoint
    email: str = ""
    username: str = ""
    password: Secret | None = None


def unfit(username: str, password: Secret) -> str:
    """Why curl cannot be given this login, a clause; empty where it can."""
    if ":" in username:
        return "curl.exe takes what follows the colon in the login for the password"
    if "\0" in username + password.reveal():
        return "the login or the password has a character that curl.exe cannot be given"
    return ""


def body(number: int) -> str:
    """The file that the answer of a server goes to."""
    return f"body{number}.txt"


def render(visits: t.Sequence[CurlTest], mark: str, seconds: float) -> bytes:
    """The config file.

    Args:
        visits: at least one.
        mark: a random word that begins each line about a visit.
        seconds: for each visit.
    """
    sections = ("\n".join(_section(number, visit, mark, seconds)) for number, visit in enumerate(visits))
    begin = ["parallel", "parallel-immediate", f"parallel-max = {SIDE_BY_SIDE}", "silent", "show-error"]
    return ("\n".join(begin) + "\n" + "\nnext\n".join(sections) + "\n").encode()


def _section(number: int, visit: CurlTest, mark: str, seconds: float) -> t.Iterator[str]:
    endpoint = visit.endpoint
    secure = "s" if endpoint.server.security is Security.SSL else ""
    yield f"url = {quoted(f'{endpoint.service.value}{secure}://{endpoint.where}/')}"
    yield "globoff"  # brackets are those of IPv6 addresses
    yield 'noproxy = "*"'  # as mail programs do
    yield "ssl-revoke-best-effort"  # as mail programs do, where a list of revoked certificates cannot be had
    if endpoint.server.security is not Security.NONE:
        yield "ssl-reqd"
    yield f"connect-timeout = {seconds:g}"
    yield f"max-time = {seconds:g}"
    if visit.password is None:
        yield f"request = {quoted(_ANONYMOUS[endpoint.service])}"
    else:
        yield f"user = {quoted(f'{visit.username}:{visit.password.reveal()}')}"
        yield from _signed_in(visit)
    yield f"output = {quoted(body(number))}"
    told = f"{mark} {number} %{{exitcode}} %{{time_total}} [%{{remote_ip}}] %{{errormsg}}"
    yield f"write-out = {quoted(told + chr(10))}"


def _signed_in(visit: CurlTest) -> t.Iterator[str]:
    """What is asked after signing in; where that was left out for whatever reason, it is refused."""
    service = visit.endpoint.service
    if service is MailService.IMAP:
        yield 'request = "EXAMINE INBOX"'
    elif service is MailService.POP3:
        yield 'request = "STAT"'
        yield "head"  # the answer is one line, for whose continuation curl would wait
    else:
        yield f"request = {quoted(f'MAIL FROM:<{visit.email}>')}"


def quoted(text: str) -> str:
    """A value as curl reads it back."""
    return '"' + "".join(_ESCAPED.get(character, character) for character in text) + '"'
