# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the change log that ``change_log`` writes. The user can write to it, so nothing in it is trusted."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .._model.account import Account
from .._model.settings import Change, Value, is_of_kind, same
from .account_json import account_in
from .change_log import FORMAT, VERSION
from .engine import Status

LAST = "last"
"""Instead of an id: the last run that changed something and was no rollback."""
NONE = "none"
"""Instead of an id: no run."""


class PastPassword(t.NamedTuple):
    """A changed password: its login, and whether there was one before and after."""

    name: str
    was: bool
    is_: bool


@dataclasses.dataclass(frozen=True)
class PastAccount:
    """A changed account.

    Attributes:
        account: as wanted in that run, without a password.
        status: created, updated or removed.
        parts: the client's names for its parts.
        passwords: the changed ones.
        purged: its mail on this host was deleted too.
        changes, created, removed, texts: see ``change_log.Noted``.
        hidden: changed settings that are not in ``changes`` because they may be secrets.
        first: settings that the run changed several times, with their values before the first change.
    """

    account: Account
    status: Status
    parts: tuple[str, ...]
    passwords: tuple[PastPassword, ...]
    purged: bool
    changes: tuple[Change, ...]
    created: tuple[str, ...]
    removed: tuple[str, ...]
    texts: t.Mapping[str, str]
    hidden: tuple[str, ...]
    first: t.Mapping[str, Value | None] = dataclasses.field(default_factory=dict)

    def is_undone(self, key: str, now: Value | None) -> bool:
        """Whether everything the run did to a setting is undone, so that no single step is left to undo."""
        return key in self.first and same(now, self.first[key])


@dataclasses.dataclass(frozen=True)
class PastChange:
    """An entry of the log.

    Attributes:
        run: the id of the run.
        undoes: the run that it undid; empty for none.
        profile: the profile with the settings.
        options: the options with which the client was opened.
        accounts: in the order of their changes.
        newer: written by a newer version of the collection, so that only the runs are known.
    """

    run: str
    undoes: str
    profile: str
    options: t.Mapping[str, str]
    accounts: tuple[PastAccount, ...]
    newer: bool = False

    def only(self, emails: t.Collection[str]) -> PastChange:
        """The entry reduced to some addresses; all of it if none are given."""
        if not emails:
            return self
        wanted = {email.lower() for email in emails}
        return dataclasses.replace(
            self, accounts=tuple(one for one in self.accounts if one.account.email.lower() in wanted)
        )


def of_run(entries: t.Sequence[PastChange], emails: t.Collection[str]) -> list[PastAccount]:
    """The accounts that a run changed, in that order, for some addresses, or for all if none are given.

    Args:
        entries: those of the run, oldest first.
        emails: the addresses.
    """
    accounts = [account for entry in entries for account in entry.only(emails).accounts]
    first: dict[str, Value | None] = {}
    again = set()
    for change in (change for account in accounts for change in account.changes):
        if change.key in first:
            again.add(change.key)
        first.setdefault(change.key, change.before)
    return [dataclasses.replace(account, first={key: first[key] for key in again}) for account in accounts]


def parsed(content: bytes) -> list[PastChange]:
    """All entries of a log, oldest first. Other lines are skipped."""
    found = []
    for line in content.splitlines():
        try:
            found.append(_parsed(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
    return found


def about_damage(content: bytes, found: t.Sequence[PastChange]) -> str:
    """The warning about damaged lines; empty if there are none."""
    more = len([line for line in content.splitlines() if line.strip()]) - len(found)
    return f"damaged lines of the log of changes, which are ignored: {more}" if more else ""


def last_run(entries: t.Iterable[PastChange]) -> str:
    """The last run that changed something and was no rollback; empty for none."""
    return max((entry.run for entry in entries if not entry.undoes), default="")


def runs(entries: t.Iterable[PastChange]) -> list[dict[str, str]]:
    """All runs, oldest first, each with the run that it undid; empty for none."""
    found = {entry.run: entry.undoes for entry in entries}
    return [{"run": run, "undoes": undoes} for run, undoes in sorted(found.items())]


def rollback_id(own: str, run: str) -> str:
    """The id of a rollback: that of the current run, unless it undoes this run's own changes."""
    return f"{own}-undo" if own == run else own


def _parsed(entry: t.Mapping[str, t.Any]) -> PastChange:
    if entry[FORMAT] != VERSION:
        if not is_of_kind(entry[FORMAT], int) or entry[FORMAT] < VERSION:
            raise ValueError("another version")
        return PastChange(_text(entry["run"]), _text(entry["undoes"]), "", {}, (), newer=True)
    return PastChange(
        run=_text(entry["run"]),
        undoes=_text(entry["undoes"]),
        profile=_text(entry["profile"]),
        options={_text(name): _text(value) for name, value in entry["options"].items()},
        accounts=tuple(map(_account, entry["accounts"])),
    )


def _account(stored: t.Mapping[str, t.Any]) -> PastAccount:
    return PastAccount(
        account=_checked(account_in(stored)),
        status=Status(stored["status"]),
        parts=_names(stored["parts"]),
        passwords=tuple(PastPassword(_text(name), was is True, is_ is True) for name, was, is_ in stored["passwords"]),
        purged=stored["purged"] is True,
        changes=tuple(Change(_text(key), _value(before), _value(after)) for key, before, after in stored["changes"]),
        created=_names(stored["created"]),
        removed=_names(stored["removed"]),
        texts=dict(zip(_names(stored["texts"]), map(_text, stored["texts"].values()))),
        hidden=tuple(map(_text, stored["hidden"])),
    )


def _checked(account: Account) -> Account:
    texts = (account.email, account.username, account.incoming.host, account.outgoing.host, account.full_name)
    numbers = (account.incoming.port, account.outgoing.port, account.leave_on_server_days)
    flags = (account.default, account.leave_on_server)
    for values, kind in ((texts, str), (numbers, int), (flags, bool)):
        if not all(value is None or is_of_kind(value, kind) for value in values):
            raise TypeError("not an account")
    if None in (*texts[:-1], *numbers[:-1], account.default):
        raise TypeError("not an account")
    return account


def _names(values: t.Iterable[t.Any]) -> tuple[str, ...]:
    """Names of parts of accounts; some of them are file names."""
    names = tuple(map(_text, values))
    if not all(name and not any(character in name for character in "/\0\n") for name in names):
        raise ValueError("not a name")
    return names


def _text(value: t.Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _value(value: t.Any) -> Value | None:
    if value is not None and not isinstance(value, (str, bool, int)):
        raise TypeError("not a value")
    return t.cast("Value | None", value)
