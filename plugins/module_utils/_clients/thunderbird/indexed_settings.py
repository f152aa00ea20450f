# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preferences of one profile with an index of its accounts, and a draft for their next state.

The index is built on first use. A state derived from another takes over its index and adds the changes: n accounts cost
n changes to an index, not n indexes of up to n accounts.
"""

from __future__ import annotations

import functools
import itertools
import re
import typing as t

from ..._model.account import Account
from ..._model.numbers import INT32, number_in
from ..._model.persistent import PersistentMap, extended, grouped
from ..._model.settings import Settings, Value, same
from ..own_addresses import ANY_COMPUTER, ThisComputer
from .mapping import PrefIds, branch, names_in, text
from .name_list import NameList

ACCOUNTS = "mail.accountmanager.accounts"
SMTP_SERVERS = "mail.smtpservers"
LAST_KEY = "mail.account.lastKey"
# Thunderbird keeps preferences that it does not know, so the account is found even after it was renamed or moved.
MARKER = "charter_mail"
RETIRED = "charter_mail_retired"
"""Marks a server that was a POP3 account; the value is the address."""
DEFERRED = "deferred_to_account"
"""Names the account whose inbox a POP3 account uses."""

LARGEST_NUMBER = INT32  # the maximum of a preference, such as lastKey
_NUMBERED = re.compile(r"(account|server|id|smtp)([0-9]{1,10})")
_WITH_NAMES = ("mail.", "calendar.")  # calendars name an identity for invitations, which may no longer exist
_LONGEST_LIST = 10_000  # maximum length in characters of a value that is searched for numbered names

# What is looked up by value: attributes of an account, a server, an identity or an SMTP server.
_INDEXED: t.Mapping[str, t.Sequence[str]] = {
    "account": ("server", "identities"),
    "server": (MARKER, RETIRED, "userName", DEFERRED),
    "identity": ("useremail", "smtpServer"),
    "smtpserver": ("username",),
}
_CASELESS = frozenset({RETIRED, "userName", "username", "useremail"})
_MAY_BE_EMPTY = frozenset({"userName", "username", "smtpServer"})

WITH_FOLDERS = ("mail.identity.", "mail.server.")
"""Prefixes of the preferences of parts that can have mail put into folders."""
FOLDERS = frozenset(
    {
        "fcc_folder",
        "draft_folder",
        "stationery_folder",
        "archive_folder",
        "spamActionTargetAccount",
        "spamActionTargetFolder",
    }
)

_Key = t.Tuple[str, str, str]  # kind, attribute, value
_Owner = t.Tuple[str, str]  # kind, name


class IndexedSettings(PersistentMap[str, Value]):
    """Preferences, name to value; immutable.

    Args:
        settings: the first state.
        computer: the computer on which Thunderbird runs.
    """

    def __init__(self, settings: Settings, computer: ThisComputer = ANY_COMPUTER) -> None:
        super().__init__(settings)
        self.computer = computer

    @classmethod
    def of(cls, settings: Settings) -> IndexedSettings:
        """The indexed preferences; the given object if it is indexed already."""
        return settings if isinstance(settings, cls) else cls(settings)

    def list_of(self, key: str) -> NameList:
        """The value of a preference that is a list."""
        if key not in self._lists:
            self._lists[key] = NameList.parse(text(self, key))
        return self._lists[key]

    def owners(self, kind: str, attribute: str, value: str) -> t.Sequence[str]:
        """The accounts, servers, identities or SMTP servers with a value; letter case is ignored where possible.

        Args:
            kind: account, server, identity or smtpserver. Finds servers and identities of listed accounts, and accounts
                and SMTP servers in their lists; the result may contain others.
            attribute: an indexed one.
            value: the value, or a name in the list; empty only for a login or an SMTP server.
        """
        key = (kind, attribute, value.lower() if attribute in _CASELESS else value)
        found = self._owners.get(key, ())
        if self.is_first:
            return found
        # The index still contains values of earlier states.
        return [name for name in found if key in self._keys(kind, name, attribute)]

    def accounts_with(self, attribute: str, name: str) -> t.Sequence[str]:
        """The listed accounts that have a server or an identity, in the order of the list."""
        places = self.list_of(ACCOUNTS).positions
        found = [key for key in self.owners("account", attribute, name) if key in places]
        return found if len(found) < 2 else sorted(found, key=places.__getitem__)

    def below(self, kind: str, name: str) -> t.Sequence[str]:
        """All preferences of an account, a server, an identity or an SMTP server."""
        prefix = branch(kind, name)
        if "." in name:
            return [key for key in self if key.startswith(prefix)]
        return [key for key in self._below.get(prefix, ()) if key in self]

    @functools.cached_property
    def found(self) -> dict[Account, PrefIds | None]:
        """Cached results of ``lookup.find`` in this state, which is called several times per account."""
        return {}

    @functools.cached_property
    def chosen(self) -> dict[Account, str]:
        """Cached results of ``user_choice.chosen``."""
        return {}

    @functools.cached_property
    def lost(self) -> t.Sequence[str]:
        """The identities of accounts whose SMTP server is not in the list, and some that were so in an earlier state.

        No change to an account adds one.
        """
        listed = self.list_of(SMTP_SERVERS).positions
        identities = (
            name
            for account in self.list_of(ACCOUNTS).names
            for name in names_in(text(self, branch("account", account) + "identities"))
        )
        named = ((name, text(self, branch("identity", name) + "smtpServer")) for name in identities)
        return tuple(dict.fromkeys(name for name, smtp in named if smtp and smtp not in listed))

    @functools.cached_property
    def folder_users(self) -> t.Mapping[str, t.Sequence[str]]:
        """The URI of a root folder to the preferences by which identities and servers use folders below it.

        It describes the state that was read.
        """
        found: dict[str, list[str]] = {}
        for key, value in self.flat().items():
            if key.rpartition(".")[2] in FOLDERS and key.startswith(WITH_FOLDERS) and isinstance(value, str):
                found.setdefault("/".join(value.split("/")[:3]), []).append(key)
        return found

    @functools.cached_property
    def highest(self) -> t.Mapping[str, int]:
        """The highest number in any name, list or value, per kind: account, server, id or smtp.

        Numbers beyond Thunderbird's 32 bits are ignored.
        """
        found = {"account": 0, "server": 0, "id": 0, "smtp": 0}
        last_key = self.get(LAST_KEY)
        if isinstance(last_key, int):
            found["account"] = max(last_key, 0)
        return _highest(found, _words(self.flat()))

    def free_number(self, kind: str) -> int:
        """One above the highest number of a kind; if that exceeds 32 bits, the lowest free number."""
        if self.highest[kind] < LARGEST_NUMBER:
            return self.highest[kind] + 1
        used = {number for one, number in _numbers(_words(self.flat())) if one == kind}
        return next(number for number in itertools.count(1) if number not in used)

    def updated(
        self, changed: Settings, removed: t.Collection[str] = (), lists: t.Mapping[str, NameList] | None = None
    ) -> IndexedSettings:
        """The next state, with some preferences changed and others removed.

        Args:
            changed: name to value.
            removed: names of preferences.
            lists: changed lists whose parsed content is known.
        """
        after = super().updated(changed, removed)
        after.computer = self.computer
        known_lists = lists or {}
        kept = {key: listed for key, listed in self._lists.items() if key not in changed and key not in removed}
        after.__dict__["_lists"] = {**kept, **known_lists}
        if "_owners" in self.__dict__:
            after.__dict__["_owners"] = extended(self._owners, after._entries(_owners_of(self, after, changed)))
        for name in ("lost", "folder_users"):
            if name in self.__dict__:
                after.__dict__[name] = self.__dict__[name]
        if "highest" in self.__dict__ and not removed:
            plain = {key: value for key, value in changed.items() if key not in known_lists}
            longer = (name for key, listed in known_lists.items() for name in _added(self.list_of(key), listed))
            after.__dict__["highest"] = _highest(self.highest, itertools.chain(_words(plain), longer))
        # The change log reads this index of every state: rebuilding it each time would take quadratic time.
        new = ((prefix, key) for key in changed if key not in self for prefix in _prefixes(key))
        after.__dict__["_below"] = extended(self._below, new)
        return after

    @functools.cached_property
    def _lists(self) -> dict[str, NameList]:
        return {}

    @functools.cached_property
    def _owners(self) -> PersistentMap[_Key, tuple[str, ...]]:
        listed = [("account", name) for name in self.list_of(ACCOUNTS).names]
        return grouped(self._entries([*listed, *(("smtpserver", name) for name in self.list_of(SMTP_SERVERS).names)]))

    @functools.cached_property
    def _below(self) -> PersistentMap[str, tuple[str, ...]]:
        return grouped((prefix, key) for key in self for prefix in _prefixes(key))

    def _entries(self, owners: t.Iterable[_Owner]) -> t.Iterator[tuple[_Key, str]]:
        """The index entries of some owners, and of the servers and identities of accounts among them."""
        for kind, name in owners:
            for attribute in _INDEXED[kind]:
                yield from ((key, name) for key in self._keys(kind, name, attribute))
            if kind == "account":
                prefix = branch(kind, name)
                server = text(self, prefix + "server")
                parts = [("server", server)] if server else []
                parts += [("identity", identity) for identity in names_in(text(self, prefix + "identities"))]
                yield from self._entries(parts)

    def _keys(self, kind: str, name: str, attribute: str) -> t.Sequence[_Key]:
        """The index keys of an attribute."""
        value = text(self, branch(kind, name) + attribute)
        if not value and attribute not in _MAY_BE_EMPTY:
            return ()
        if attribute == "identities":
            return [(kind, attribute, part) for part in names_in(value)]
        return ((kind, attribute, value.lower() if attribute in _CASELESS else value),)


class Draft(t.MutableMapping[str, Value]):
    """The next state of some preferences, mutable.

    Args:
        before: the current state.
    """

    def __init__(self, before: IndexedSettings) -> None:
        self.before = before
        self._changed: dict[str, Value] = {}
        self._removed: set[str] = set()
        self._lists: dict[str, NameList] = {}

    def finished(self) -> IndexedSettings:
        """The next state; ``before`` itself if nothing differs."""
        if not self._changed and not self._removed:
            return self.before
        lists = {key: listed for key, listed in self._lists.items() if key in self._changed}
        return self.before.updated(self._changed, self._removed, lists)

    def list_of(self, key: str) -> NameList:
        """The value of a preference that is a list."""
        if key in self._lists:
            return self._lists[key]
        if key in self._changed or key in self._removed:
            return NameList.parse(text(self, key))
        return self.before.list_of(key)

    def append(self, key: str, name: str) -> None:
        """Append a name to a list unless it contains the name."""
        listed = self.list_of(key)
        if name in listed.positions:
            return
        longer = listed.with_name(name)
        self[key] = f"{text(self, key)},{name}" if listed.names and listed.tidy else ",".join(longer.names)
        self._lists[key] = longer._replace(tidy=True)

    def count_account(self, name: str) -> None:
        """Raise lastKey, which only increases, to the number of a new account."""
        last_key, number = self.get(LAST_KEY), int(name[len("account") :])
        self[LAST_KEY] = max(number, last_key if isinstance(last_key, int) else 0)

    def __getitem__(self, key: str) -> Value:
        value: Value | None = self.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def get(self, key: str, default: t.Any = None) -> t.Any:
        if key in self._changed:
            return self._changed[key]
        return default if key in self._removed else self.before.get(key, default)

    def __setitem__(self, key: str, value: Value) -> None:
        self._lists.pop(key, None)
        self._removed.discard(key)
        if same(self.before.get(key), value):
            self._changed.pop(key, None)
        else:
            self._changed[key] = value

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        self._lists.pop(key, None)
        self._changed.pop(key, None)
        if key in self.before:
            self._removed.add(key)

    def __contains__(self, key: object) -> bool:
        return self.get(t.cast(str, key)) is not None

    def __iter__(self) -> t.Iterator[str]:
        yield from (key for key in self.before if key not in self._removed)
        yield from (key for key in self._changed if key not in self.before)

    def __len__(self) -> int:
        return sum(1 for _key in self)


def _owners_of(before: IndexedSettings, after: IndexedSettings, changed: Settings) -> t.Collection[_Owner]:
    """The owners of changed preferences, and the accounts that are new in the list."""
    found: dict[_Owner, None] = {}
    for key in changed:
        kind, name, attribute = _parts(key)
        if attribute in _INDEXED.get(kind, ()):
            found[kind, name] = None
    for kind, key in (("account", ACCOUNTS), ("smtpserver", SMTP_SERVERS)):
        if key in changed:
            found.update({(kind, name): None for name in _added(before.list_of(key), after.list_of(key))})
    return found


def _parts(key: str) -> tuple[str, str, str]:
    """The kind, name and attribute of a preference such as mail.server.server1.port; empty for others."""
    start, _dot, rest = key.partition(".")
    kind, _dot, rest = rest.partition(".")
    name, _dot, attribute = rest.rpartition(".")
    return (kind, name, attribute) if start == "mail" else ("", "", "")


def _prefixes(key: str) -> t.Sequence[str]:
    parts = key.split(".", 3)
    return (".".join((*parts[:3], "")),) if len(parts) == 4 and parts[0] == "mail" and parts[1] in _INDEXED else ()


def _added(before: NameList, after: NameList) -> t.Sequence[str]:
    """The names that the earlier list does not have."""
    count = len(before.names)
    if after.names[:count] == before.names:  # the usual case
        return after.names[count:]
    old = frozenset(before.names)
    return [name for name in after.names if name not in old]


def _words(settings: Settings) -> t.Iterator[str]:
    """The words that may be numbered names, in names, values and lists."""
    for key, value in settings.items():
        if key.startswith(_WITH_NAMES):
            yield from key.split(".")
            if isinstance(value, str) and len(value) < _LONGEST_LIST:
                yield from map(str.strip, value.split(","))


def _highest(before: t.Mapping[str, int], words: t.Iterable[str]) -> t.Mapping[str, int]:
    found = dict(before)
    for kind, number in _numbers(words):
        found[kind] = max(found[kind], number)
    return found


def _numbers(words: t.Iterable[str]) -> t.Iterator[tuple[str, int]]:
    for word in words:
        match = _NUMBERED.fullmatch(word)
        if match is not None:
            number = number_in(match.group(2), LARGEST_NUMBER)
            if number is not None:
                yield match.group(1), number
