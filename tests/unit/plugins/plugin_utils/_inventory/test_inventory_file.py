# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of what was found, read again as Ansible reads it."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader

from ansible_collections.charter.mail.plugins.plugin_utils._inventory.inventory_file import (
    HostAccounts,
    of_result,
    render,
)


class FromYaml(str):
    """A text of an inventory, as Ansible gives it to an action."""


def read(tmp_path: pathlib.Path, text: str, before: str = "") -> t.Any:
    """The accounts of the hosts of an inventory, which is used beside another one."""
    (tmp_path / "hosts.yml").write_text(before or "all: {}\n")
    file = tmp_path / "mail.yml"
    file.write_text(text, "utf-8")
    manager = InventoryManager(loader=DataLoader(), sources=[str(tmp_path / "hosts.yml"), str(file)])
    return {host.name: host.vars["mail_accounts"] for host in manager.get_hosts()}


@pytest.mark.parametrize(
    "host", ["desk-1", "desk-ü", "null", "12", "1e3", "yes", "a.b.example", "10.0.0.7", "- x", "#x"]
)
def test_names_of_hosts_stay(tmp_path: pathlib.Path, host: str) -> None:
    entries = [{"user": FromYaml("mario"), "email": FromYaml("m@charter.net"), "full_name": "{{ x }}", "port": 12}]
    found = read(tmp_path, render({FromYaml(host): HostAccounts(entries, ["a\nb: {{ y }}"])}, "mail.yml"))
    assert found == {host: entries}


def test_a_host_without_accounts_keeps_those_of_the_other_inventory(tmp_path: pathlib.Path) -> None:
    before = "all: {hosts: {desk-1: {mail_accounts: [wanted]}, desk-2: {mail_accounts: [planned]}}}\n"
    entry = {"user": "mario", "email": "mario@charter.net"}
    text = render({"desk-1": of_result(None), "desk-2": HostAccounts([entry], ())}, "mail.yml")
    assert read(tmp_path, text, before) == {"desk-1": ["wanted"], "desk-2": [entry]}


def test_no_host_at_all(tmp_path: pathlib.Path) -> None:
    assert read(tmp_path, render({}, "mail.yml")) == {}


def test_who_was_not_read_is_named() -> None:
    unreadable = [
        {"user": "eva", "client": "", "reason": "this host does not know that user."},
        {"user": "mario", "client": "thunderbird", "reason": "a file is damaged."},
    ]
    result = {"accounts": [], "mail_accounts": [], "unreadable": unreadable}
    assert of_result(result).remarks == [
        "eva: not read: this host does not know that user.",
        "mario, thunderbird: not read: a file is damaged.",
    ]
