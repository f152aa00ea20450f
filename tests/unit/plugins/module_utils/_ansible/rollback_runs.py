# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that configure the clients of a home, and their rollbacks."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import exclusive, rollback_on_linux, run_id_option
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import Request, request_of
from ansible_collections.charter.mail.plugins.module_utils._ansible.desktop_hosts import desktop_hosts
from ansible_collections.charter.mail.plugins.module_utils._ansible.linux_users import opened, target_of
from ansible_collections.charter.mail.plugins.module_utils._ansible.rollback import OPTIONS
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import Task
from ansible_collections.charter.mail.plugins.module_utils._clients import change_log, engine
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION

from .desk import EMAIL
from .hand_made import HandMade, write_evolution, write_thunderbird

SETTINGS = {"thunderbird": ".thunderbird/*/prefs.js", "evolution": ".config/evolution/sources/*.source"}
PORTS = {"thunderbird": ('.port", {}', ".port"), "evolution": ("Port={}", "/Authentication/Port")}
WRITERS: t.Mapping[str, t.Callable[..., None]] = {"thunderbird": write_thunderbird, "evolution": write_evolution}
HAND_MADE = HandMade(
    EMAIL,
    "imap",
    ("imap.charter.net", 143, "starttls"),
    ("smtp.charter.net", 2525, "starttls"),
    EMAIL,
    "Mario",
    True,
    0,
)


def request(home: pathlib.Path, **options: t.Any) -> Request:
    return request_of({"email": EMAIL, "home": str(home), **options}, {})


def configure(
    client: ClientEntry, run: str, *wanted: Request, exclusive_scope: str | None = None
) -> engine.Outcome[t.Any]:
    options = {"wait_seconds": 0, "lock_timeout": 1, "backup": False, run_id_option.NAME: run}
    if client is EVOLUTION:
        options["password_store"] = "plaintext_keyring"
    accounts = [one.account for one in wanted]
    unlisted = exclusive.unlisted(client.load_unlisted, exclusive_scope, accounts)
    with opened(client, target_of(wanted[0]), {**client.defaults(), **options}, desktop_hosts()) as found:
        return engine.reconcile(found, accounts, unlisted=unlisted)


def roll_back(home: pathlib.Path, run: str = "last", *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
    defaults = {name: option.get("default") for name, option in OPTIONS.items()}
    params = {**defaults, "backup": False, "home": str(home), "run": run, **options}
    params[run_id_option.NAME] = change_log.new_run_id()
    done = rollback_on_linux.roll_back(params, desktop_hosts(), Task(check, "fail", pytest.fail, pytest.fail))
    result = done.as_result()
    assert not done.failed, result["msg"]
    return result


def settings(home: pathlib.Path, client: ClientEntry) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.glob(SETTINGS[client.name])}


def edit(home: pathlib.Path, client: ClientEntry, old: str, new: str) -> None:
    """Change a setting by hand."""
    changed = 0
    for path in home.glob(SETTINGS[client.name]):
        text = path.read_text("utf-8")
        changed += text.count(old)
        path.write_text(text.replace(old, new), "utf-8")
    assert changed


def log(home: pathlib.Path, client: ClientEntry) -> pathlib.Path:
    return home / f".local/state/charter-mail/{client.name}.jsonl"
