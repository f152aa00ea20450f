# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument specifications are the only home of types, choices and defaults: all documentation agrees with them."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

yaml = pytest.importorskip("yaml", reason="the targets' oldest Python has no documentation to test")

from ansible_collections.charter.mail.plugins.action import mail_verify as verify_action  # noqa: E402
from ansible_collections.charter.mail.plugins.action import outlook_account  # noqa: E402
from ansible_collections.charter.mail.plugins.doc_fragments import account  # noqa: E402
from ansible_collections.charter.mail.plugins.module_utils._ansible import (  # noqa: E402
    client_choice,
    client_registry,
    run_all_options,
    run_on_linux,
)
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import (  # noqa: E402
    DEFAULTS,
    argument_spec,
)
from ansible_collections.charter.mail.plugins.module_utils._providers.charter import PROVIDERS  # noqa: E402
from ansible_collections.charter.mail.plugins.module_utils._providers.server_and_port_defaults import NAMES  # noqa: E402
from ansible_collections.charter.mail.plugins.modules import (  # noqa: E402
    evolution_account,
    mail_verify,
    thunderbird_account,
)
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run import report_options  # noqa: E402
from ansible_collections.charter.mail.tests.docs import role_arguments  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
OPTIONS: dict[str, t.Any] = yaml.safe_load(account.ModuleDocFragment.DOCUMENTATION)["options"]
ENTRY: dict[str, t.Any] = OPTIONS["accounts"]["suboptions"]
# The module, for those that run on the controller the spec of their action.
MODULES: dict[str, t.Any] = {
    "thunderbird_account": thunderbird_account,
    "evolution_account": evolution_account,
    "mail_verify": mail_verify,
    "outlook_account": outlook_account._OWN_OPTIONS,
    "mail_clients": client_choice.CHOICE_OPTIONS,
    "mail_accounts": run_all_options.OPTIONS,
    "mail_report": report_options.OPTIONS,
}
# Options of an account that a module documents anew, since there they mean something more.
DOCUMENTED_ANEW = {"outlook_account": {"user"}}
ROLES = sorted(role_arguments.ROLES)


class _Specified(Exception):
    """Stands for the module that would begin to work."""


