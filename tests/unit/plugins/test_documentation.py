# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation says what the argument specs say, at both places where it says it."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

yaml = pytest.importorskip("yaml", reason="the targets' oldest Python has no documentation to test")

from ansible_collections.charter.mail.plugins.doc_fragments import account  # noqa: E402
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec  # noqa: E402
from ansible_collections.charter.mail.plugins.module_utils._providers.catalog import NAMES  # noqa: E402

OPTIONS: dict[str, t.Any] = yaml.safe_load(account.ModuleDocFragment.DOCUMENTATION)["options"]
ENTRY: dict[str, t.Any] = OPTIONS["accounts"]["suboptions"]


def test_an_entry_is_documented_as_the_task_is() -> None:
    for_entry = json.dumps({name: option for name, option in OPTIONS.items() if name not in {"accounts", "email"}})
    for name in sorted(OPTIONS, key=len, reverse=True):
        for end in (")", "="):
            for_entry = for_entry.replace(f"O({name}{end}", f"O(accounts[].{name}{end}")
    assert {name: option for name, option in ENTRY.items() if name != "email"} == json.loads(for_entry)


def test_the_specs_have_these_options_and_choices() -> None:
    spec = argument_spec()
    assert set(spec) == set(OPTIONS)
    assert set(spec["accounts"]["options"]) == set(ENTRY)
    for name, option in OPTIONS.items():
        assert spec[name]["type"] == option["type"], name
        assert spec[name].get("choices") == option.get("choices"), name
    assert OPTIONS["provider"]["choices"] == list(NAMES)


def test_the_readme_lists_every_preset() -> None:
    readme = (pathlib.Path(__file__).resolve().parents[3] / "README.md").read_text()
    for name in NAMES:
        assert f"`{name}`" in readme
