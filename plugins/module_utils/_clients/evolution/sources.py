# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All sources of one user, and the references between them.

An account is three sources: the account names its identity, and the identity names its transport, the server for
sending (e-source-mail-account.c and the files beside it in evolution-data-server).
"""

from __future__ import annotations

import functools
import posixpath
import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._model.account import Account
from ..._model.persistent import PersistentMap, extended, grouped
from ..own_addresses import ANY_COMPUTER, ThisComputer

DATA_SOURCE = "Data Source"
MAIL_ACCOUNT = "Mail Account"
MAIL_IDENTITY = "Mail Identity"
MAIL_SUBMISSION = "Mail Submission"
MAIL_TRANSPORT = "Mail Transport"

SUFFIX = ".source"
"""The suffix of a source's file."""

# Records in a source of ours which account it belongs to. Evolution keeps groups that it does not know, so the account
# is found again after anything is renamed or moved. (A group named Autoconfig would not work: such files are deleted at
# the start of a session.)
MARKER_GROUP = "X-Charter-Mail"
MARKER_KEY = "Account"
AUTHENTICATION = "Authentication"

_FOLDER = "folder://"  # before the uid of an account and the path of one of its folders
_NONE = GlibKeyFile()
# The keys that are looked up by value.
_INDEXED = (
    (MARKER_GROUP, MARKER_KEY),
    (AUTHENTICATION, "User"),
    (MAIL_ACCOUNT, "IdentityUid"),
    (MAIL_IDENTITY, "Address"),
    (MAIL_SUBMISSION, "TransportUid"),
)
_CASELESS = frozenset({(AUTHENTICATION, "User"), (MAIL_IDENTITY, "Address")})
_Place = t.Tuple[str, str, str]  # group, key, value


def source_path(folder: str, uid: str) -> str:
    """The file of a source."""
    return posixpath.join(folder, uid + SUFFIX)


class SourceIds(t.NamedTuple):
    """The uids of one account's sources; empty for a missing one."""

    account: str = ""
    identity: str = ""
    transport: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """The existing ones, each before the source that names it: the order in which they are created and removed."""
        return tuple(uid for uid in (self.transport, self.identity, self.account) if uid)


class Sources(PersistentMap[str, GlibKeyFile]):
    """uid to source; immutable. A state made from another one inherits its index.

    Args:
        sources: the first state.
        computer: the computer on which Evolution runs with them.
    """

    def __init__(self, sources: t.Mapping[str, GlibKeyFile], computer: ThisComputer = ANY_COMPUTER) -> None:
        super().__init__(sources)
        self.computer = computer

    def text(self, uid: str, group: str, key: str) -> str:
        """A value; empty if it or the source is missing."""
        return self.get(uid, _NONE).text(group, key) or ""

    def is_off(self, uid: str) -> bool:
        """Whether a source is disabled; GLib reads both words as false, even with trailing blanks."""
        return self.text(uid, DATA_SOURCE, "Enabled").rstrip(" \t\f") in {"false", "0"}

    def has_group(self, uid: str, group: str) -> bool:
        """Whether a source exists and has a group."""
        return group in self.get(uid, _NONE).groups

    @functools.cached_property
    def found(self) -> dict[Account, SourceIds | None]:
        """Results of ``lookup.find`` for this state, which is called several times for each account."""
        return {}

    @functools.cached_property
    def chosen(self) -> dict[Account, str]:
        """Results of ``user_choice.chosen``, likewise."""
        return {}

    @functools.cached_property
    def accounts(self) -> t.Sequence[str]:
        """The uids of all mail accounts, of any type."""
        return [uid for uid in self if self.has_group(uid, MAIL_ACCOUNT)]

    def ids(self, account: str) -> SourceIds:
        """The uids of an account and of the sources it names."""
        identity = self.text(account, MAIL_ACCOUNT, "IdentityUid")
        if not self.has_group(identity, MAIL_IDENTITY):
            return SourceIds(account)
        transport = self.text(identity, MAIL_SUBMISSION, "TransportUid")
        return SourceIds(account, identity, transport if self.has_group(transport, MAIL_TRANSPORT) else "")

    def having(self, group: str, key: str, value: str) -> t.Sequence[str]:
        """The uids of the sources with a value, in any order. Letter case is ignored where it does not matter.

        Args:
            group: the key's group.
            key: an indexed key.
            value: not empty.
        """
        place = (group, key, _folded(group, key, value))
        found = self._uids.get(place, ())
        if self.is_first:
            return found
        # The index still has the values of earlier states.
        return [uid for uid in found if _place(self, uid, group, key) == place]

    def in_order(self, uids: t.Iterable[str]) -> t.Sequence[str]:
        """The given uids without duplicates, in the order of all sources."""
        found = dict.fromkeys(uids)
        return list(found) if len(found) < 2 else [uid for uid in self if uid in found]

    def accounts_of(self, identity: str) -> t.Sequence[str]:
        """The mail accounts that name an identity."""
        return self.having(MAIL_ACCOUNT, "IdentityUid", identity) if identity else ()

    def identities_of(self, transport: str) -> t.Sequence[str]:
        """The identities that name a transport."""
        return self.having(MAIL_SUBMISSION, "TransportUid", transport) if transport else ()

    def updated(self, changed: t.Mapping[str, GlibKeyFile], removed: t.Collection[str] = ()) -> Sources:
        """The sources with these changed or added, and without the removed uids."""
        after = super().updated(changed, removed)
        after.computer = self.computer
        if "folder_users" in self.__dict__:
            after.__dict__["folder_users"] = self.folder_users
        if "_uids" in self.__dict__:
            new = ((place, uid) for uid in changed for place in _places(after, uid))
            after.__dict__["_uids"] = extended(self._uids, new)
        return after

    @functools.cached_property
    def folder_users(self) -> t.Mapping[str, t.Sequence[tuple[str, str]]]:
        """The uid of an account to the sources that name one of its folders, each with the key.

        This describes the state that was read.
        """
        found: dict[str, list[tuple[str, str]]] = {}
        for uid, source in self.items():
            for (_group, key), value in source.values.items():
                if value.startswith(_FOLDER):
                    found.setdefault(value[len(_FOLDER) :].partition("/")[0], []).append((uid, key))
        return found

    @functools.cached_property
    def _uids(self) -> PersistentMap[_Place, tuple[str, ...]]:
        """The index."""
        return grouped((place, uid) for uid in self for place in _places(self, uid))


def _places(sources: Sources, uid: str) -> t.Sequence[_Place]:
    """The index entries of a source."""
    source = sources[uid]
    found: list[_Place] = []
    for group, key in _INDEXED:
        value = source.text(group, key) if (group, key) in source.values else None
        if value:
            found.append((group, key, _folded(group, key, value)))
    return found


def _place(sources: Sources, uid: str, group: str, key: str) -> _Place:
    return group, key, _folded(group, key, sources.text(uid, group, key))


def _folded(group: str, key: str, value: str) -> str:
    return value.lower() if (group, key) in _CASELESS else value
