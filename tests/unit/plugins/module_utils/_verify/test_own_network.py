# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network that a host is in, by the machine's own routing table and without a packet."""

from __future__ import annotations

import dataclasses
import socket
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._verify import own_network
from ansible_collections.charter.mail.plugins.module_utils._verify.own_network import own_networks
from ansible_collections.charter.mail.plugins.module_utils._verify.report.account_report import AccountReport
from ansible_collections.charter.mail.plugins.module_utils._verify.verify_accounts import verify
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.source_address import source_address

from .endpoint_tests import HASTY, LAB, account


@pytest.fixture(scope="module")
def report() -> AccountReport:
    """A report of this machine, whose servers are on loopback and refuse."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        options = dataclasses.replace(HASTY, suggest=False)
        (found,) = verify([account(port, port)], options, environment=LAB)
    return found


def test_the_routing_table_is_asked_and_nothing_is_sent() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.settimeout(0.1)
        assert source_address("127.0.0.1") == "127.0.0.1"
        with pytest.raises(socket.timeout):
            silent.recv(1)


@pytest.mark.parametrize("address", ["", "imap.charter.net", "300.1.1.1", "not an address"])
def test_a_name_is_never_looked_up(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", None)
    assert source_address(address) == ""


def test_a_server_that_refuses_has_an_address_too(report: AccountReport, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def source(address: str) -> str:
        asked.append(address)
        return "10.20.30.40"

    monkeypatch.setattr(own_network, "source_address", source)
    assert own_networks([report]) == ["10.20.30.0/24"]
    assert asked == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("sources", "networks"),
    [
        ({"192.0.2.1": "198.51.100.77"}, ["198.51.100.0/24"]),
        (
            {"192.0.2.1": "198.51.100.77", "2001:db8::1": "2001:db8:1:2:a:b:c:d"},
            ["198.51.100.0/24", "2001:db8:1:2::/64"],
        ),
        ({"192.0.2.1": "169.254.7.7", "2001:db8::1": "fe80::1"}, []),
        ({"192.0.2.1": "127.0.0.1", "2001:db8::1": "::1"}, []),
        ({"192.0.2.1": "0.0.0.0"}, []),
        ({}, []),
    ],
)
def test_where_only_loopback_is_reached_the_routes_to_the_internet_count(
    report: AccountReport, sources: t.Mapping[str, str], networks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_loopback = {"127.0.0.1": "127.0.0.1", **sources}
    monkeypatch.setattr(own_network, "source_address", lambda address: with_loopback.get(address, ""))
    assert own_networks([report]) == networks


def test_of_two_machines_it_is_the_one_that_the_task_is_about(report: AccountReport) -> None:
    side = dataclasses.replace(report.incoming, source="2001:db8:5:6::7")
    second = dataclasses.replace(report, incoming=side, outgoing=side, vantage="pc")
    both = dataclasses.replace(report, vantage="controller", second_report=second)
    assert own_networks([both]) == ["2001:db8:5:6::/64"]
    assert own_networks([dataclasses.replace(report, vantage="controller")]) == []
