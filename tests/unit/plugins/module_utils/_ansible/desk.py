# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One client of one user, for tests of what configuring it and verifying from it have in common."""

from __future__ import annotations

import contextlib
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import from_client
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import Request, requests
from ansible_collections.charter.mail.plugins.module_utils._ansible.from_client import Inspection
from ansible_collections.charter.mail.plugins.module_utils._clients.client import Client
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import (
    Outcome,
    Step,
    reconcile,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client import Evolution
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.location_choice import locate
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client import Thunderbird
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.profile_choice import Root
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.evolution.fake_session import Desktop

Options = t.Dict[str, t.Any]
EMAIL = "mario.rossi@charter.net"
CLIENTS = pytest.mark.parametrize("client", [THUNDERBIRD, EVOLUTION], ids=lambda client: client.name)


def request(**options: t.Any) -> Request:
    (found,) = requests({"email": EMAIL, "accounts": None, **options})
    return found


class Desk:
    """One client of one user, as modules and verification see it."""

    def __init__(self, entry: ClientEntry, home: pathlib.Path) -> None:
        self.entry = entry
        self._home = home
        self.desktop = Desktop(session=False)

    def open(self) -> Client[t.Any]:
        files, home = LocalFiles(), str(self._home)
        if self.entry is THUNDERBIRD:
            return Thunderbird(files, Root(f"{home}/.thunderbird"), None, scratch=lambda: home, backup=False)
        place = locate(files, home, "native")
        return Evolution(files, place, self.desktop, password_store="plaintext_keyring", backup=False)

    def push(self, *wanted: t.Mapping[str, t.Any]) -> Outcome[t.Any]:
        return reconcile(self.open(), [request(**options).account for options in wanted])

    def stored(self, **options: t.Any) -> Account:
        """The account as it stands."""
        client = self.open()
        account = client.view(client.read(), request(**options).account).account
        assert account is not None
        return account

    def step(self, **options: t.Any) -> Step[t.Any]:
        (found,) = self.push(options).steps
        return found

    def inspect(self, **options: t.Any) -> Inspection:
        wanted = request(**options)
        return from_client.inspect(
            self.entry, lambda _request: contextlib.nullcontext(self.open()), wanted, pytest.fail
        )

    def files(self) -> dict[pathlib.Path, bytes]:
        return {path: path.read_bytes() for path in self._home.rglob("*") if path.is_file()}

    def settings(self) -> dict[pathlib.Path, str]:
        """The files that have accounts."""
        files = self.files().items()
        return {path: text.decode() for path, text in files if path.suffix == ".source" or path.name == "prefs.js"}

    def edit(self, old: str, new: str, *, times: int | None = None) -> None:
        """Change the client's settings as the user does; ``times`` is how often they have them, any where not said."""
        found = self.settings()
        count = sum(content.count(old) for content in found.values())
        assert count == times or (times is None and count)
        for path, content in found.items():
            if old in content:
                path.write_text(content.replace(old, new))

    def unmark(self, email: str = EMAIL) -> None:
        """Leave the account as if the user had made it."""
        if self.entry is EVOLUTION:
            self.edit(f"[X-Charter-Mail]\nAccount=imap:{email}\n", "", times=3)
        else:
            self.edit(f'user_pref("mail.server.server1.charter_mail", "imap:{email}");\n', "", times=1)
        assert not self.is_marked()

    def is_marked(self) -> bool:
        return any(b"charter_mail" in text or b"X-Charter-Mail" in text for text in self.files().values())

    def set_by_user(self, **options: t.Any) -> None:
        """The user sets up an account with these settings."""
        self.push(options)
        self.unmark()
