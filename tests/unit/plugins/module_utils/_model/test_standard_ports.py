# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Standard ports, and that no other file decides which port goes with which protocol and security."""

from __future__ import annotations

import ast
import functools
import pathlib
import re
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model import standard_ports as ports
from ansible_collections.charter.mail.plugins.module_utils._model.account import Security

PLUGINS = pathlib.Path(ports.__file__).parents[2]
NUMBERS = {993, 143, 995, 110, 465, 587}  # 25 also counts other things
# A whole number in each of Python's forms.
NUMBER = re.compile(r"\b(?:0[xob][0-9a-f_]+|[0-9][0-9_]*)\b", re.IGNORECASE)
HOME = "module_utils/_model/standard_ports.py"
OWN_FACTS = {
    "module_utils/_providers/charter.py": "what providers publish",
    "module_utils/_clients/outlook/reading.py": "what Outlook takes where no port is stored",
}


@pytest.mark.parametrize(("protocol", "ssl", "starttls"), [("imap", 993, 143), ("pop3", 995, 110), ("smtp", 465, 587)])
def test_standard_ports(protocol: str, ssl: int, starttls: int) -> None:
    assert ports.standard_port(protocol, Security.SSL) == ssl
    assert ports.standard_port(protocol, Security.STARTTLS) == starttls
    assert ports.standard_port(protocol, Security.NONE) == starttls
    assert (ports.standard_security(ssl), ports.standard_security(starttls)) == (Security.SSL, Security.STARTTLS)
    assert ports.protocol_of(ssl) == ports.protocol_of(starttls) == protocol
    assert (ports.counterpart(ssl, Security.STARTTLS), ports.counterpart(starttls, Security.SSL)) == (starttls, ssl)


def test_the_port_between_mail_servers_is_for_starttls() -> None:
    assert (ports.protocol_of(25), ports.standard_security(25)) == ("smtp", Security.STARTTLS)
    assert ports.counterpart(25, Security.SSL) == 465


def test_other_ports_have_no_meaning() -> None:
    assert (ports.protocol_of(2525), ports.standard_security(2525)) == (None, None)
    with pytest.raises(KeyError):
        ports.counterpart(2525, Security.SSL)


def test_ports_where_a_security_is_impossible() -> None:
    assert frozenset({993, 995, 465}) == ports.IMPLICIT_TLS
    assert frozenset({143, 110, 25}) == ports.CLEARTEXT


@functools.lru_cache(None)
def value(text: str) -> int | None:
    """The number that a text stands for; None for one that Python does not have."""
    try:
        return int(text, 0)
    except ValueError:
        return None


def numbers(path: pathlib.Path) -> set[t.Any]:
    """The port numbers that a file's code writes as numbers."""
    text = path.read_text()
    if not NUMBERS & set(map(value, NUMBER.findall(text))):
        return set()  # to parse it takes longer
    return NUMBERS & {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}


@pytest.mark.parametrize("text", ["993", "x = {993: 1}", "0x3E1", "0o1741", "0b1111100001", "9_93", "[143,\n 1]"])
def test_a_port_is_found_in_each_form(tmp_path: pathlib.Path, text: str) -> None:
    (tmp_path / "x.py").write_text(f"{text}\n")
    assert len(numbers(tmp_path / "x.py")) == 1


def test_no_other_file_has_a_table_of_ports() -> None:
    found = {path.relative_to(PLUGINS).as_posix() for path in PLUGINS.rglob("*.py") if numbers(path)}
    assert found == {HOME, *OWN_FACTS}
