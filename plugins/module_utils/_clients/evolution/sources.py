# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All sources of one user, and how they name each other.

One account is three sources: the account itself names its identity, and that its transport, which is the server for
sending (e-source-mail-account.c and its neighbours in evolution-data-server).
"""

from __future__ import annotations

import functools
import posixpath
import typing as t

from ..._formats.glib_key_file import GlibKeyFile

DATA_SOURCE = "Data Source"
MAIL_ACCOUNT = "Mail Account"
MAIL_IDENTITY = "Mail Identity"
MAIL_SUBMISSION = "Mail Submission"
MAIL_TRANSPORT = "Mail Transport"

SUFFIX = ".source"
"""Of the file of each."""

_NONE = GlibKeyFile()


def source_path(folder: str, uid: str) -> str:
    """The file of a source."""
    return posixpath.join(folder, uid + SUFFIX)


class SourceIds(t.NamedTuple):
    """The uids of one account's sources; empty where one is missing."""

    account: str = ""
    identity: str = ""
    transport: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """Those that there are, what is named before what names it: the order in which they are made and removed."""
        return tuple(uid for uid in (self.transport, self.identity, self.account) if uid)


class Sources(t.Mapping[str, GlibKeyFile]):
    """uid to source; immutable."""

    def __init__(self, files: t.Mapping[str, GlibKeyFile]) -> None:
        self._files = files

    def __getitem__(self, uid: str) -> GlibKeyFile:
        return self._files[uid]

    def __iter__(self) -> t.Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def text(self, uid: str, group: str, key: str) -> str:
        """A value; empty where it, or the source, is not there."""
        return self._files.get(uid, _NONE).text(group, key) or ""

    def has_group(self, uid: str, group: str) -> bool:
        """Whether there is such a source, with such a group."""
        return group in self._files.get(uid, _NONE).groups

    @functools.cached_property
    def accounts(self) -> t.Sequence[str]:
        """The uids of all mail accounts, those of other kinds included."""
        return [uid for uid in self if self.has_group(uid, MAIL_ACCOUNT)]

    def ids(self, account: str) -> SourceIds:
        """The uids of an account and of what it names."""
        identity = self.text(account, MAIL_ACCOUNT, "IdentityUid")
        if not self.has_group(identity, MAIL_IDENTITY):
            return SourceIds(account)
        transport = self.text(identity, MAIL_SUBMISSION, "TransportUid")
        return SourceIds(account, identity, transport if self.has_group(transport, MAIL_TRANSPORT) else "")

    def accounts_of(self, identity: str) -> t.Sequence[str]:
        """The mail accounts that name an identity."""
        return self._accounts_of.get(identity, ())

    def identities_of(self, transport: str) -> t.Sequence[str]:
        """The identities that name a transport."""
        return self._identities_of.get(transport, ())

    @functools.cached_property
    def _accounts_of(self) -> t.Mapping[str, t.Sequence[str]]:
        return self._by_value(MAIL_ACCOUNT, "IdentityUid")

    @functools.cached_property
    def _identities_of(self) -> t.Mapping[str, t.Sequence[str]]:
        return self._by_value(MAIL_SUBMISSION, "TransportUid")

    def _by_value(self, group: str, key: str) -> t.Mapping[str, t.Sequence[str]]:
        found: dict[str, list[str]] = {}
        for uid, source in self._files.items():
            value = source.text(group, key)
            if value:
                found.setdefault(value, []).append(uid)
        return found
