# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses entries of one list that contradict each other."""

from __future__ import annotations

import typing as t

from .._model.account import Account, Protocol, State
from .._model.errors import OptionError


class ListEntry(t.Protocol):
    """An entry of a list: a ``Request``."""

    @property
    def account(self) -> Account:
        """The account."""

    @property
    def home(self) -> str | None:
        """The option ``home``."""

    @property
    def profile(self) -> str | None:
        """The option ``profile``."""


def refuse_conflicts(found: t.Sequence[ListEntry]) -> None:
    """Refuse the first conflict between accounts of a task.

    Raises:
        OptionError: the message names the entries.
    """
    _refuse_contradictions(found)
    _refuse_both_ways(found)


def _refuse_both_ways(found: t.Sequence[ListEntry]) -> None:
    """Refuse an entry with a POP3 account that another entry replaces: the result would depend on the order."""

    def place(request: ListEntry) -> tuple[object, ...]:
        return (request.account.user, request.home, request.profile, request.account.email.lower())

    replaced = {place(request): index for index, request in enumerate(found) if request.account.migrate_from}
    for index, request in enumerate(found):
        if request.account.protocol is Protocol.POP3 and place(request) in replaced:
            raise OptionError(
                f"accounts[{index}]",
                f"accounts[{replaced[place(request)]}] replaces {request.account} (migrate)",
                "keep one of the two",
            )


def _refuse_contradictions(found: t.Sequence[ListEntry]) -> None:
    seen: dict[tuple[object, ...], int] = {}
    for index, request in enumerate(found):
        account, place = request.account, (request.account.user, request.home, request.profile)
        key: tuple[object, ...] = (*place, account.email.lower(), account.protocol)
        if key in seen:
            raise OptionError(
                f"accounts[{index}]", f"{account} is in the list twice", f"keep one of [{seen[key]}], [{index}]"
            )
        seen[key] = index
        if account.default and account.state is State.PRESENT:
            key = (*place, "default")
            if key in seen:
                raise OptionError(
                    f"accounts[{index}].default",
                    f"accounts[{seen[key]}] of the same user is already the default",
                    "set default for one of them",
                )
            seen[key] = index
