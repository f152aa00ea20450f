# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run reports of an account: its settings in a client, its status and its password."""

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
    """What a run did with the password of an account, or would do in check mode."""

    STORED = "stored"
    """The client will sign in with it."""
    KEPT = "kept"
    """The client has another password, which was to be kept."""
    NOT_STORED = "not stored"
    """The client cannot store one now, and will ask the user."""


class View(t.NamedTuple):
    """An account stored in a client, for users and for results.

    Attributes:
        account: the client's settings; None if the account is not there.
        ids: the client's names for its parts.
        details: further lines to show, name to value, such as the folder for sent mail.
        profile: the client's profile that contains the account; None for ``Client.profile``.
        outgoing_username: the login for sending; empty if the client does not sign in.
        kept: the user's own settings, which stay, by their names in ``Difference``.
        replaces: accounts of the other protocol that this account will replace.
    """

    account: Account | None
    ids: t.Mapping[str, str] = {}
    details: t.Mapping[str, str] = {}
    profile: str | None = None
    outgoing_username: str = ""
    kept: frozenset[str] = frozenset()
    replaces: tuple[Account, ...] = ()


class Obstacle(t.NamedTuple):
    """Why a client did less for an account than asked, although nothing failed.

    Attributes:
        status: SKIPPED, or FAILED if the task must fail.
        reason: the reason and the remedy, as sentences.
    """

    status: Status
    reason: str


class TextDiff(t.NamedTuple):
    """Two texts to show as one diff, under one header."""

    header: str
    before: str
    after: str
