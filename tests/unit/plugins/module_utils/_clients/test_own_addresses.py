# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts are the computer itself."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.own_addresses import (
    ANY_COMPUTER,
    ThisComputer,
    local_service,
)
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.files_below import FilesBelow

HOSTNAME = "/proc/sys/kernel/hostname"
HOSTS = """\
127.0.0.1\tlocalhost
127.0.1.1\tDesk.office.example\tdesk # as Debian has it
::1\tip6-localhost mailproxy
192.0.2.7 gateway.lan
192.0.2.8 other.lan
0.0.0.0 ads.example
nonsense here
"""
# As the kernel has them: 192.0.2.0/24 with this computer at 192.0.2.7.
ROUTES = """\
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 192.0.2.0/24 2 0 2
        |-- 192.0.2.0
           /24 link UNICAST
        |-- 192.0.2.7
           /32 host LOCAL
        |-- 192.0.2.255
           /32 link BROADCAST
"""
IPV6 = """\
fe8000000000000000fc00fffe000001 04 40 20 80     eth0
20010db8000000000000000000000007 04 40 00 82     eth0
"""
OWN = [
    *("desk", "DESK", "desk.local", "desk.office.example", "desk.office.example.", "desk.lan", "mailproxy"),
    *("192.0.2.7", "::ffff:192.0.2.7", "gateway.lan", "2001:db8::7", "[2001:DB8:0:0::7]", "fe80::fc:ff:fe00:1%eth0"),
]
NOT_OWN = [
    *("", "desk2", "office.example", "desk.example", "imap.desk.lan", "here", "nonsense", "ads.example", "other.lan"),
    *("192.0.2.8", "192.0.2.0", "192.0.2.255", "2001:db8::8", "fe80::1"),
]
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


@pytest.fixture
def host(tmp_path: pathlib.Path) -> FilesBelow:
    found = FilesBelow(tmp_path)
    found.put(HOSTNAME, b"desk\n")
    found.put("/etc/hosts", HOSTS.encode())
    found.put("/etc/resolv.conf", b"# by hand\nnameserver 192.0.2.1\nsearch lan example.net.\n")
    found.put("/proc/net/fib_trie", ROUTES.encode())
    found.put("/proc/net/if_inet6", IPV6.encode())
    return found


@pytest.mark.parametrize("name", [*LOOPBACK, *OWN])
def test_the_computer_itself(name: str, host: FilesBelow) -> None:
    assert ThisComputer(host).is_meant_by(name)


@pytest.mark.parametrize("name", [*OTHERS, *NOT_OWN])
def test_another_computer(name: str, host: FilesBelow) -> None:
    assert not ThisComputer(host).is_meant_by(name)


@pytest.mark.parametrize("name", LOOPBACK)
def test_what_every_computer_calls_itself_needs_no_file(name: str, host: FilesBelow) -> None:
    assert ANY_COMPUTER.is_meant_by(name)
    assert ThisComputer(host).is_meant_by(name)
    assert host.asked == []


@pytest.mark.parametrize("name", [*OTHERS, *OWN])
def test_nothing_else_is_known_without_files(name: str) -> None:
    assert not ANY_COMPUTER.is_meant_by(name)


def test_the_host_name_can_be_a_whole_one(host: FilesBelow) -> None:
    host.put(HOSTNAME, b"Desk.Example.Net\n")
    host.put("/etc/hosts", b"")
    named = {
        name for name in ("desk", "desk.example.net", "desk.lan", "example.net") if ThisComputer(host).is_meant_by(name)
    }
    assert named == {"desk", "desk.example.net", "desk.lan"}


def test_files_are_read_once(host: FilesBelow) -> None:
    computer = ThisComputer(host)
    for name in (*OTHERS, *OWN, *NOT_OWN):
        computer.is_meant_by(name)
    assert len(host.asked) == len(set(host.asked)) == 5


def test_a_computer_without_a_name(tmp_path: pathlib.Path) -> None:
    host = FilesBelow(tmp_path)
    host.put(HOSTNAME, b"\n")
    host.put("/etc/resolv.conf", b"search lan\n")
    host.put("/etc/hosts", b"\xff\xfe\n127.0.0.1\n")
    assert not any(ThisComputer(host).is_meant_by(name) for name in ("", ".", ".lan", ".local", "lan"))


def test_what_cannot_be_read_names_nothing(host: FilesBelow) -> None:
    pathlib.Path(f"{host.root}/etc/hosts").unlink()
    pathlib.Path(f"{host.root}/etc/hosts").mkdir()
    assert not ThisComputer(host).is_meant_by("mailproxy")
    assert ThisComputer(host).is_meant_by("desk")


def test_a_real_host_knows_itself() -> None:
    name = pathlib.Path(HOSTNAME).read_text(encoding="utf-8").strip()
    computer = ThisComputer(LocalFiles())
    assert computer.is_meant_by(name)
    assert not computer.is_meant_by("imap.charter.net")


def test_a_local_service_is_no_choice_of_the_user_where_the_admin_wants_one() -> None:
    servers = {"incoming": {"host": "localhost"}, "outgoing": {"host": "127.0.0.1"}}
    (request,) = requests({"email": "mario.rossi@charter.net", "accounts": None, **servers})
    assert local_service(ANY_COMPUTER, request.account, "127.0.0.1", "::1") == ""
    (request,) = requests({"email": "mario.rossi@charter.net", "accounts": None})
    assert "127.0.0.1" in local_service(ANY_COMPUTER, request.account, "127.0.0.1", "smtp.charter.net")
    assert "::1" in local_service(ANY_COMPUTER, request.account, "imap.charter.net", "::1")
