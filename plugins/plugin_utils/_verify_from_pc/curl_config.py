# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Config files with which curl tests mail servers in parallel and prints one line per test.

Options and quoting follow curl's manual page (``-K``). Sent data are never printed: ``--verbose``, which shows
passwords, is not used. ``EXAMINE`` and ``STAT`` change nothing, and nothing follows ``MAIL FROM``.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._model.account import Security
from ...module_utils._model.secret import Secret
from ...module_utils._verify.findings.endpoint import Endpoint, MailService

SIDE_BY_SIDE = 16
"""The number of parallel tests; servers limit the connections from one address."""

# The commands allowed without signing in.
_ANONYMOUS = {MailService.IMAP: "CAPABILITY", MailService.POP3: "CAPA", MailService.SMTP: "EHLO charter.mail"}
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r", "\v": "\\v"}


@dataclasses.dataclass(frozen=True)
class CurlTest:
    """One test of one server.

    Attributes:
        endpoint: where.
        email: the sender, in a test of sending with a password.
        username: the login.
        password: None not to sign in.
    """

    endpoint: Endpoint
    email: str = ""
    username: str = ""
    password: Secret | None = None


def unfit(username: str, password: Secret) -> str:
    """Why curl cannot use this login, a clause; empty if it can."""
    if ":" in username:
        return "curl.exe would treat what follows the colon in the login as the password"
    if "\0" in username + password.reveal():
        return "the login or the password has a character that cannot be passed to curl.exe"
    return ""


def body(number: int) -> str:
    """The file for a server's answer."""
    return f"body{number}.txt"


def render(tests: t.Sequence[CurlTest], mark: str, seconds: float) -> bytes:
    """The config file.

    Args:
        tests: at least one.
        mark: a random word that starts each line about a test.
        seconds: the time limit of each test.
    """
    sections = ("\n".join(_section(number, test, mark, seconds)) for number, test in enumerate(tests))
    begin = ["parallel", "parallel-immediate", f"parallel-max = {SIDE_BY_SIDE}", "silent", "show-error"]
    return ("\n".join(begin) + "\n" + "\nnext\n".join(sections) + "\n").encode()


def _section(number: int, test: CurlTest, mark: str, seconds: float) -> t.Iterator[str]:
    endpoint = test.endpoint
    secure = "s" if endpoint.server.security is Security.SSL else ""
    yield f"url = {quoted(f'{endpoint.service.value}{secure}://{endpoint.where}/')}"
    yield "globoff"  # brackets belong to IPv6 addresses
    yield 'noproxy = "*"'  # as mail clients do
    yield "ssl-revoke-best-effort"  # as mail clients do if no revocation list is available
    if endpoint.server.security is not Security.NONE:
        yield "ssl-reqd"
    yield f"connect-timeout = {seconds:g}"
    yield f"max-time = {seconds:g}"
    if test.password is None:
        yield f"request = {quoted(_ANONYMOUS[endpoint.service])}"
    else:
        yield f"user = {quoted(f'{test.username}:{test.password.reveal()}')}"
        yield from _signed_in(test)
    yield f"output = {quoted(body(number))}"
    line = f"{mark} {number} %{{exitcode}} %{{time_total}} [%{{remote_ip}}] [%{{local_ip}}] %{{errormsg}}"
    yield f"write-out = {quoted(line + chr(10))}"


def _signed_in(test: CurlTest) -> t.Iterator[str]:
    """The request after signing in, which a server refuses if curl did not sign in."""
    service = test.endpoint.service
    if service is MailService.IMAP:
        yield 'request = "EXAMINE INBOX"'
    elif service is MailService.POP3:
        yield 'request = "STAT"'
        yield "head"  # the answer is one line; otherwise curl would wait for more
    else:
        yield f"request = {quoted(f'MAIL FROM:<{test.email}>')}"


def quoted(text: str) -> str:
    """A value, quoted for curl."""
    return '"' + "".join(_ESCAPED.get(character, character) for character in text) + '"'
