# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine that all clients share: read, plan, show, write, verify."""

from __future__ import annotations

import dataclasses
import typing as t

from .._model.account import Account, State
from .._model.differences import Difference, as_spelled, differences
from .._model.errors import DependedOnError, HostError, MailError
from .._model.settings import Change
from .view import Obstacle, PasswordState, Status, TextDiff, View

if t.TYPE_CHECKING:
    from .change_log import ChangeLog
    from .client import Client

__all__ = ["Obstacle", "PasswordState", "Status", "TextDiff", "View"]  # re-exported for users of the engine

S = t.TypeVar("S")
T = t.TypeVar("T")
Unlisted = t.Callable[[S], t.Sequence[Account]]
"""Finds the accounts of a state to remove because they are not listed, each with ``state: absent``."""
_Numbered = t.Sequence[t.Tuple[int, Account]]


class ClientDefaults:
    """Defaults for most clients."""

    name: t.ClassVar[str]
    open_log: t.Callable[[], ChangeLog] | None = None
    log: ChangeLog | None = None

    @property
    def profile(self) -> str:
        """See ``Client``."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """See ``Client``."""
        return f"{self.name} profile {self.profile}"

    def ids(self, state: t.Any, account: Account) -> t.Mapping[str, str] | None:
        """See ``Client``."""
        del state, account
        return None

    @property
    def interrupted(self) -> bool:
        """See ``Client``."""
        return False

    def undisturbed(self, read: t.Callable[[], T]) -> T:
        """See ``Client``."""
        return read()

    def require_writable(self, before: t.Any, after: t.Any) -> None:
        """See ``Client``."""
        del before, after

    def obstacle(self, state: t.Any, account: Account) -> Obstacle | None:
        """See ``Client``."""
        del state, account
        return None

    def file_diffs(self, before: t.Any, after: t.Any) -> tuple[TextDiff, ...]:
        """See ``Client``."""
        del before, after
        return ()

    def renew_seal(self, state: t.Any) -> tuple[str, ...]:
        """See ``Client``."""
        del state
        return ()


@dataclasses.dataclass(frozen=True)
class Step(t.Generic[S]):
    """The change that one account needs.

    Attributes:
        account: the wanted account.
        before: the account before.
        after: the account after.
        changes: the changes between both.
        states: all of the client's settings before and after; None if nothing differs.
    """

    account: Account
    before: View
    after: View
    changes: tuple[Change, ...]
    states: tuple[S, S] | None = dataclasses.field(default=None, repr=False, compare=False)

    @property
    def status(self) -> Status:
        """What the step does to the account."""
        if self.after.account is None:
            # Leftovers of a deleted account may exist without it.
            left = self.account.state is State.ABSENT and self.changes
            return Status.REMOVED if left or self.before.account is not None else Status.ABSENT
        if self.before.account is None:
            return Status.CREATED
        if self.account.state is State.ABSENT and self.changes:
            return Status.REMOVED  # one of two such accounts stays because its user wants it
        return Status.UPDATED if self.changes else Status.UNCHANGED

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differs for the user or the server; empty for an account that is created or removed."""
        if self.before.account is None or self.account.state is State.ABSENT:
            return ()
        found = differences(self.account, self.before.account, self.before.outgoing_username)
        return tuple(difference for difference in found if difference.setting not in self.before.kept)

    @property
    def is_needed(self) -> bool:
        """Whether anything differs for the user: marking an account as ours does not justify a write."""
        if self.before.account is None or self.after.account is None or not self.changes:
            return bool(self.changes)
        return any(change.significant for change in self.changes) or bool(self.differences)


