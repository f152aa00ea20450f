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
    """One mail client of one user on one host. ``S`` is all that it has stored, immutable."""

    name: t.ClassVar[str]
    """What users call the client."""

    open_log: t.Callable[[], ChangeLog] | None
    """Opens the log that changes are noted in; None where they are not."""
    log: ChangeLog | None
    """The log of the change that ``write`` makes."""

    @property
    def profile(self) -> str:
        """Which of the client's profiles is configured: its folder, or whatever names it."""

    @property
    def title(self) -> str:
        """The client and its profile, as messages and diffs name it."""

    def read(self) -> S:
        """What is stored now."""

    def configure(self, before: S, account: Account) -> S:
        """What is to be stored, with everything that is not the account's kept: ``before`` itself for no change. Pure.

        The engine gives hosts and the address as the client spells them, where that makes no difference.

        Raises:
            MailError: it cannot be done; nothing has been changed.
        """

    def compare(self, before: S, after: S) -> tuple[Change, ...]:
        """What differs, passwords hidden. Mark what is no reason to write anything as not significant."""

    def view(self, state: S, account: Account) -> View:
        """The account as it stands."""

    def ids(self, state: S, account: Account) -> t.Mapping[str, str] | None:
        """The names of the account's parts, as in its view, if it is there and present, and its user has no say in it.

        None also where that is not known. Where ``configure`` then changes nothing, the account is as wanted to the
        letter, and nobody reads it back.
        """

    def undisturbed(self, read: t.Callable[[], T]) -> T:
        """What is read while no other run of this collection writes: see ``Files.undisturbed``."""

    @property
    def interrupted(self) -> bool:
        """Whether the last ``undisturbed`` found what an interrupted run left, which ``exclusive`` settles."""

    def require_writable(self, before: S, after: S) -> None:
        """See that a change of the state could be stored; check mode promises nothing else. Changes nothing.

        Raises:
            HostError: it could not.
        """

    def exclusive(self) -> t.ContextManager[None]:
        """Keeps the client and other runs from using or changing its settings, and settles what such a run left.

        Raises:
            ClientRunningError: the client does so now.
            AnotherRunError: another run does, and did not end in time.
        """

    def write(self, before: S, after: S) -> t.Sequence[str]:
        """Store it, all or nothing.

        Returns:
            The backups made.
        """

    def running(self) -> bool:
        """Whether the user has the client open now, so that nothing can be written."""

    def warnings(self, state: S, account: Account) -> tuple[str, ...]:
        """What the admin should know about an account beside what is done for it."""

    def result_details(self, state: S, account: Account) -> t.Mapping[str, str]:
        """What the account's result has beside what all clients return."""

    def obstacle(self, state: S, account: Account) -> Obstacle | None:
        """What keeps the client from doing what was asked."""

    def file_diffs(self, before: S, after: S) -> tuple[TextDiff, ...]:
        """Diffs of files beside that of the accounts."""

    def renew_seal(self, state: S) -> tuple[str, ...]:
        """Write the seal of the password store where that is all there is to write: it is no setting, and no change.

        Returns:
            Warnings.
        """

    def account(self, wanted: Account) -> StoredAccount | None:
        """The account as it stands now; None where it is not there. Nothing is changed, and the client may be open.

        Raises:
            MailError: the client's files cannot be read.
        """

    def absence(self, wanted: Account) -> str:
        """How an account that is not there is missing, a clause whose subject is the client."""
