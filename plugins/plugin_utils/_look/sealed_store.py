# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A password store that a look does not read; its seal shows what it contains."""

from __future__ import annotations

import posixpath
import typing as t

from ...module_utils._clients.seal import NAME, Seal, entries_in
from ...module_utils._model.secret import Secret
from .errors import UnseenError
from .snapshot import Snapshot


class SealedStore:
    """Implements the protocols ``ProfilePasswordStore`` of Thunderbird and ``PasswordStore`` of Evolution.

    It knows a password only if it is one of the task's own and the seal says that it is stored. Everything else raises
    ``UnseenError``, including a missing or different password.

    Args:
        seal: the seal of the user's client, with the host's key.
        files: the user's files.
        folder: the store's folder.
        names: the store's files.
    """

    def __init__(self, seal: Seal, files: Snapshot, folder: str, names: t.Sequence[str]) -> None:
        self._seal = seal
        self._folder = folder
        self._digests = {name: files.digest(posixpath.join(folder, name)) for name in names}
        self._by_login: dict[str, list[Secret]] = {}
        for account in seal.accounts:
            if account.password is not None:
                self._by_login.setdefault(account.username, []).append(account.password)
        self._passwords = dict.fromkeys(password for found in self._by_login.values() for password in found)
        self._entries = frozenset(entries_in(files.read(posixpath.join(folder, NAME))))

    def stored(self, *login: str) -> Secret:
        likely = self._by_login.get(login[-1], [])  # the likely accounts: those with that user name
        for password in (*likely, *self._passwords):
            if self._seal.entry(self._folder, self._digests, (login, password)) in self._entries:
                return password
        raise UnseenError("a password")

    @property
    def contents(self) -> t.Mapping[str, bytes | None]:
        raise UnseenError(self._folder)

    def _unseen(self, *_arguments: t.Any) -> t.NoReturn:
        raise UnseenError(self._folder)

    with_login = without_login = with_moved_login = files_since = write = file_writes = _unseen
