# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible sends to a host for a module: every file that it could import, late or for type checking included."""

from __future__ import annotations

import pathlib
import re

import pytest

from ansible_collections.charter.mail.tests.unit.imports import uses
from ansible_collections.charter.mail.tests.unit.layers import CLIENTS, LINUX, OUTLOOK, PLUGINS, WINDOWS

# The imports of a file that only type checkers see.
_FOR_TYPE_CHECKERS = re.compile(r"^if t\.TYPE_CHECKING:.*\n(?:[ \t]+.*\n|\n)+", re.MULTILINE)


def sent(module: str, *, for_type_checkers: bool = True) -> set[str]:
    """The files of ours that a module imports, below plugins/.

    Args:
        module: its path.
        for_type_checkers: whether what only these see counts. Ansible sends it.
    """
    found, left = {module}, [module]
    while left:
        path = left.pop()
        text = (PLUGINS / path).read_text()
        for _line, use in uses(path, text if for_type_checkers else _FOR_TYPE_CHECKERS.sub("", text)):
            for name in (use, use.rpartition("/")[0]):
                target = f"{name[1:]}.py"
                if use.startswith("/") and target not in found and (PLUGINS / target).is_file():
                    found.add(target)
                    left.append(target)
    return found


def test_a_verification_without_clients_does_not_send_them() -> None:
    without, with_clients = (sent(f"module_utils/_ansible/verify{name}_compiled.py") for name in ("", "_client"))
    extra = {path for path in without if path.startswith((CLIENTS, LINUX, WINDOWS))}
    names = {f"{CLIENTS}/{name}.py" for name in ("evolution/setting_names", "thunderbird/setting_names")}
    logged = {f"{LINUX}/{name}.py" for name in ("paths", "system_log")}
    # Names in the option settings are checked by the first.
    assert extra == {*names, f"{CLIENTS}/setting_kinds.py", *logged}
    assert f"{CLIENTS}/thunderbird/client.py" in with_clients
    assert len(without) < len(with_clients) / 2


@pytest.mark.parametrize("name", ["mail_accounts", "thunderbird_account", "evolution_account", "mail_verify"])
def test_nothing_is_sent_that_only_the_controller_runs(name: str) -> None:
    paths = sent(f"modules/{name}.py")
    assert f"{CLIENTS}/engine.py" in paths
    windows = {path for path in paths if path.startswith((OUTLOOK, WINDOWS))}
    allowed = {f"{OUTLOOK}/{file}.py" for file in ("client_entry", "staging_methods")}
    assert windows <= allowed, sorted(windows - allowed)
    assert all(pathlib.PurePosixPath(path).parts[0] in ("modules", "module_utils") for path in paths)
