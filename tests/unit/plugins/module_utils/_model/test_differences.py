# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two accounts, and what only looks different."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Protocol, Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.differences import (
    Difference,
    as_spelled,
    differences,
)
from ansible_collections.charter.mail.plugins.module_utils._model.text import same_host

EMAIL = "mario.rossi@charter.net"
WANTED = Account(
    email=EMAIL,
    protocol=Protocol.POP3,
    incoming=Server("pop.charter.net", 995, Security.SSL),
    outgoing=Server("smtp.charter.net", 587, Security.STARTTLS),
    username=EMAIL,
)
STORED = dataclasses.replace(WANTED, full_name="Mario", leave_on_server=True, leave_on_server_days=7)


def found(wanted: Account = WANTED, outgoing_username: str = EMAIL, **stored: t.Any) -> list[Difference]:
    return list(differences(wanted, dataclasses.replace(STORED, **stored), outgoing_username))


def test_options_that_are_left_out_are_not_compared() -> None:
    assert found() == []


@pytest.mark.parametrize("name", [None, "", EMAIL])
def test_no_name_is_no_difference_whatever_a_client_has_in_its_place(name: str | None) -> None:
    wanted = dataclasses.replace(WANTED, full_name="")
    assert found(wanted, full_name=name) == []
    assert found(wanted) == [Difference("full_name", "", "Mario")]


@pytest.mark.parametrize(
    ("wanted", "stored", "expected"),
    [
        ({}, {"email": "anna@charter.net"}, ("email", EMAIL, "anna@charter.net")),
        ({}, {"username": EMAIL.upper()}, ("username", EMAIL, EMAIL.upper())),
        ({}, {"outgoing_username": ""}, ("outgoing.username", EMAIL, "")),
        ({}, {"incoming": STORED.incoming._replace(host="x")}, ("incoming.host", "pop.charter.net", "x")),
        ({}, {"incoming": STORED.incoming._replace(port=110)}, ("incoming.port", 995, 110)),
        (
            {},
            {"outgoing": STORED.outgoing._replace(security=Security.NONE)},
            ("outgoing.security", "starttls", "none"),
        ),
        ({}, {"outgoing": Server("", 0, Security.NONE)}, ("outgoing.host", "smtp.charter.net", "")),
        ({"full_name": "Mario Rossi"}, {}, ("full_name", "Mario Rossi", "Mario")),
        ({"full_name": "Mario Rossi"}, {"full_name": None}, ("full_name", "Mario Rossi", None)),
        ({"reply_to": "a@b.example"}, {}, ("reply_to", "a@b.example", None)),
        ({"reply_to": ""}, {"reply_to": "a@b.example"}, ("reply_to", "", "a@b.example")),
        ({"organization": "Rossi"}, {"organization": "rossi"}, ("organization", "Rossi", "rossi")),
        ({"organization": ""}, {"organization": "Rossi"}, ("organization", "", "Rossi")),
        ({"leave_on_server": False}, {}, ("leave_on_server", False, True)),
        ({"leave_on_server_days": 0}, {}, ("leave_on_server_days", 0, 7)),
        ({"default": True}, {}, ("default", True, False)),
    ],
)
def test_each_setting_by_itself(
    wanted: dict[str, t.Any], stored: dict[str, t.Any], expected: tuple[str, t.Any]
) -> None:
    assert found(dataclasses.replace(WANTED, **wanted), **stored) == [Difference._make(expected)]


@pytest.mark.parametrize(
    ("wanted", "stored"),
    [
        ({}, {"email": "Mario.Rossi@Charter.net"}),
        ({}, {"incoming": STORED.incoming._replace(host="POP.Charter.net.")}),
        ({"reply_to": "a@b.example", "organization": "R"}, {"reply_to": "A@B.example", "organization": " R "}),
        ({"reply_to": "", "organization": ""}, {}),
        ({}, {"reply_to": "a@b.example", "organization": "R"}),
        ({"full_name": "Mario", "leave_on_server": True, "leave_on_server_days": 7}, {}),
        ({"leave_on_server": False, "leave_on_server_days": 0}, {"leave_on_server": False}),
        ({"default": False}, {"default": True}),
        ({"protocol": Protocol.IMAP, "leave_on_server": False}, {}),
    ],
)
def test_what_makes_no_difference(wanted: dict[str, t.Any], stored: dict[str, t.Any]) -> None:
    assert found(dataclasses.replace(WANTED, **wanted), **stored) == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("imap.charter.net", "IMAP.CHARTER.NET", True),
        ("imap.charter.net", "imap.charter.net.", True),
        ("xn--mnchen-3ya.example", "München.example", True),
        ("::1", "0:0:0:0:0:0:0:1", True),
        ("imap.charter.net", "imap.charter.ne", False),
        ("imap.charter.net", "", False),
        ("imap.charter.net", "imap.charter.net\nQUIT", False),
        ("10.0.0.1", "10.0.0.10", False),
    ],
)
def test_one_host_by_several_names(one: str, other: str, expected: bool) -> None:
    assert same_host(one, other) is expected
    assert same_host(other, one) is expected


def test_names_stay_as_the_client_spells_them() -> None:
    stored = dataclasses.replace(
        STORED, email=EMAIL.title(), incoming=Server("POP.charter.net", 110, Security.NONE), username=EMAIL.title()
    )
    spelled = as_spelled(WANTED, stored)
    assert spelled == dataclasses.replace(
        WANTED, email=EMAIL.title(), incoming=Server("POP.charter.net", 995, Security.SSL)
    )
    assert as_spelled(WANTED, STORED) is WANTED
    elsewhere = dataclasses.replace(STORED, email="anna@charter.net", incoming=Server("x", 995, Security.SSL))
    assert as_spelled(WANTED, elsewhere) is WANTED
