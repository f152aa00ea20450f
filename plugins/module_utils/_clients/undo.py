# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoes what a run changed, the same for every client: setting by setting, since clients rewrite their files.

A setting that still has the run's value gets its former value back. A setting changed since is left and reported. The
engine writes the result like any other change, with an entry in the change log.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._model.account import Account, State
from .._model.errors import OptionError
from .._model.settings import Change, Value, same
from .change_log_reader import PastAccount, PastChange, of_run
from .engine import Outcome, Status, Step, View, prove, write
from .lookup import marker

if t.TYPE_CHECKING:
    from .client import Client

S = t.TypeVar("S")


class LeftSetting(t.NamedTuple):
    """A setting changed since the run; None for "not set".

    Attributes:
        setting: its name in the client.
        ours: the run's value.
        stored: the value now.
    """

    setting: str
    ours: Value | None
    stored: Value | None


class Undone(t.NamedTuple):
    """A state of a client after an undo.

    Attributes:
        state: the next state; the given one if nothing differs.
        left: settings changed since.
        notices: what the administrator should know, as sentences.
        restored: other accounts that are restored along with it.
    """

    state: t.Any
    left: tuple[LeftSetting, ...] = ()
    notices: tuple[str, ...] = ()
    restored: tuple[Account, ...] = ()


class Undo(t.Protocol):
    """A client's way to undo changes. Pure."""

    def __call__(self, client: t.Any, state: t.Any, past: PastAccount, force: bool) -> Undone:
        """Undo the changes of an account, and those made along with it.

        Args:
            client: the client, opened.
            state: the state now.
            past: the changes.
            force: also undo settings changed since.
        """


@dataclasses.dataclass(frozen=True)
class Rollback(t.Generic[S]):
    """The result of a rollback in one client.

    Attributes:
        outcome: the outcome, as of any other run.
        left: settings changed since, which are left.
        notices: what the administrator should know, as sentences.
    """

    outcome: Outcome[S]
    left: tuple[LeftSetting, ...]
    notices: tuple[str, ...]


def plan(
    client: Client[S], entries: t.Sequence[PastChange], undo: Undo, emails: t.Collection[str], *, force: bool
) -> Rollback[S]:
    """Plan the undoing of entries; nothing is written.

    Args:
        client: the client, opened with the profile of the entries.
        entries: oldest first.
        undo: how the client undoes changes.
        emails: addresses of the accounts to undo; empty for all.
        force: also undo settings changed since.
    """
    before = state = client.read()
    steps: list[Step[S]] = []
    left: list[LeftSetting] = []
    notices: list[str] = []
    for past in reversed(of_run(entries, emails)):
        done = undo(client, state, past, force)
        changes = () if done.state is state else client.compare(state, done.state)
        left += done.left
        notices += (*done.notices, *_about_passwords(past, changed=bool(changes)))
        if changes:
            after = client.view(done.state, past.account)._replace(replaces=done.restored)
            views = client.view(state, past.account), after
            steps.append(Step(past.account, *views, changes, (state, done.state)))
            steps += (Step(one, View(None), client.view(done.state, one), ()) for one in done.restored)
            state = done.state
    if steps:
        client.require_writable(before, state)
    return Rollback(Outcome(tuple(steps), before, state), tuple(dict.fromkeys(left)), tuple(dict.fromkeys(notices)))


def merged(steps: t.Iterable[Step[S]]) -> list[Step[S]]:
    """One step per account, which may have been changed several times."""
    found: dict[str, Step[S]] = {}
    for step in steps:
        first = found.get(marker(step.account))
        found[marker(step.account)] = (
            step if first is None else Step(step.account, first.before, step.after, (*first.changes, *step.changes))
        )
    return list(found.values())


def roll_back(
    client: Client[S],
    make_plan: t.Callable[[], Rollback[S]],
    run: str,
    *,
    check_mode: bool,
    begin: t.Callable[[], None],
) -> Rollback[S]:
    """Roll back, and verify the result.

    Args:
        client: the client of one user.
        make_plan: see ``plan``.
        run: the id of the run to undo.
        check_mode: change nothing.
        begin: called before anything is changed.

    Raises:
        ClientRunningError: something differs, and the client is in use.
        MailError: it cannot be done; nothing was changed, unless the error says so.
    """
    done = client.undisturbed(make_plan)
    interrupted = client.interrupted
    if check_mode or not (done.outcome.changed or interrupted):
        return dataclasses.replace(done, outcome=dataclasses.replace(done.outcome, interrupted=interrupted))
    begin()
    with client.exclusive():
        done = make_plan()
        backups: t.Sequence[str] = ()
        if done.outcome.changed:
            backups = write(client, done.outcome, undoes=run)
            prove(client, lambda: make_plan().outcome, "restored")
    outcome = dataclasses.replace(done.outcome, backups=tuple(backups), interrupted=interrupted)
    return dataclasses.replace(done, outcome=outcome)


