# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs for Evolution on real files, with a session or without one, and what they leave."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import location_choice, lookup
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client import Evolution
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.password_store.keyring import KeyringState
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account

from .fake_session import Desktop, Registry, Secrets

EMAIL = "mario.rossi@charter.net"
DEFAULT_ACCOUNT = "/org/gnome/evolution/default-mail-account"
DEFAULT_IDENTITY = "/org/gnome/evolution/default-mail-identity"


def account(email: str = EMAIL, **options: t.Any) -> Account:
    (found,) = requests({"email": email, "accounts": None, **options})
    return found.account


def client(home: pathlib.Path, desktop: Desktop | None = None, location: str = "auto", **options: t.Any) -> Evolution:
    files = LocalFiles(str(home / ".charter-mail-evolution.journal"))
    return Evolution(files, location_choice.locate(files, str(home), location), desktop, **options)


def push(home: pathlib.Path, *accounts: Account, desktop: Desktop | None = None, **options: t.Any) -> Outcome[t.Any]:
    return reconcile(client(home, desktop, **options), accounts)


def folder(home: pathlib.Path) -> pathlib.Path:
    return home / ".config/evolution/sources"


def source(home: pathlib.Path, kind: str, wanted: Account | None = None) -> pathlib.Path:
    return folder(home) / f"{lookup.uid(wanted or account(), kind)}.source"


def uids(wanted: Account | None = None) -> dict[str, str]:
    return {kind: lookup.uid(wanted or account(), kind) for kind in lookup.KINDS}


def edit(path: pathlib.Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def session(home: pathlib.Path, state: KeyringState = KeyringState.UNLOCKED) -> Desktop:
    return Desktop(Registry(folder(home)), Secrets(state))
