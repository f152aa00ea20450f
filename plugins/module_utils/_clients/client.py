# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail client as the engine sees it: the protocol that every client implements."""

from __future__ import annotations

import typing as t

from .._model.account import Account
from .._model.settings import Change
from .change_log import ChangeLog
from .stored_account import StoredAccount
from .view import Obstacle, TextDiff, View

S = t.TypeVar("S")
T = t.TypeVar("T")


class Client(t.Protocol[S]):
    """One mail client of one user on one host. ``S`` is its complete stored state, immutable."""

    name: t.ClassVar[str]
    """The client's name for users."""

    open_log: t.Callable[[], ChangeLog] | None
    """Opens the change log; None if changes are not logged."""
    log: ChangeLog | None
    """The log for the change that ``write`` makes."""

    @property
    def profile(self) -> str:
        """The profile to configure: its folder, or another name for it."""

    @property
    def title(self) -> str:
        """The name of client and profile in messages and diffs."""

    def read(self) -> S:
        """Read the stored state."""

    def configure(self, before: S, account: Account) -> S:
        """The state to store for an account; ``before`` itself if nothing changes. Everything else is kept. Pure.

        The engine passes hosts and the address in the client's spelling where only the spelling differs.

        Raises:
            MailError: it cannot be done; nothing was changed.
        """

    def compare(self, before: S, after: S) -> tuple[Change, ...]:
        """The differences, passwords hidden. Those that need no write are marked as not significant."""

    def view(self, state: S, account: Account) -> View:
        """The stored account."""

    def ids(self, state: S, account: Account) -> t.Mapping[str, str] | None:
        """The names of the account's parts, as in its view, if it is there, wanted, and free of user choices.

        None also if that is not known. If ``configure`` then changes nothing, the account is exactly as wanted and is
        not read back.
        """

    def undisturbed(self, read: t.Callable[[], T]) -> T:
        """Read while no other run of this collection writes: see ``Files.undisturbed``."""

    @property
    def interrupted(self) -> bool:
        """Whether the last ``undisturbed`` found leftovers of an interrupted run, which ``exclusive`` cleans up."""

    def require_writable(self, before: S, after: S) -> None:
        """Check that a change of the state can be stored, which check mode promises. Changes nothing.

        Raises:
            HostError: it cannot.
        """

    def exclusive(self) -> t.ContextManager[None]:
        """Keep the client and other runs from using or changing its settings, and clean up after an interrupted run.

        Raises:
            ClientRunningError: the client is using them.
            AnotherRunError: another run is using them and did not end in time.
        """

    def write(self, before: S, after: S) -> t.Sequence[str]:
        """Store the state, all or nothing.

        Returns:
            The backups made.
        """

    def running(self) -> bool:
        """Whether the user has the client open, so that nothing can be written."""

    def warnings(self, state: S, account: Account) -> tuple[str, ...]:
        """What the administrator should know about an account besides its changes."""

    def result_details(self, state: S, account: Account) -> t.Mapping[str, str]:
        """The details of the account's result that only this client returns."""

    def obstacle(self, state: S, account: Account) -> Obstacle | None:
        """The reason why the client does not do what was asked; None if there is none."""

    def file_diffs(self, before: S, after: S) -> tuple[TextDiff, ...]:
        """Diffs of files other than the accounts."""

    def renew_seal(self, state: S) -> tuple[str, ...]:
        """Write the seal of the password store if nothing else needs writing. This does not count as a change.

        Returns:
            Warnings.
        """

    def account(self, wanted: Account) -> StoredAccount | None:
        """The account as stored; None if it is not there. Changes nothing; the client may be open.

        Raises:
            MailError: the client's files cannot be read.
        """

    def absence(self, wanted: Account) -> str:
        """How the account is missing, a clause whose subject is the client."""
