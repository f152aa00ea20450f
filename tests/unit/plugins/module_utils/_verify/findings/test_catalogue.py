# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of findings is the only place that builds one, and it has a finding for each code."""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security, Server
from ansible_collections.charter.mail.plugins.module_utils._verify.findings import (
    certificates,
    connect_failures,
    encryption,
    interruptions,
    lookup_failures,
    sign_in_and_mailbox,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import Endpoint, MailService, Role
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import TRANSIENT, Code, Failure
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.observer import (
    THE_PC,
    THIS_MACHINE,
    Observer,
)

PLUGINS = pathlib.Path(__file__).resolve().parents[6] / "plugins"
FINDINGS = PLUGINS / "module_utils/_verify/findings"
# Checks of a client are about the account, not about a server: see report/client_check_texts.py.
OTHER_CHECKS = PLUGINS / "module_utils/_verify/report/client_check_texts.py"
IMAP = Endpoint(Role.INCOMING, MailService.IMAP, Server("imap.charter.net", 993, Security.SSL))


def calls(path: pathlib.Path, name: str) -> list[int]:
    """The lines in which a file calls that name."""
    text = path.read_text()
    if f"{name}(" not in text:
        return []  # to parse it takes longer
    tree = ast.parse(text, str(path))
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def test_nothing_else_builds_a_finding() -> None:
    built = {path.relative_to(PLUGINS).as_posix(): calls(path, "Failure") for path in PLUGINS.rglob("*.py")}
    places = {path for path, lines in built.items() if lines}
    assert places
    assert {path for path in places if not path.startswith("module_utils/_verify/findings/")} == set()


def test_every_code_has_a_finding_and_a_meaning_of_its_own() -> None:
    sources = [path for path in FINDINGS.glob("*.py") if path.name != "failure.py"] + [OTHER_CHECKS]
    used = {name for path in sources for name in re.findall(r"\bCode\.([A-Z_]+)", path.read_text())}
    assert {code.name for code in Code} - used == {"OTHER"}  # the default of a Failure
    meanings = [code.meaning for code in Code]
    assert len(set(meanings)) == len(meanings)
    assert all(meaning[0].isupper() and meaning.endswith(".") for meaning in meanings)


def test_a_code_is_found_by_its_value() -> None:
    assert t.cast(t.Any, Code)("password_refused") is Code.PASSWORD_REFUSED
    assert Code.PASSWORD_REFUSED.value == "password_refused"


def test_a_refused_password_is_never_transient() -> None:
    about_passwords = {
        Code.PASSWORD_REFUSED,
        Code.PASSWORD_REFUSED_HERE,
        Code.PASSWORD_EXPIRED,
        Code.LOCKED,
        Code.APP_PASSWORD,
    }
    assert about_passwords & TRANSIENT == set()


def by(observer: Observer) -> list[Failure]:
    """Findings that name the machine that saw them."""
    return [
        lookup_failures.name_not_found(IMAP, "seen", observer),
        lookup_failures.name_server_failed("seen", observer),
        lookup_failures.name_server_silent(5, "seen", observer),
        connect_failures.connection_timed_out(IMAP, 5, "seen", observer),
        connect_failures.connection_forbidden(IMAP, "seen", observer),
        connect_failures.unreachable("seen", observer),
        connect_failures.not_connected("seen", observer),
        encryption.tls_not_agreed(IMAP, "seen", observer),
        certificates.expired("seen", observer=observer),
        certificates.not_yet_valid("seen", observer=observer),
        certificates.self_signed("seen", observer),
        certificates.unknown_issuer("seen", observer=observer),
        certificates.not_accepted("seen", observer),
        interruptions.Timeout(5, observer=observer),
        interruptions.ConnectionEnded("seen", observer),
    ]


def test_the_machine_that_saw_it_is_all_that_differs() -> None:
    for here, there in zip(by(THIS_MACHINE), by(THE_PC)):
        assert here.code is there.code
        assert here.finding == there.finding.replace("the PC", "this machine")
        assert "this machine" not in there.finding + there.advice
        assert "the PC" not in here.finding + here.advice
        trusting = there.advice.replace(THE_PC.trust("its certificate"), THIS_MACHINE.trust("its certificate"))
        assert here.advice == trusting.replace("the PC", "this machine")


@pytest.mark.parametrize("security", [Security.SSL, Security.NONE])
def test_what_to_do_without_a_way_to_sign_in(security: Security) -> None:
    endpoint = Endpoint(Role.INCOMING, MailService.IMAP, Server("imap.charter.net", 143, security))
    advice = sign_in_and_mailbox.no_mechanism(endpoint, "seen").advice
    assert ("set incoming.security to ssl or starttls" in advice) is (security is Security.NONE)
