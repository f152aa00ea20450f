# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument specifications of the roles, made from the documentation of their modules.

A unit test fails while a file of a role differs from what ``.venv/bin/python tests/docs`` writes.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
import typing as t

import yaml

from ansible_collections.charter.mail.plugins.doc_fragments import client, verify_scope
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec

ROOT = pathlib.Path(__file__).resolve().parents[2]
_HEADER = """\
---
# Written by tests/docs from the documentation of the module: change the texts there.
"""
_Options = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Role:
    """A role around one module.

    Attributes:
        module: the module that the role runs.
        short_description: the role in one line.
        description: what it does.
        accounts: about the list of accounts, beside where its options are documented.
        own: options of the role that the module does not have.
    """

    module: str
    short_description: str
    description: tuple[str, ...]
    accounts: tuple[str, ...] = ()
    own: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


ROLES: t.Mapping[str, Role] = {
    "thunderbird": Role(
        "thunderbird_account",
        "Set up mail accounts in Thunderbird",
        ("Configures the accounts of a list in the Thunderbird of each user that it names, in one task.",),
    ),
    "evolution": Role(
        "evolution_account",
        "Set up mail accounts in Evolution",
        ("Configures the accounts of a list in the Evolution of each user that it names, in one task.",),
        own={
            "ca_cert": {
                "type": "str",
                "default": "",
                "description": [
                    "The certificate of a private certificate authority (PEM), a file on the controller.",
                    "It is searched for as the C(src) of C(ansible.builtin.copy) is.",
                    "If set, the whole host trusts this authority. If omitted, nothing is installed.",
                ],
            }
        },
    ),
    "outlook": Role(
        "outlook_account",
        "Stage mail accounts for classic Outlook on Windows",
        (
            "Stages the accounts of a list for the Outlook of each Windows user that it names, in one task.",
            "Shows what those users must do next.",
        ),
        accounts=("C(user) is the Windows user and is required.",),
    ),
    "verify": Role(
        "mail_verify",
        "Verify that mail works from a host",
        (
            "Tests receiving and sending for each account of a list, from the host itself.",
            "Sends nothing unless C(verify_round_trip) is set.",
        ),
        accounts=("Accounts with C(state=absent) are skipped.",),
    ),
}
# With options that some modules share, or that have no room in the module.
_FRAGMENTS: t.Mapping[str, t.Any] = {
    "charter.mail.client": client.ModuleDocFragment,
    "charter.mail.verify_scope": verify_scope.ModuleDocFragment,
}
_NOT_OF_A_ROLE = {"outlook": {"sid", "offline_hives"}}


def documentation(module: str) -> _Options:
    """The DOCUMENTATION of a module, without its fragments."""
    text = (ROOT / f"plugins/modules/{module}.py").read_text()
    found = re.search(r'^DOCUMENTATION = r"""\n(.*?)^"""$', text, re.MULTILINE | re.DOTALL)
    assert found is not None
    documented: _Options = yaml.safe_load(found.group(1))
    return documented


def module_options(module: str) -> _Options:
    """A module's own options as it documents them, the account options left out."""
    documented = documentation(module)
    options: _Options = dict(documented.get("options", {}))
    for name, fragment in _FRAGMENTS.items():
        if name in documented["extends_documentation_fragment"]:
            options = {**yaml.safe_load(fragment.DOCUMENTATION)["options"], **options}
    return {name: option for name, option in options.items() if name not in argument_spec()}


def argument_specs(name: str) -> str:
    """The whole file of a role."""
    role = ROLES[name]
    accounts = {
        "type": "list",
        "elements": "dict",
        "default": [],
        "description": [
            "The accounts. All roles of this collection accept the same list.",
            f"The documentation of the module C(charter.mail.{role.module}) describes the options in full.",
            *role.accounts,
        ],
    }
    options = {"accounts": accounts}
    for option, documented in module_options(role.module).items():
        if option not in _NOT_OF_A_ROLE.get(name, ()):
            options[option] = _own_option(name, documented)
    options.update(role.own)
    main = {
        "short_description": role.short_description,
        "description": [*role.description, "With its defaults the role changes nothing."],
        "options": {f"{name}_{option}": value for option, value in options.items()},
    }
    return _HEADER + yaml.dump(
        {"argument_specs": {"main": main}}, Dumper=_Dumper, sort_keys=False, width=100, default_flow_style=False
    )


def _own_option(role: str, documented: _Options) -> _Options:
    kept: _Options = {key: documented[key] for key in ("type", "elements", "choices", "default") if key in documented}
    description = documented["description"]
    first = description if isinstance(description, str) else description[0]
    return {**kept, "description": [_plain(first, f"{role}_")]}


def _plain(text: str, prefix: str = "") -> str:
    """With references to a module's options replaced by names, since a role has none of these options.

    Args:
        text: an item of a description.
        prefix: of the names; empty for options of an account.
    """
    return re.sub(r"\bO\(", f"C({prefix}", text.replace("RV(", "C("))


class _Dumper(yaml.SafeDumper):
    """Short lists on one line, items of longer ones indented, as ansible-lint wants them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: t.Any) -> bool:
        return True


def _sequence(dumper: yaml.SafeDumper, items: list[t.Any]) -> yaml.Node:
    words = all(isinstance(item, str) and " " not in item for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=words)


_Dumper.add_representer(list, _sequence)


def path(name: str) -> pathlib.Path:
    """The file of a role."""
    return ROOT / f"roles/{name}/meta/argument_specs.yml"


if __name__ == "__main__":
    for each in ROLES:
        path(each).write_text(argument_specs(each))
