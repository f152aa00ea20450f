# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preferences as Thunderbird sees them: prefs.js is one of several sources.

A site's default applies if prefs.js has no value, and Thunderbird does not store a value that equals it. An override
applies whatever prefs.js has: user.js is copied into prefs.js at each start, and a locked preference hides its value.
"""

from __future__ import annotations

import typing as t

from ..._model.account import Account, State
from ..._model.errors import HostError
from ..._model.settings import Settings, Value, changes, same
from . import lookup
from .indexed_settings import ACCOUNTS, LAST_KEY, MARKER, SMTP_SERVERS, IndexedSettings
from .mapping import branch, names

# Written as a side effect, or meant to be extended: the profile's value may override the site's.
_EXTENDED = frozenset({ACCOUNTS, SMTP_SERVERS, LAST_KEY})
_LISTS = frozenset({ACCOUNTS, SMTP_SERVERS})
_APPENDED = "mail.accountmanager.appendaccounts"
_VERSION, _USUAL_VERSION = "mailnews.append_preconfig_accounts.version", 1  # the default in mailnews.js
_MEANT_BY_DEFAULT = frozenset({lookup.DEFAULT_ACCOUNT, lookup.DEFAULT_SMTP})


class Given(t.NamedTuple):
    """A preference from a file other than prefs.js.

    Attributes:
        value: None if the file clears the user's value.
        path: the file's path.
        line: the line, from 1; None if not known.
        locked: the user cannot change it.
    """

    value: Value | None
    path: str
    line: int | None = None
    locked: bool = False

    @property
    def place(self) -> str:
        """File and line, for messages."""
        return self.path if self.line is None else f"{self.path}, line {self.line}"


class PreferenceSources(t.NamedTuple):
    """The sources besides prefs.js; on most hosts all are empty.

    Attributes:
        defaults: name to the value that applies if prefs.js has none.
        overrides: name to the value that always applies.
        computed: files that are programs, which are known only in part.
        open: name to the place where such a program may set it.
    """

    defaults: t.Mapping[str, Given] = {}
    overrides: t.Mapping[str, Given] = {}
    computed: t.Sequence[str] = ()
    open: t.Mapping[str, Given] = {}

    def __bool__(self) -> bool:
        return bool(self.defaults or self.overrides)

    def seen(self, stored: Settings) -> Settings:
        """The preferences as Thunderbird sees them; ``stored`` itself if there is no other source.

        Args:
            stored: the content of prefs.js.
        """
        if not self:
            return stored
        found = {**self._default_values(), **stored}
        for name, given in self.defaults.items():
            if given.value is not None and type(found[name]) is not type(given.value):
                found[name] = given.value  # a preference has the type of its default; values of other types are ignored
        for name, given in self.overrides.items():
            if given.value is not None:
                found[name] = given.value
            elif name in self.defaults:
                found[name] = t.cast(Value, self.defaults[name].value)
            else:
                found.pop(name, None)
        return self._with_appended(found)

    def as_stored(self, stored: Settings, wanted: Settings) -> Settings:
        """The content of prefs.js for which Thunderbird sees the wanted preferences.

        Args:
            stored: the content of prefs.js.
            wanted: the result of ``seen`` for it, changed.
        """
        if not self:
            return wanted
        after = dict(stored)
        for change in changes(self.seen(stored), wanted):
            default = self.defaults.get(change.key)
            if change.after is None or (default is not None and same(default.value, change.after)):
                after.pop(change.key, None)
            else:
                after[change.key] = change.after
        return after

    def with_site_choice(self, before: Settings, after: Settings) -> Settings:
        """The preferences after a removal, with the site's default in place of a removed default of the user."""
        found = {}
        for name, listed in ((lookup.DEFAULT_ACCOUNT, ACCOUNTS), (lookup.DEFAULT_SMTP, SMTP_SERVERS)):
            default = self.defaults.get(name)
            if default is None or same(before.get(name), after.get(name)):
                continue
            if isinstance(default.value, str) and default.value in names(after, listed):
                found[name] = default.value
        return IndexedSettings.of(after).updated(found) if found else after

    def without_vain_choice(self, before: Settings, after: Settings, account: Account) -> Settings:
        """The preferences without a change of a default that an override sets, unless that is asked for.

        Args:
            before: as Thunderbird sees them; returned if nothing else differs.
            after: with an account configured or removed.
            account: the account.
        """
        names_of_choice = [name for name in _MEANT_BY_DEFAULT if name in self.overrides and not account.default]
        vain = [name for name in names_of_choice if not same(before.get(name), after.get(name))]
        if not vain:
            return after
        found = {name: before[name] for name in vain if name in before}
        kept = IndexedSettings.of(after).updated(found, [name for name in vain if name not in found])
        return kept if changes(before, kept) else before

    def refuse_what_would_not_last(self, stored: Settings, wanted: Settings, account: Account) -> None:
        """Check that what is written for an account will last.

        Args:
            stored: the content of prefs.js.
            wanted: see ``as_stored``.
            account: the account to configure.

        Raises:
            HostError: another file overrides it, or a value of the site would have to be changed.
        """
        if not self:
            return
        lasting = self.seen(self.as_stored(stored, wanted))
        if account.state is State.ABSENT:
            self._refuse_if_still_there(lasting, account)
        for change in changes(self.seen(stored), wanted):
            if change.after is None or _is_minor(change.key, account):
                continue
            if change.key in _LISTS and change.key in self.open and change.key not in stored:
                raise _hiding(self.open[change.key], change.key, account)
            lasts = same(lasting.get(change.key), change.after)
            if not lasts and change.key in self.overrides:
                raise _overruled(self.overrides[change.key], change.key, change.after, account)
            given = self.defaults.get(change.key)
            shadows = change.key not in stored and not _may_be_extended(change.key)
            if given is not None and (shadows or not lasts):
                raise _shadowing(given, change.key, change.after, account)

    def _default_values(self) -> dict[str, Value]:
        return {name: given.value for name, given in self.defaults.items() if given.value is not None}

    def _with_appended(self, found: dict[str, Value]) -> dict[str, Value]:
        """With the accounts that the site makes Thunderbird append to the list at its next start.

        See nsMsgAccountManager::LoadAccounts: it appends until the user's version exceeds the site's. Seen with 153.
        """
        appended = names(found, _APPENDED)
        default = self.defaults[_VERSION].value if _VERSION in self.defaults else _USUAL_VERSION
        version = found.get(_VERSION, default)
        if appended and isinstance(version, int) and isinstance(default, int) and version <= default:
            listed = names(found, ACCOUNTS)
            new = [name for name in dict.fromkeys(appended) if name not in listed]
            if new:
                found[ACCOUNTS] = ",".join([*listed, *new])
        return found

    def _refuse_if_still_there(self, lasting: Settings, account: Account) -> None:
        ids = lookup.find(lasting, account)
        if ids is None:
            return
        for name in (branch("account", ids.account) + "server", branch("server", ids.server) + "hostname"):
            given = self.overrides.get(name) or self.defaults.get(name)
            if given is not None:
                raise HostError(
                    given.place,
                    f"{account} is set up by this file, which has {name}, and would be back at the next start",
                    "remove the account there and run again; nothing was changed",
                )


