# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts on which Python does not start, is too old, or ends early: the cause is reported, and nothing is changed.

Debian has no Python before 3.8. A script stands in for it: it fails, and reports such a version if asked for it.
"""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from .ansible_runs import Ansible
from .local_users import LocalUser, snapshot

MISSING = """
echo "pyenv: python3: command not found" >&2
exit 127
"""
OLD = """
[ "$1" = -c ] && exec /usr/bin/python3 -c "import sys; sys.version_info = (3, 6, 8); $2"
echo "SyntaxError: future feature annotations is not defined" >&2
exit 1
"""
ENDING = """
[ "$1" = -c ] && exec /usr/bin/python3 "$@"
echo "Traceback (most recent call last):" >&2
echo "OSError: [Errno 28] No space left on device" >&2
exit 1
"""
CASES = {
    MISSING: "Python does not start on this host as {}: pyenv: python3: command not found. Install Python 3.8 or later "
    "there, or set ansible_python_interpreter to its path.",
    OLD: "This host has Python 3.6.8 as {}, but charter.mail needs 3.8 or later. Install a later Python there, and set "
    "ansible_python_interpreter to its path.",
    ENDING: "{} ended on this host without a result (exit code 1): OSError: [Errno 28] No space left on device.",
}
TASKS: t.Sequence[tuple[str, dict[str, t.Any]]] = [
    ("mail_accounts", {"clients": ["thunderbird"]}),
    ("evolution_account", {}),
    ("mail_drift", {"clients": ["thunderbird"]}),
    ("mail_verify", {}),
]


@pytest.mark.parametrize("script", CASES, ids=["missing", "old", "ending"])
def test_the_cause_is_reported(ansible: Ansible, mario: LocalUser, tmp_path: pathlib.Path, script: str) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh{script}")
    python.chmod(0o755)
    hosts = ansible.local_host(ansible_python_interpreter=str(python))
    before = snapshot(mario.home)
    for name, options in TASKS:
        account = {"user": mario.name, "email": "mario.rossi@charter.net", "password": "not shown"}
        result = ansible.module(name, hosts=hosts, **{**account, **options})
        assert (result["failed"], result["changed"]) == (True, False), name
        assert result["msg"] == CASES[script].format(python), name
        assert "not shown" not in str(result)
    assert snapshot(mario.home) == before


def test_an_interpreter_that_is_not_there(ansible: Ansible, mario: LocalUser, tmp_path: pathlib.Path) -> None:
    hosts = ansible.local_host(ansible_python_interpreter=str(tmp_path / "none"))
    for name in ("mail_rollback", "mail_account_info"):
        result = ansible.module(name, hosts=hosts, users=[mario.name])
        assert result["failed"] is True
        assert result["msg"].startswith(f"Python does not start on this host as {tmp_path}/none: "), name
        assert "not found" in result["msg"]
