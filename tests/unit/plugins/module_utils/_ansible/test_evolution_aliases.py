# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Further identities of Evolution: aliases, which hold an address and a name."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.aliases import Alias
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus

from .desk import Desk, Options, request
from .generated_identities import ABSENT, NAMES


def test_what_an_alias_cannot_hold_is_said_and_no_difference(tmp_path: pathlib.Path) -> None:
    desk = Desk(EVOLUTION, tmp_path)
    identity = {
        "address": "info@rossi.example",
        "reply_to": "boss@rossi.example",
        "organization": "Rossi",
        "signature": {"text": "x"},
        "default": True,
    }
    options: Options = {"identities": [identity], "signature": {"text": "x", "replies": False}}
    desk.step(**options)
    assert desk.step(**options).status is Status.UNCHANGED
    assert desk.inspect(**options).check.status is CheckStatus.OK
    client = desk.open()
    (alias, replies) = client.warnings(client.read(), request(**options).account)
    assert "default and organization and reply_to and signature of its identities cannot be set" in alias
    assert "one setting for all accounts for signatures in replies and forwarded messages" in replies


ALIASES = [
    ('"Rossi, Mario" <i@x.example>', "i@x.example", "Rossi, Mario"),
    ("i@x.example", "i@x.example", ""),
    ("<i@x.example>", "i@x.example", ""),
    ('"a\\"" <i@x.example>', "i@x.example", 'a"'),
    ("Söhne 😀 <i@x.example>", "i@x.example", "Söhne 😀"),
    ("=?UTF-8?Q?S=C3=B6hne?= <i@x.example>", "i@x.example", "Söhne"),
    ("=?nonsense?Q?x?= <i@x.example>", "i@x.example", "=?nonsense?Q?x?="),
]


@pytest.mark.parametrize(("written", "address", "name"), ALIASES)
def test_aliases_of_the_user_are_read_and_kept_as_they_are_written(
    tmp_path: pathlib.Path, written: str, address: str, name: str
) -> None:
    assert Alias.parse(written)[1:] == (address, name)
    desk = Desk(EVOLUTION, tmp_path)
    desk.step()
    escaped = written.replace("\\", "\\\\")
    desk.edit("[Mail Identity]\n", f"[Mail Identity]\nAliases={escaped} ,  other@x.example\n", times=1)
    desk.step(identities=[{"address": "new@x.example", "full_name": "New"}])
    text = "".join(desk.settings().values())
    assert f'Aliases={escaped}, other@x.example, "New" <new@x.example>\n' in text
    desk.step(identities=[{"address": "new@x.example", **ABSENT}])
    assert f"Aliases={escaped}, other@x.example\n" in "".join(desk.settings().values())


@pytest.mark.parametrize("name", [name for name in NAMES if name])
def test_an_alias_reads_back_as_it_was_written(name: str) -> None:
    assert Alias.parse(Alias.of("i@x.example", name).written) == Alias.of("i@x.example", name)
