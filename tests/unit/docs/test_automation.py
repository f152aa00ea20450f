# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The survey and the credential type for AWX name variables and values that the playbooks have."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import yaml

from ansible_collections.charter.mail.tests.docs import role_arguments

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/automation.md").read_text()
PLAYBOOKS = "".join(path.read_text() for path in (ROOT / "playbooks").glob("*.yml"))


def blocks(language: str) -> list[str]:
    """The code of the page in this language, without its indentation."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", PAGE, re.DOTALL | re.MULTILINE)
    return [re.sub(f"^{indent}", "", code, flags=re.MULTILINE) for indent, code in found]


def in_yaml(title: str) -> t.Any:
    (code,) = (code for code in blocks("yaml") if code.startswith(f"# {title}\n"))
    return yaml.safe_load(code)


def test_the_survey_asks_for_variables_of_the_playbooks() -> None:
    (code,) = blocks("json")
    survey = json.loads(code)
    assert {"name", "description", "spec"} == set(survey)
    for question in survey["spec"]:
        assert {"variable", "type", "question_name", "default", "required"} <= set(question)
        assert re.search(rf"\b{question['variable']}\b", PLAYBOOKS)
        assert question["default"] in question.get("choices", [question["default"]])
    choices = {question["variable"]: question.get("choices") for question in survey["spec"]}
    assert choices["mail_when_running"] == ["fail", "skip", "wait"]
    assert sorted(role_arguments.module_options("mail_accounts")["when_running"]["choices"]) == ["fail", "skip", "wait"]
    assert role_arguments.module_options("mail_verify")["round_trip"]["type"] == "bool"


def test_the_credential_type_injects_its_secret_as_a_variable_of_the_playbooks() -> None:
    inputs, injectors = in_yaml("input configuration"), in_yaml("injector configuration")
    fields = {field["id"]: field for field in inputs["fields"]}
    assert all(field["secret"] for field in fields.values())
    assert set(inputs["required"]) == set(fields)
    assert injectors == {"extra_vars": {"mail_seal_key": "{{ seal_key }}"}}
    assert "mail_seal_key" in PLAYBOOKS


def test_the_project_has_the_playbook_and_the_collection() -> None:
    assert in_yaml("collections/requirements.yml") == {"collections": [{"name": "charter.mail"}]}
    assert in_yaml("mail.yml") == [{"ansible.builtin.import_playbook": "charter.mail.site"}]