@dataclasses.dataclass(frozen=True)
class Outcome(t.Generic[S]):
    """What a run found and did.

    Attributes:
        steps: one per account, in the given order, then one per account that is removed because it is not listed.
        before: the stored state.
        after: the state now stored, or in check mode the state that would be.
        backups: copies of replaced files.
        interrupted: an earlier run was interrupted; its leftovers are cleaned up, or would be in check mode.
        sequence: the steps that change something, in the order in which they are done.
    """

    steps: tuple[Step[S], ...]
    before: S
    after: S
    backups: tuple[str, ...] = ()
    interrupted: bool = False
    sequence: tuple[Step[S], ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything differed."""
        return self.interrupted or any(step.changes for step in self.steps)


def plan(client: Client[S], accounts: t.Sequence[Account], unlisted: Unlisted[S] | None = None) -> Outcome[S]:
    """Plan a run; nothing is written.

    Raises:
        MailError: it cannot be done.
    """
    before = client.read()
    outcome = _plan(client, before, accounts, unlisted, keep=False)
    found = [tuple(step.before.ids.values()) for step in outcome.steps if step.before.account is not None]
    if len(found) != len(set(found)):
        # Two listed accounts share a login, and the second was found as the first, which is not marked yet.
        outcome = _plan(client, before, accounts, unlisted, keep=True)
    if outcome.changed:
        client.require_writable(before, outcome.after)
    return outcome


def _plan(
    client: Client[S], before: S, accounts: t.Sequence[Account], unlisted: Unlisted[S] | None, *, keep: bool
) -> Outcome[S]:
    planning = _Planning(client, before, keep=keep)
    waiting: _Numbered = tuple(enumerate(accounts))
    further: list[Step[S]] = []
    rest: list[Step[S]] = []
    passed: S | None = None
    while passed is not planning.state and (waiting or unlisted is not None):
        # Repeated after a removal: an account can exist twice, or can only be removed after another one.
        waiting, refusal = planning.listed(waiting)
        passed, rest = planning.state, []
        for account in () if unlisted is None else unlisted(passed):
            step = planning.step(account)
            (further if step.changes else rest).append(step)
        if refusal is not None and passed is planning.state:
            raise refusal
    steps = [planning.steps[number] for number in range(len(accounts))] + further
    done = {step.account for step in steps} if rest else ()
    rest = [step for step in rest if step.account not in done]
    return Outcome((*steps, *rest), before, planning.state, sequence=tuple(planning.sequence))


class _Planning(t.Generic[S]):
    """The plan of a run, account by account.

    Args:
        client: the client of one user.
        state: the stored state.
        keep: see ``_step``.

    Attributes:
        state: the state after the accounts so far.
        steps: the listed accounts so far, by their place in the list.
        sequence: the steps that change something, in the order in which they are done.
    """

    def __init__(self, client: Client[S], state: S, *, keep: bool) -> None:
        self._client = client
        self._keep = keep
        self.state = state
        self.steps: dict[int, Step[S]] = {}
        self.sequence: list[Step[S]] = []

    def step(self, account: Account) -> Step[S]:
        """Plan one account."""
        step, self.state = _step(self._client, self.state, account, keep=self._keep)
        if step.changes:
            self.sequence.append(step)
        return step

    def listed(self, accounts: _Numbered) -> tuple[_Numbered, DependedOnError | None]:
        """Plan listed accounts, in any order that works.

        Returns:
            The accounts that cannot be removed while others depend on them, and the first refusal.
        """
        passed: S | None = None
        refusal = None
        while accounts and passed is not self.state:
            passed, refusal, left = self.state, None, []
            for number, account in accounts:
                try:
                    self.steps[number] = self.step(account)
                except DependedOnError as error:
                    refusal = refusal or error
                    left.append((number, account))
            accounts = left
        return accounts, refusal


def _step(client: Client[S], state: S, account: Account, *, keep: bool) -> tuple[Step[S], S]:
    """The step for an account, and the state after it; ``keep`` includes changes that are only bookkeeping."""
    ids = client.ids(state, account)
    wanted = None if ids is None else _configured(client, state, account)
    if ids is not None and wanted is state:  # the usual case
        view = View(account, ids, outgoing_username=account.username)
        return Step(account, view, view, ()), state
    view = client.view(state, account)
    spelled = account if view.account is None else as_spelled(account, view.account)
    if wanted is None or spelled is not account:
        wanted = client.configure(state, spelled)
    if wanted is not state:
        changes = client.compare(state, wanted)
        changed: Step[S] = Step(account, view, client.view(wanted, account), changes, (state, wanted))
        if keep or changed.is_needed:
            return changed, wanted
    return Step(account, view, view, ()), state


def _configured(client: Client[S], state: S, account: Account) -> S | None:
    """The state to store if the client spells the account as wanted; None if it cannot be configured."""
    try:
        return client.configure(state, account)
    except MailError:  # another spelling may need no change
        return None


def preview(client: Client[S], accounts: t.Sequence[Account], unlisted: Unlisted[S] | None = None) -> Outcome[S]:
    """Plan a run while no other run of this collection writes; nothing is written."""
    outcome = client.undisturbed(lambda: plan(client, accounts, unlisted))
    return dataclasses.replace(outcome, interrupted=client.interrupted)


def reconcile(
    client: Client[S],
    accounts: t.Sequence[Account],
    begin: t.Callable[[], None] = lambda: None,
    unlisted: Unlisted[S] | None = None,
) -> Outcome[S]:
    """Bring the client's settings into line with the accounts, and verify the result.

    Args:
        client: the client of one user.
        accounts: the accounts of that user.
        begin: called before anything is changed.
        unlisted: finds further accounts to remove; None for none.

    Raises:
        ClientRunningError: something differs, and the client is in use.
        MailError: it cannot be done; nothing was changed, unless the error says so.
    """
    outcome = preview(client, accounts, unlisted)
    if not outcome.changed:
        return outcome
    interrupted = outcome.interrupted
    begin()
    with client.exclusive():
        # The first read may be stale: the client may have been open until now.
        outcome = plan(client, accounts, unlisted)
        backups: t.Sequence[str] = ()
        if outcome.changed:
            backups = write(client, outcome)
            prove(client, lambda: plan(client, accounts, unlisted), "written")
    return dataclasses.replace(outcome, backups=tuple(backups), interrupted=interrupted)


def write(client: Client[S], outcome: Outcome[S], undoes: str = "") -> t.Sequence[str]:
    """Store the planned state, log it, and return the backups; ``undoes`` is the run that it undoes."""
    if client.open_log is not None:
        client.log = client.open_log()
        client.log.steps = outcome.sequence or outcome.steps
        client.log.undoes = undoes
    return client.write(outcome.before, outcome.after)


def prove(client: Client[S], make_plan: t.Callable[[], Outcome[S]], done: str) -> None:
    """Verify that the stored settings read back as written.

    Args:
        client: the client of one user.
        make_plan: plans a further run.
        done: what was done to the settings, for the messages.

    Raises:
        HostError: a further run would change something, or cannot be planned.
    """
    try:
        proven = not make_plan().changed
    except MailError as error:
        raise HostError(
            client.title,
            f"the settings were {done} and cannot be read back: {str(error).rstrip('.')}",
            "run again",
            changed=True,
        ) from error
    if not proven:
        raise HostError(
            client.title,
            f"the settings were {done} and do not read back as written",
            "check whether something else changes these files at the same time, then run again",
            changed=True,
        )
