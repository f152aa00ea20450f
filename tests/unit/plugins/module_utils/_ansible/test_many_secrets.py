# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that was given more passwords than Ansible searches for one by one still shows none."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.module_utils import basic

from ansible_collections.charter.mail.plugins.module_utils._ansible.module import _FEW, MailModule

PASSWORDS = [f"correct-horse-{number}" for number in range(2 * _FEW)]
MASK = "********"


def module_with(passwords: t.Sequence[str], monkeypatch: pytest.MonkeyPatch) -> MailModule:
    entries = [{"email": f"mario{number}@charter.net", "password": one} for number, one in enumerate(passwords)]
    arguments = {"ANSIBLE_MODULE_ARGS": {"_ansible_remote_tmp": "/nonexistent", "accounts": entries}}
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(arguments).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    return MailModule()


@pytest.mark.parametrize("count", [_FEW, 2 * _FEW])
def test_in_a_result_a_message_and_a_warning(
    count: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = module_with(PASSWORDS[:count], monkeypatch)
    warnings: list[str] = []  # where Ansible keeps them depends on what else this process has imported
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _self, text: warnings.append(text))
    module.warn(f"a server said {PASSWORDS[3]}")
    with pytest.raises(SystemExit):
        module.fail_json(
            f"not {PASSWORDS[4]}", accounts=[{"error": f"with {PASSWORDS[5]}!", "ids": {"a": PASSWORDS[6]}}]
        )
    output = capsys.readouterr().out
    assert not [password for password in PASSWORDS if password in output]
    shown: dict[str, t.Any] = json.loads(output)
    assert shown["msg"] == f"not {MASK}"
    assert warnings == [f"a server said {MASK}"]
    assert shown["accounts"] == [{"error": f"with {MASK}!", "ids": {"a": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}}]


def test_ansible_searches_only_for_those_that_are_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = module_with(PASSWORDS, monkeypatch)
    with pytest.raises(SystemExit):
        module.exit_json(msg=f"all but {PASSWORDS[0]}x")
    assert module.no_log_values & set(PASSWORDS) == {PASSWORDS[0]}
    assert json.loads(capsys.readouterr().out)["msg"] == f"all but {MASK}x"
