# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoing what a run changed, the same for every client: by setting, since clients rewrite their files.

A setting that still has the value of the run gets its former one back. One that somebody has changed since is left and
named. The engine writes the result as any other change, with an entry in the log of changes.
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
    """A setting that somebody has changed since; None for "not set".

    Attributes:
        setting: its name in the client.
        ours: what the run set.
        stored: what it is now.
    """

    setting: str
    ours: Value | None
    stored: Value | None


class Undone(t.NamedTuple):
    """A state of a client with something undone.

    Attributes:
        state: the next state; the one before itself where nothing differs.
        left: what was changed since.
        notices: what the admin should know, sentences.
        restored: other accounts that come back with it.
    """

    state: t.Any
    left: tuple[LeftSetting, ...] = ()
    notices: tuple[str, ...] = ()
    restored: tuple[Account, ...] = ()


class Undo(t.Protocol):
    """How a client undoes what was changed. Pure."""

    def __call__(self, client: t.Any, state: t.Any, past: PastAccount, force: bool) -> Undone:
        """Undo what was changed of an account, or along with it.

        Args:
            client: opened.
            state: its state now.
            past: what was changed.
            force: undo also what was changed since.
        """


@dataclasses.dataclass(frozen=True)
class Rollback(t.Generic[S]):
    """What a rollback does in one client, or did.

    Attributes:
        outcome: as for any other run.
        left: what was changed since, and is left.
        notices: what the admin should know, sentences.
    """

    outcome: Outcome[S]
    left: tuple[LeftSetting, ...]
    notices: tuple[str, ...]


def plan(
    client: Client[S], entries: t.Sequence[PastChange], undo: Undo, emails: t.Collection[str], *, force: bool
) -> Rollback[S]:
    """What undoing these entries would change; nothing is written.

    Args:
        client: opened, with the profile of the entries.
        entries: the oldest first.
        undo: how.
        emails: the addresses whose accounts are undone; none means all.
        force: undo also what was changed since.
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
    """One step for each account, which may have been changed several times."""
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
    """Undo, and see that it is undone.

    Args:
        client: of one user.
        make_plan: see ``plan``.
        run: the id of the run that is undone.
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
            prove(client, lambda: make_plan().outcome, "put back")
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
    """Which settings get which former value (None: not set), and which are left.

    Args:
        past: what was changed.
        changes: those of them that are meant.
        stored: what a setting is now.
        force: also those that somebody has changed since.
        equal: whether two values of a setting mean the same.
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
    """What somebody has changed since in an account that a run made. Clients drop what equals their defaults."""
    found = []
    for change in changes:
        now = stored(change.key)
        if now is not None and change.after is not None and not same(now, change.after):
            found.append(LeftSetting(change.key, change.after, now))
    return found


def absent(past: PastAccount) -> Account:
    """The account as one that is to be removed; its mail stays."""
    return dataclasses.replace(past.account, state=State.ABSENT)


def about_refused(past: PastAccount, error: OptionError) -> str:
    """The notice about an account that stays, as the client refuses to remove it or knows several."""
    return f"{past.account} stays: {error}"


def about_changed(past: PastAccount) -> str:
    """What is said of an account that stays, as it is not any more what the run made."""
    return f"{past.account} stays: it was made by the run, and was changed since. With force, it is removed."


def about_another(past: PastAccount) -> str:
    """What is said of an account that is not the one that the run had to do with."""
    return f"{past.account} stays as it is: since that run, it was removed and set up again."


def about_twin(past: PastAccount) -> str:
    """What is said of an account beside which the POP3 account that it replaced is there again."""
    return f"{past.account} stays: the POP3 account that it replaced was set up again since."


def about_removed(past: PastAccount) -> str:
    """What is said where the account that replaced a POP3 account is gone, and with it the identities of both."""
    return (
        f"{past.account} was removed since, with the identities of the POP3 account that it had replaced. "
        "Set that up again: list the address with protocol: pop3."
    )


def about_local_folders(past: PastAccount) -> str:
    """What is said where the local folders of a POP3 account that was replaced are gone."""
    return f"{past.account} stays: the local folders of the POP3 account that it replaced were removed since."


def about_restored(past: PastAccount) -> str:
    """What is said of a run that has brought a POP3 account back."""
    return (
        f"{past.account}: the run brought a POP3 account back, and that is not undone. To replace it again, list the "
        "IMAP account with migrate: true."
    )


def _about_passwords(past: PastAccount, *, changed: bool) -> t.Iterator[str]:
    """What cannot be put back, since the log has no passwords."""
    removed = past.status is Status.REMOVED
    moved = any(one.was and not one.is_ for one in past.passwords)
    for one in past.passwords:
        if one.was and one.is_:
            yield f"{past.account}: the run replaced the {one.name}. The former one is not known: set it again."
        elif one.was and removed and changed:
            yield f"{past.account}: the run removed the {one.name}. It is not known: the client asks the user."
        elif one.is_ and not one.was and past.status is Status.UPDATED and not moved and changed:
            yield f"{past.account}: the {one.name} that the run stored stays."
    if removed and past.purged and changed:
        yield f"{past.account}: the run deleted its mail on this host, which is not brought back."
