# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts are the computer itself."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.user_choice import is_loopback, local_service

LOOPBACK = [
    *("localhost", "LocalHost", "localhost.", "imap.localhost", "localhost.localdomain", "localhost6", "ip6-localhost"),
    *("127.0.0.1", "127.0.1.1", "127.1", "::1", "[::1]", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "0.0.0.0", "::"),
    *("localhost4", "localhost4.localdomain4", "ipv6-localhost", "ipv6-loopback", "ip6-loopback", "loopback"),
    *("0x7f000001", "2130706433", "0177.0.0.1", "::ffff:7f00:1", "::1%lo"),
]
OTHERS = [
    "",
    "imap.charter.net",
    "localhost.example.net",
    "mylocalhost",
    "loopback.example.net",
    "localhost5",
    "128.0.0.1",
    "::2",
    "2001:db8::1",
    "127.0.0.1.example.net",
    "127.0.0.1 example.net",
    "0x80000001",
    "7f00::1",
    "127.0.0.256",
    "127.256.1",
    "127.0.0.0.1",
    "0128.0.0.1",
    "4294967296",
    "::ffff:8000:1",
    "città",
    "a\0",
]


@pytest.mark.parametrize("host", LOOPBACK)
def test_the_computer_itself(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", OTHERS)
def test_another_computer(host: str) -> None:
    assert not is_loopback(host)


def test_a_local_service_is_no_choice_of_the_user_where_the_admin_wants_one() -> None:
    servers = {"incoming": {"host": "localhost"}, "outgoing": {"host": "127.0.0.1"}}
    (request,) = requests({"email": "mario.rossi@charter.net", "accounts": None, **servers})
    assert local_service(request.account, "127.0.0.1", "::1") == ""
    (request,) = requests({"email": "mario.rossi@charter.net", "accounts": None})
    assert "127.0.0.1" in local_service(request.account, "127.0.0.1", "smtp.charter.net")
    assert "::1" in local_service(request.account, "imap.charter.net", "::1")
