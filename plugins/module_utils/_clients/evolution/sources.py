# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All sources of one user, and how they name each other.

One account is three sources: the account itself names its identity, and that its transport, which is the server for
sending (e-source-mail-account.c and the files beside it in evolution-data-server).
"""

from __future__ import annotations

import functools
import posixpath
import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._model.persistent import PersistentMap
from ..own_addresses import ANY_COMPUTER, ThisComputer

DATA_SOURCE = "Data Source"
MAIL_ACCOUNT = "Mail Account"
MAIL_IDENTITY = "Mail Identity"
MAIL_SUBMISSION = "Mail Submission"
MAIL_TRANSPORT = "Mail Transport"

SUFFIX = ".source"
"""Of the file of each."""

# A source of ours has here which account it is of. Evolution keeps groups that it does not know, so the account is
# found again whatever is renamed or moved. (A group named Autoconfig would not do: such files are deleted at the start
# of a session.)
MARKER_GROUP = "X-Charter-Mail"
MARKER_KEY = "Account"
AUTHENTICATION = "Authentication"

_FOLDER = "folder://"  # before the uid of an account and the path of a folder of it
_NONE = GlibKeyFile()
# What is looked up by its value.
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
    """The uids of one account's sources; empty where one is missing."""

    account: str = ""
    identity: str = ""
    transport: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """Those that there are, what is named before what names it: the order in which they are made and removed."""
        return tuple(uid for uid in (self.transport, self.identity, self.account) if uid)


class Sources(PersistentMap[str, GlibKeyFile]):
    """uid to source; immutable. A state that is made of another one takes its index over.

    Args:
        sources: the first state.
        computer: the one on which Evolution runs with them.
    """

    def __init__(self, sources: t.Mapping[str, GlibKeyFile], computer: ThisComputer = ANY_COMPUTER) -> None:
        super().__init__(sources)
        self.computer = computer

    def text(self, uid: str, group: str, key: str) -> str:
        """A value; empty where it, or the source, is not there."""
        return self.get(uid, _NONE).text(group, key) or ""

    def is_off(self, uid: str) -> bool:
        """Whether a source is switched off; GLib reads both words as false, also with blanks behind them."""
        return self.text(uid, DATA_SOURCE, "Enabled").rstrip(" \t\f") in {"false", "0"}

    def has_group(self, uid: str, group: str) -> bool:
        """Whether there is such a source, with such a group."""
        return group in self.get(uid, _NONE).groups

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

    def having(self, group: str, key: str, value: str) -> t.Sequence[str]:
        """The uids of the sources that have a value, letter case aside where it does not count, in any order.

        Args:
            group: of the key.
            key: one that is indexed.
            value: not empty.
        """
        place = (group, key, _folded(group, key, value))
        # What an earlier state had is still in the index.
        return [uid for uid in self._uids.get(place, ()) if _place(self, uid, group, key) == place]

    def in_order(self, uids: t.Iterable[str]) -> t.Sequence[str]:
        """Each of some uids once, in the order of all sources."""
        found = dict.fromkeys(uids)
        return list(found) if len(found) < 2 else [uid for uid in self if uid in found]

    def accounts_of(self, identity: str) -> t.Sequence[str]:
        """The mail accounts that name an identity."""
        return self.having(MAIL_ACCOUNT, "IdentityUid", identity) if identity else ()

    def identities_of(self, transport: str) -> t.Sequence[str]:
        """The identities that name a transport."""
        return self.having(MAIL_SUBMISSION, "TransportUid", transport) if transport else ()

    def updated(self, changed: t.Mapping[str, GlibKeyFile], removed: t.Collection[str] = ()) -> Sources:
        """With these sources, and without those uids."""
        after = super().updated(changed, removed)
        after.computer = self.computer
        if "folder_users" in self.__dict__:
            after.__dict__["folder_users"] = self.folder_users
        if "_uids" in self.__dict__:
            added: dict[_Place, tuple[str, ...]] = {}
            for uid in changed:
                for place in _places(after, uid):
                    there = self._uids.get(place, ())
                    if uid not in there:
                        added[place] = (*added.get(place, there), uid)
            after.__dict__["_uids"] = self._uids.updated(added)
        return after

    @functools.cached_property
    def folder_users(self) -> t.Mapping[str, t.Sequence[tuple[str, str]]]:
        """The uid of an account to the sources that name a folder of it, each with the key.

        It is that of the state that was read.
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
        found: dict[_Place, list[str]] = {}
        for uid in self:
            for place in _places(self, uid):
                found.setdefault(place, []).append(uid)
        return PersistentMap({place: tuple(uids) for place, uids in found.items()})


def _places(sources: Sources, uid: str) -> t.Sequence[_Place]:
    """Where the index has a source."""
    return [place for group, key in _INDEXED for place in [_place(sources, uid, group, key)] if place[2]]


def _place(sources: Sources, uid: str, group: str, key: str) -> _Place:
    return group, key, _folded(group, key, sources.text(uid, group, key))


def _folded(group: str, key: str, value: str) -> str:
    return value.lower() if (group, key) in _CASELESS else value