def own_spec(name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    """The options of a module beside those of accounts."""
    module = MODULES[name]
    if isinstance(module, dict):
        return module

    def capture(**own: t.Any) -> t.NoReturn:
        raise _Specified(own)

    monkeypatch.setattr(run_on_linux if hasattr(module, "run_module") else module, "MailModule", capture)
    with pytest.raises(_Specified) as caught:
        module.main()
    own: dict[str, t.Any] = caught.value.args[0]
    return own


def of_role(name: str) -> dict[str, t.Any]:
    """The options of a role by their names, as documented."""
    documented = yaml.safe_load(role_arguments.path(name).read_text())
    options: dict[str, t.Any] = documented["argument_specs"]["main"]["options"]
    return options


def facts(option: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What matters of an option, without its text; a missing default is none."""
    return {key: option.get(key) for key in ("type", "elements", "choices", "default", "required")}


def test_every_account_option_has_one_text() -> None:
    assert set(account.TEXTS) == set(argument_spec())
    assert set(account.SERVER_TEXTS) == set(argument_spec()["incoming"]["options"])
    for name, option in OPTIONS.items():
        assert option["description"] == account.texts(name), name


def test_an_entry_refers_to_the_options_of_the_task() -> None:
    assert set(ENTRY) == set(OPTIONS) - {"accounts"}
    for name, option in ENTRY.items():
        assert option["description"] == [f"As O({name})."]
        place = f"{name}[]" if option["type"] == "list" else name  # as Ansible's documentation names an option
        for part, suboption in option.get("suboptions", {}).items():
            assert suboption["description"] == [f"As O({place}.{part})."]
            assert part in OPTIONS[name]["suboptions"]


def test_the_specs_have_these_options_and_choices() -> None:
    spec = argument_spec()
    assert set(spec) == set(OPTIONS)
    assert set(spec["accounts"]["options"]) == set(ENTRY)
    for name, option in OPTIONS.items():
        assert facts(spec[name]) == facts(option), name
    for name, option in ENTRY.items():
        assert facts(spec["accounts"]["options"][name]) == facts(option), name
        for part, suboption in option.get("suboptions", {}).items():
            assert facts(spec[name]["options"][part]) == facts(suboption)
    assert OPTIONS["provider"]["choices"] == list(NAMES)


def test_the_defaults_of_account_options_are_documented() -> None:
    for name, default in DEFAULTS.items():
        assert default is False or f"Defaults to V({default})." in OPTIONS[name]["description"][0]


def test_the_servers_of_the_presets_are_documented() -> None:
    text = " ".join(OPTIONS["provider"]["description"])
    for provider in PROVIDERS:
        assert f"V({provider.name})" in text
        assert all(host in text for host in provider.hosts)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_documents_its_own_options(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    documented = role_arguments.module_options(name)
    spec = own_spec(name, monkeypatch)
    assert {option: facts(documented[option]) for option in documented} == {
        option: facts(spec[option])
        for option in spec
        if option != "internal"  # those are not for users
    }


@pytest.mark.parametrize(
    ("client", "option"),
    [(name, option) for name, entry in client_registry.CLIENTS.items() for option in entry.options],
)
def test_the_module_for_all_clients_has_the_options_of_each(client: str, option: str) -> None:
    documented = role_arguments.module_options("mail_accounts")[client]["suboptions"][option]
    alone = role_arguments.module_options(client_registry.CLIENTS[client].module.rpartition(".")[2])[option]
    spec = run_all_options.OPTIONS[client]["options"][option]
    assert facts(documented) == facts(alone) == facts(spec)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_documents_account_options_anew_only_where_they_mean_more(name: str) -> None:
    own = role_arguments.documentation(name).get("options", {})
    anew = {option: facts(own[option]) for option in set(own) & set(argument_spec())}
    assert anew == {option: facts(argument_spec()[option]) for option in DOCUMENTED_ANEW.get(name, ())}


def test_on_windows_the_verification_has_the_same_options(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = own_spec("mail_verify", monkeypatch)
    for option, on_windows in verify_action._CLIENT_OPTIONS.items():
        assert {key: on_windows.get(key) for key in ("type", "default")} == {
            key: spec[option].get(key) for key in ("type", "default")
        }
        assert set(on_windows.get("choices", ())) <= set(spec[option]["choices"])


@pytest.mark.parametrize("name", ROLES)
def test_the_options_of_a_role_are_written_from_those_of_its_module(name: str) -> None:
    assert role_arguments.path(name).read_text() == role_arguments.argument_specs(name), (
        "run .venv/bin/python tests/docs"
    )


@pytest.mark.parametrize("name", ROLES)
def test_a_role_leaves_the_entries_to_its_module(name: str) -> None:
    """The module names the entry, the address and the typing error; Ansible's check of a role would come first."""
    assert "options" not in of_role(name)[f"{name}_accounts"]


@pytest.mark.parametrize("name", ROLES)
def test_a_role_passes_each_of_its_options_to_the_module(name: str) -> None:
    tasks = yaml.safe_load((ROOT / f"roles/{name}/tasks/main.yml").read_text())
    module = f"charter.mail.{role_arguments.ROLES[name].module}"
    (task,) = (task for task in tasks if module in task)
    judged = {"fail_on"} if name == "verify" else set()  # by the role's own last task
    own = {f"{name}_{option}" for option in role_arguments.ROLES[name].own}
    passed = {f"{name}_{option}" for option, value in task[module].items() if f"{name}_{option}" in str(value)}
    assert passed | own | {f"{name}_{option}" for option in judged} == set(of_role(name))


@pytest.mark.parametrize("name", ROLES)
def test_a_role_repeats_no_default_without_need(name: str) -> None:
    options = of_role(name)
    defaults = yaml.safe_load((ROOT / f"roles/{name}/defaults/main.yml").read_text())
    assert defaults == {option: options[option]["default"] for option in defaults}
    tasks = "".join(path.read_text() for path in (ROOT / f"roles/{name}/tasks").glob("*.yml"))
    omitted = set(re.findall(r"\b(\w+) \| default\(omit\)", tasks))
    assert set(defaults) == set(options) - omitted


@pytest.mark.parametrize("name", ROLES)
def test_the_readme_of_a_role_lists_its_options_and_defaults(name: str) -> None:
    rows = re.findall(
        rf"^\| `({name}_\w+)` \| (?:`(.*?)`|none) \| .+ \|$", (ROOT / f"roles/{name}/README.md").read_text(), re.M
    )
    listed = {option: yaml.safe_load(default) if default else None for option, default in rows}
    assert listed == {option: documented.get("default") for option, documented in of_role(name).items()}


def test_the_contents_list_every_module_role_filter_and_preset() -> None:
    contents = (ROOT / "docs/contents.md").read_text()
    assert "docs/contents.md" in (ROOT / "README.md").read_text()
    plugins = [path.stem for kind in ("modules", "filter") for path in (ROOT / "plugins" / kind).glob("[!_]*.py")]
    roles = [path.name for path in (ROOT / "roles").iterdir()]
    listed = re.findall(r"^\| \[`charter\.mail\.(\w+)`\]", contents, re.M)
    assert sorted(listed) == sorted([*plugins, *roles])
    for name in NAMES:
        assert f"`{name}`" in contents