def former_values(
    past: PastAccount,
    changes: t.Iterable[Change],
    stored: t.Callable[[str], Value | None],
    *,
    force: bool,
    equal: t.Callable[[str, Value | None, Value | None], bool] = lambda key, one, other: same(one, other),
) -> tuple[dict[str, Value | None], list[LeftSetting]]:
    """The settings to put back with their former values (None: not set), and those that are left.

    Args:
        past: the changes of the account.
        changes: the changes to consider.
        stored: the value of a setting now.
        force: also put back settings changed since.
        equal: whether two values of a setting are equivalent.
    """
    values: dict[str, Value | None] = {}
    left = []
    for change in changes:
        now = stored(change.key)
        if equal(change.key, now, change.before) or past.is_undone(change.key, now):
            continue
        if force or equal(change.key, now, change.after):
            values[change.key] = change.before
        else:
            left.append(LeftSetting(change.key, change.after, now))
    return values, left


def touched(changes: t.Iterable[Change], stored: t.Callable[[str], Value | None]) -> list[LeftSetting]:
    """Settings changed since in an account that the run created. Clients drop values that equal their defaults."""
    found = []
    for change in changes:
        now = stored(change.key)
        if now is not None and change.after is not None and not same(now, change.after):
            found.append(LeftSetting(change.key, change.after, now))
    return found


def absent(past: PastAccount) -> Account:
    """The account marked for removal; its mail stays."""
    return dataclasses.replace(past.account, state=State.ABSENT)


def about_refused(past: PastAccount, error: OptionError) -> str:
    """The notice that an account stays because the client refuses to remove it or finds several."""
    return f"{past.account} is kept: {error}"


def about_changed(past: PastAccount) -> str:
    """The notice that an account stays because it was changed since the run."""
    return f"{past.account} is kept: the run created it, but it has been changed since then. Set force to remove it."


def about_another(past: PastAccount) -> str:
    """The notice that an account is not the one that the run changed."""
    return f"{past.account} is left as it is: it was removed and set up again since the run."


def about_twin(past: PastAccount) -> str:
    """The notice that an account stays although the POP3 account that it replaced is there again."""
    return f"{past.account} is kept: the POP3 account that it replaced has been set up again since then."


def about_removed(past: PastAccount) -> str:
    """The notice that the account that replaced a POP3 account is gone, with the identities of both."""
    return (
        f"{past.account} was removed after the run, with the identities of the POP3 account that it had replaced. "
        "To set that account up again, list the address with protocol: pop3."
    )


def about_local_folders(past: PastAccount) -> str:
    """The notice that the local folders of a replaced POP3 account are gone."""
    return (
        f"{past.account} is kept: the local folders of the POP3 account that it replaced have been removed since then."
    )


def about_restored(past: PastAccount) -> str:
    """The notice about a run that restored a POP3 account."""
    return (
        f"{past.account}: the run restored a POP3 account, which is not undone. To replace it again, list the "
        "IMAP account with migrate: true."
    )


def _about_passwords(past: PastAccount, *, changed: bool) -> t.Iterator[str]:
    """What cannot be restored, since the log has no passwords."""
    removed = past.status is Status.REMOVED
    moved = any(one.was and not one.is_ for one in past.passwords)
    for one in past.passwords:
        if one.was and one.is_:
            yield f"{past.account}: the run replaced the {one.name}. The former password is not known: set it again."
        elif one.was and removed and changed:
            yield f"{past.account}: the run removed the {one.name}. It is not known: the client will ask the user."
        elif one.is_ and not one.was and past.status is Status.UPDATED and not moved and changed:
            yield f"{past.account}: the {one.name} that the run stored is kept."
    if removed and past.purged and changed:
        yield f"{past.account}: the run deleted its mail on this host, which cannot be restored."
