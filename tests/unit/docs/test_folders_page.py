# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each example of docs/folders-and-receiving.md is run, in both clients, and the page names what the clients write."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml

from ansible_collections.charter.mail.plugins.module_utils._ansible.client_options import SPEC
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._model.folders import USUAL, Folders
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.desk import Desk

PAGE = (pathlib.Path(__file__).resolve().parents[3] / "docs/folders-and-receiving.md").read_text()
EXAMPLES: list[dict[str, t.Any]] = [
    {name: value for name, value in entry.items() if name != "user"}
    for block in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    for entry in yaml.safe_load(block)
]
# What tasks convert.
TEXTS = ("offline",)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: "-".join(sorted(example)))
@pytest.mark.parametrize("client", [THUNDERBIRD, EVOLUTION], ids=lambda client: client.name)
def test_an_example_does_what_it_says(tmp_path: pathlib.Path, client: ClientEntry, example: dict[str, t.Any]) -> None:
    given = {name: str(value) if name in TEXTS else value for name, value in example.items()}
    desk = Desk(client, tmp_path)
    desk.step(**{name: given[name] for name in ("email", "protocol") if name in given})
    assert desk.step(**given).status is Status.UPDATED
    assert desk.step(**given).status is Status.UNCHANGED
    assert desk.inspect(**given).check.status is CheckStatus.OK


def test_there_is_an_example_for_each_option() -> None:
    assert set(SPEC) <= {name for example in EXAMPLES for name in example}
    assert set(Folders._fields) == set(EXAMPLES[0]["folders"])


def test_the_page_names_options_and_usual_folders() -> None:
    for name in (*SPEC, *(folder.name for folder in USUAL if folder is not None)):
        assert f"`{name}`" in PAGE


@pytest.mark.parametrize("client", [THUNDERBIRD, EVOLUTION], ids=lambda client: client.name)
def test_the_page_names_what_a_client_writes(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    desk.step(protocol="imap")
    desk.step(protocol="pop3")
    column = 2 if client is THUNDERBIRD else 3
    rows = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| `")]
    places = {row[0].strip().split("`")[1]: re.findall(r"`([A-Za-z_]+)`", row[column]) for row in rows if len(row) == 4}
    values = {"check_at_start": False, "check_interval": 7, "idle": False, "offline": "3", "subscribed_only": False}
    for protocol, options in (("imap", values), ("pop3", {"delete_on_server": False})):
        for name, value in options.items():
            if client is EVOLUTION and name in {"subscribed_only", "delete_on_server"}:
                value = True
            changed = {
                re.split("[./]", change.key)[-1] for change in desk.step(protocol=protocol, **{name: value}).changes
            }
            assert changed <= set(places[name])
            assert changed or not places[name]