def _is_minor(name: str, account: Account) -> bool:
    """Whether the account is as wanted even without that preference."""
    return name == LAST_KEY or name.endswith(f".{MARKER}") or (name in _MEANT_BY_DEFAULT and not account.default)


def _may_be_extended(name: str) -> bool:
    return name in _EXTENDED or (name.startswith("mail.account.") and name.endswith(".identities"))


def _overruled(given: Given, name: str, wanted: Value, account: Account) -> HostError:
    state = f"locks {name}" if given.locked else f"sets {name}"
    if given.value is None:
        found = f"this file clears {name} at each start of Thunderbird"
    else:
        found = f"this file {state} to {_shown(given.value)} at each start of Thunderbird"
    return HostError(
        given.place,
        f"{found}, so {_shown(wanted)} for {account} would not last",
        "remove it from this file, or set the same value there, and run again; nothing was changed",
    )


def _shadowing(given: Given, name: str, wanted: Value, account: Account) -> HostError:
    return HostError(
        given.place,
        f"this file gives {name} the value {_shown(given.value)} for all users, but {account} needs {_shown(wanted)}",
        "change it there, or leave it to that file, and run again; nothing was changed",
    )


def _hiding(given: Given, name: str, account: Account) -> HostError:
    return HostError(
        given.place,
        f"this file is a program that sets {name}, and the value is not known: a list with {account} would hide it",
        "set the list there as plain text and unconditionally, and run again; nothing was changed",
    )


def _shown(value: Value | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, str) else str(value)
