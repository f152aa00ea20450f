# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run tells of an account: how it stands in a client, and what became of it and of its password."""

from __future__ import annotations

import enum
import typing as t

from .._model.account import Account


class Status(enum.Enum):
    """What a run did for an account, or would do in check mode."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    ABSENT = "absent"
    SKIPPED = "skipped"
    FAILED = "failed"


class PasswordState(enum.Enum):
    """What became of the password that was given for an account, or would in check mode."""

    STORED = "stored"
    """It is what the client will sign in with."""
    KEPT = "kept"
    """The client has another one, which was to be left."""
    NOT_STORED = "not stored"
    """The client cannot take one now, and will ask the user."""


class View(t.NamedTuple):
    """An account as it stands in a client, for users and for results.

    Attributes:
        account: what the client's settings say; None if the account is not there.
        ids: the client's own names for its parts.
        details: further lines worth showing, name to value, such as the folder for sent mail.
        profile: the client's profile that has the account; None for ``Client.profile``.
        outgoing_username: the login for sending; empty where the client does not sign in.
        kept: settings of the user's own that stay as they are, by their names in ``Difference``.
        replaces: accounts of the other protocol that are there as long as the account has not replaced them.
    """

    account: Account | None
    ids: t.Mapping[str, str] = {}
    details: t.Mapping[str, str] = {}
    profile: str | None = None
    outgoing_username: str = ""
    kept: frozenset[str] = frozenset()
    replaces: tuple[Account, ...] = ()


class Obstacle(t.NamedTuple):
    """Why a client did less for an account than was asked, although nothing went wrong.

    Attributes:
        status: SKIPPED, or FAILED if the task shall fail.
        reason: the reason and the remedy, as sentences.
    """

    status: Status
    reason: str


class TextDiff(t.NamedTuple):
    """Two texts to show as a diff, under one header."""

    header: str
    before: str
    after: str
