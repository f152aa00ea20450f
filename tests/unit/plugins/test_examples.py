# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the modules are tasks that the modules accept, and each module documents the options that it has."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

yaml = pytest.importorskip("yaml", reason="the targets' oldest Python has no documentation to test")

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator  # noqa: E402

from ansible_collections.charter.mail.plugins.action import (  # noqa: E402
    mail_inventory,
    mail_render,
    mail_verify,
    outlook_account,
)
from ansible_collections.charter.mail.plugins.module_utils._ansible import (  # noqa: E402
    account_info,
    client_choice,
    drift,
    rollback,
    run_all_options,
    run_upload,
)
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import (  # noqa: E402
    argument_spec,
    requests,
)
from ansible_collections.charter.mail.plugins.module_utils._ansible.client_registry import CLIENTS  # noqa: E402
from ansible_collections.charter.mail.plugins.module_utils._ansible.each_signature import (  # noqa: E402
    with_names_of_files,
)
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import CLIENT_OPTIONS  # noqa: E402
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_verify import OPTIONS as VERIFY  # noqa: E402
from ansible_collections.charter.mail.plugins.module_utils._ansible.validate import validated  # noqa: E402
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run import report_options  # noqa: E402
from ansible_collections.charter.mail.tests.docs import role_arguments  # noqa: E402

MODULES = pathlib.Path(__file__).resolve().parents[3] / "plugins/modules"
Spec = t.Mapping[str, t.Any]
# The options of each module: of those about accounts, beside the options of accounts.
ABOUT_ACCOUNTS: t.Mapping[str, Spec] = {
    "thunderbird_account": {**CLIENT_OPTIONS, **CLIENTS["thunderbird"].options},
    "evolution_account": {**CLIENT_OPTIONS, **CLIENTS["evolution"].options},
    "outlook_account": outlook_account._OWN_OPTIONS,
    "mail_accounts": run_all_options.OPTIONS,
    "mail_verify": {**VERIFY, **mail_verify._CLIENT_OPTIONS},
    "mail_drift": drift.OPTIONS,
    "mail_upload": run_upload.OPTIONS,
}
OTHERS: t.Mapping[str, Spec] = {
    "mail_account_info": account_info.OPTIONS,
    "mail_clients": client_choice.CHOICE_OPTIONS,
    "mail_inventory": mail_inventory._OPTIONS,
    "mail_render": mail_render._OPTIONS,
    "mail_report": report_options.OPTIONS,
    "mail_rollback": rollback.OPTIONS,
}


def part(module: str, name: str) -> t.Any:
    """DOCUMENTATION or EXAMPLES of a module."""
    text = (MODULES / f"{module}.py").read_text()
    found = re.search(rf'^{name} = r"""\n(.*?)^"""$', text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return yaml.safe_load(found.group(1))


def tasks(found: t.Any) -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    """The tasks of this collection in some YAML, with their options."""
    if isinstance(found, dict):
        for name, value in found.items():
            if name.startswith("charter.mail.") and (value is None or isinstance(value, dict)):
                yield name.rpartition(".")[2], value or {}
            yield from tasks(value)
    elif isinstance(found, list):
        for one in found:
            yield from tasks(one)


EXAMPLES = [
    pytest.param(name, options, id=f"{module}-{number}")
    for module in sorted({*ABOUT_ACCOUNTS, *OTHERS})
    for number, (name, options) in enumerate(tasks(part(module, "EXAMPLES")))
]


def with_values(options: t.Mapping[str, t.Any], spec: Spec) -> dict[str, t.Any]:
    """The options with values in place of expressions, which only a playbook knows; those of a text stay."""
    known: dict[str, t.Any] = {"accounts": [{"email": "mario.rossi@charter.net", "user": "mario"}]}
    return {
        name: known[name] if str(value).startswith("{{") and spec[name]["type"] not in ("str", "path") else value
        for name, value in options.items()
    }


def test_each_module_has_an_example() -> None:
    modules = {path.stem for path in MODULES.glob("[!_]*.py")}
    assert modules == {*ABOUT_ACCOUNTS, *OTHERS}
    for module in modules:
        assert module in dict(tasks(part(module, "EXAMPLES"))), module


@pytest.mark.parametrize(("name", "options"), EXAMPLES)
def test_the_module_accepts_the_example(name: str, options: dict[str, t.Any]) -> None:
    if name in OTHERS:
        assert ArgumentSpecValidator(OTHERS[name]).validate(with_values(options, OTHERS[name])).error_messages == []
        return
    spec = argument_spec(**ABOUT_ACCOUNTS[name])
    assert requests(validated(with_names_of_files(with_values(options, spec)), spec))


@pytest.mark.parametrize("name", sorted({*ABOUT_ACCOUNTS, *OTHERS} - {"mail_verify"}))  # see test_documentation
def test_the_module_documents_the_options_that_it_has(name: str) -> None:
    if name in OTHERS:
        spec, documented = OTHERS[name], part(name, "DOCUMENTATION")["options"]
    else:
        own = set(ABOUT_ACCOUNTS[name]) - set(argument_spec())
        spec = {option: ABOUT_ACCOUNTS[name][option] for option in own}
        documented = role_arguments.module_options(name)
    keys = ("type", "elements", "choices", "default", "required")
    assert {option: [facts.get(key) for key in keys] for option, facts in documented.items()} == {
        option: [facts.get(key) for key in keys] for option, facts in spec.items()
    }
    assert all(facts["description"] for facts in documented.values())
