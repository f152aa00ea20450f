# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file of plugins/ and tests/ is short; in plugins/, no two classes have one name, and a rule has one home."""

from __future__ import annotations

import ast
import re
import typing as t

from .layers import (
    ANSIBLE,
    CLIENTS,
    EVOLUTION_PASSWORDS,
    FLEET_RUN,
    MODEL,
    OUTLOOK,
    PC,
    PLUGINS,
    PROTOCOLS,
    plugin_files,
)

LONGEST = 400  # lines of one file
NAMED_BY_ANSIBLE = ("ActionModule", "FilterModule", "ModuleDocFragment")  # classes that it looks for by their names

# file: values that stand in no other file, since a second one would have its rule again
ONE_HOME: t.Mapping[str, tuple[str | int, ...]] = {
    f"{MODEL}/standard_ports.py": (
        465,
    ),  # the other ports are facts about providers, too, or numbers of something else
    f"{CLIENTS}/when_running.py": ("skip",),
    f"{CLIENTS}/seal.py": ("charter-mail.seal",),
    f"{EVOLUTION_PASSWORDS}/keyring_item.py": ("e-source-uid", "xdg:schema"),
    f"{OUTLOOK}/registry_values.py": ("ImportPRF", "FirstRun", "PreferLocalXML"),
    f"{OUTLOOK}/status.py": ("pending_logon",),
    f"{PROTOCOLS}/mechanism_choice.py": ("AUTH PLAIN", "SCRAM-SHA-256"),
    f"{ANSIBLE}/run_id_option.py": ("_run",),
    f"{ANSIBLE}/shared_limit_option.py": ("_sign_ins",),
    f"{PC}/host_system.py": ("mail_system", "powershell"),
    f"{FLEET_RUN}/recorder.py": ("mail_records", "mail_site"),
    f"{FLEET_RUN}/unreached.py": ("charter_mail_unreachable_later",),
}


def test_no_file_is_long() -> None:
    collection = PLUGINS.parent
    files = [path for folder in ("plugins", "tests") for path in (collection / folder).rglob("*.py")]
    lengths = {path.relative_to(collection).as_posix(): path.read_text().count("\n") for path in files}
    assert len([path for path in lengths if path.startswith("plugins/")]) > 200
    assert len([path for path in lengths if path.startswith("tests/")]) > 200
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_no_two_classes_have_one_name() -> None:
    homes: dict[str, list[str]] = {}
    for path in plugin_files():
        for name in re.findall(r"^class ([a-zA-Z]\w*)", (PLUGINS / path).read_text(), re.MULTILINE):
            homes.setdefault(name, []).append(path)
    assert {name: found for name, found in homes.items() if len(found) > 1 and name not in NAMED_BY_ANSIBLE} == {}


def test_a_rule_has_one_home() -> None:
    wanted = {value: home for home, values in ONE_HOME.items() for value in values}
    found: dict[str | int, set[str]] = {value: set() for value in wanted}
    whole = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(str(value)) for value in wanted)})(?!\w)")
    for path in plugin_files():
        source = (PLUGINS / path).read_text()
        if not whole.search(source):
            continue  # to parse it takes longer
        for node in ast.walk(ast.parse(source, path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, (str, int)) and node.value in found:
                found[node.value].add(path)
    assert found == {value: {home} for value, home in wanted.items()}
