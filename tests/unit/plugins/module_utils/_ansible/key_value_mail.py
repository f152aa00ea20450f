# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fourth mail client, as small as one can be: all settings are lines ``key=value`` of one file.

No such client exists. It shows what a new client needs: this file is its whole package.
"""

from __future__ import annotations

import contextlib
import posixpath
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry, System
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import ClientDefaults, View
from ansible_collections.charter.mail.plugins.module_utils._clients.stored_account import StoredAccount, StoredLogin
from ansible_collections.charter.mail.plugins.module_utils._host.file_write import FileWrite
from ansible_collections.charter.mail.plugins.module_utils._host.files import Files
from ansible_collections.charter.mail.plugins.module_utils._host.user_host import UserHost
from ansible_collections.charter.mail.plugins.module_utils._model.account import (
    Account,
    Protocol,
    Security,
    Server,
    State,
)
from ansible_collections.charter.mail.plugins.module_utils._model.settings import Change, Settings, changes

FILE = ".keyvaluemail"
_SIDES = ("incoming", "outgoing")


class KeyValueMail(ClientDefaults):
    """Implements the protocol ``Client``; its state is the file's settings."""

    name: t.ClassVar[str] = "KeyValueMail"

    def __init__(self, files: Files, home: str) -> None:
        self._files = files
        self._path = posixpath.join(home, FILE)

    @property
    def profile(self) -> str:
        return self._path

    def read(self) -> Settings:
        lines = (self._files.read(self._path) or b"").decode().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def configure(self, before: Settings, account: Account) -> Settings:
        prefix = _prefix(account)
        wanted = _settings(account) if account.state is State.PRESENT else {}
        after = {key: value for key, value in before.items() if not key.startswith(prefix)}
        after.update({prefix + key: value for key, value in wanted.items()})
        return before if after == before else after

    def compare(self, before: Settings, after: Settings) -> tuple[Change, ...]:
        return tuple(changes(before, after))

    def view(self, state: Settings, account: Account) -> View:
        return View(_account(state, account), {"prefix": _prefix(account)})

    def exclusive(self) -> t.ContextManager[None]:
        return contextlib.nullcontext()

    def write(self, before: Settings, after: Settings) -> t.Sequence[str]:
        content = "".join(f"{key}={value!s}\n" for key, value in sorted(after.items())).encode()
        return self._files.replace([FileWrite(self._path, content)])

    def running(self) -> bool:
        return False

    def warnings(self, state: Settings, account: Account) -> tuple[str, ...]:
        return ()

    def result_details(self, state: Settings, account: Account) -> t.Mapping[str, str]:
        return {}

    def account(self, wanted: Account) -> StoredAccount | None:
        found = _account(self.read(), wanted)
        login = StoredLogin(wanted.username, None)
        return None if found is None else StoredAccount(found, login, login, "", ())

    def absence(self, wanted: Account) -> str:
        return "does not have the account"


def _prefix(account: Account) -> str:
    return f"{account.protocol.value}:{account.email}."


def _settings(account: Account) -> dict[str, str]:
    servers = zip(_SIDES, (account.incoming, account.outgoing))
    return {side: f"{server.host} {server.port} {server.security.value}" for side, server in servers}


def _account(state: Settings, wanted: Account) -> Account | None:
    texts = [str(state.get(_prefix(wanted) + side, "")).split() for side in _SIDES]
    if not all(texts):
        return None
    incoming, outgoing = (Server(host, int(port), Security(security)) for host, port, security in texts)
    return Account(wanted.email, Protocol(wanted.protocol), incoming, outgoing, username=wanted.username)


def open_key_value_mail(host: UserHost, profile: str | None, options: t.Mapping[str, t.Any]) -> KeyValueMail:
    """See ``entry.OpenClient``."""
    assert profile is None, "the client has no profiles"
    assert options["wait_seconds"] == 0
    return KeyValueMail(host.files, host.home)


KEY_VALUE_MAIL = ClientEntry(
    name="keyvaluemail",
    title="KeyValueMail",
    module="example.mail.keyvaluemail_account",
    system=System.LINUX,
    programs=("/usr/bin/keyvaluemail",),
    open=open_key_value_mail,
)
