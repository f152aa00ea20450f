# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entries of ``mail_accounts`` for all accounts of a host's users.

An entry applies to all clients of its user, and a list has one entry for an address and protocol of a user, and one
default account. Each account that is found in a client has an entry of its own (``inventory_entry``). These are joined
here.
"""

from __future__ import annotations

import typing as t

# With another value, the account would be another one. Each client keeps its own value of any other option that the
# entry omits.
_NEEDED = ("email", "provider", "incoming", "outgoing", "allow_plaintext", "username")

Entry = t.Mapping[str, t.Any]


class Candidate(t.NamedTuple):
    """An account that an entry can express.

    Attributes:
        client: the name of the client that has it.
        entry: its entry.
    """

    client: str
    entry: Entry


class InventoryList(t.NamedTuple):
    """A valid list of entries, which changes none of the accounts.

    Attributes:
        entries: the entries of ``mail_accounts``.
        obstacles: by the number of an account that is not listed, the reason, a clause.
    """

    entries: t.Sequence[dict[str, t.Any]]
    obstacles: t.Mapping[int, str]


def joined(candidates: t.Mapping[int, Candidate]) -> InventoryList:
    """The entries for accounts of all users and clients, by number, in the order of the list."""
    same: dict[tuple[str, ...], list[int]] = {}
    for number, one in candidates.items():
        key = (one.entry["user"], one.entry["email"].lower(), one.entry.get("protocol", ""))
        same.setdefault(key, []).append(number)
    entries, obstacles = [], {}
    for numbers in same.values():
        members = [candidates[number] for number in numbers]
        obstacle = _obstacle(members)
        if obstacle:
            obstacles.update(dict.fromkeys(numbers, obstacle))
        else:
            entries.append(_common([one.entry for one in members]))
    return InventoryList(_with_one_default(entries), obstacles)


def _obstacle(members: t.Sequence[Candidate]) -> str:
    """Why these accounts of the same address and protocol cannot have one entry; empty if they can."""
    clients = list(dict.fromkeys(one.client for one in members))
    if len(clients) < len(members):
        return "the user has another account with this address and protocol"
    first = members[0].entry
    others = [name for name in _NEEDED if any(one.entry.get(name) != first.get(name) for one in members)]
    return f"{' and '.join(clients)} have different values of {', '.join(others)}" if others else ""


def _common(entries: t.Sequence[Entry]) -> dict[str, t.Any]:
    """The options that have the same value in all entries."""
    first, *others = entries
    return {name: value for name, value in first.items() if all(one.get(name) == value for one in others)}


def _with_one_default(entries: t.Sequence[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """The entries; if a user's clients have different default accounts, none is the default."""
    defaults = [entry["user"] for entry in entries if entry.get("default")]
    return [
        {name: value for name, value in entry.items() if name != "default" or defaults.count(entry["user"]) == 1}
        for entry in entries
    ]
