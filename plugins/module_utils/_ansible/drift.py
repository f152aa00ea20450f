# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares users' accounts with the wanted ones, for the module or the action. Changes nothing.

The engine's plan shows what a run would change: there is no second comparison.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .._clients.engine import Status, Step, preview
from .._clients.listing import ClientAccount, Listing
from .._model.account import Account
from .._model.client_options import ClientOptions
from .._model.errors import MailError
from .._model.folders import Folders
from .._model.text import same_address
from .._providers.catalog import of_host
from . import unexpected_error
from .arguments import Request
from .client_choice import CHOICE_OPTIONS
from .run_client import UserAccounts

if t.TYPE_CHECKING:
    from .._clients.client import Client

_OF_CLIENT = ClientOptions._fields
IGNORED = tuple(
    sorted(
        (
            *("default", "full_name", "identities", "leave_on_server", "leave_on_server_days"),
            *("organization", "password", "reply_to", "signature", "folders", "settings", *_OF_CLIENT),
        )
    )
)
OPTIONS: t.Mapping[str, t.Any] = {
    **CHOICE_OPTIONS,
    "ignore": {"type": "list", "elements": "str", "choices": list(IGNORED), "default": []},
}


class Drift(enum.Enum):
    """The drift of an account."""

    NONE = "none"
    CHANGED = "changed"  # since this collection set it up
    NEVER_OURS = "never_ours"  # made by hand, with other settings
    MISSING = "missing"
    LEFT_ALONE = "left_alone"  # the user's choice; a run would also leave it
    NOT_REMOVED = "not_removed"
    STAGED = "staged"  # Outlook has not imported it yet
    EXTRA = "extra"  # not listed
    UNREADABLE = "unreadable"


_SENTENCES: t.Mapping[Drift, str] = {
    Drift.CHANGED: "differs from what was set up",
    Drift.NEVER_OURS: "was set up by somebody else, with other settings",
    Drift.MISSING: "is missing",
    Drift.NOT_REMOVED: "exists but should be removed",
    Drift.EXTRA: "is not in the list",
}


def without_ignored(request: Request, ignored: t.Collection[str]) -> Request:
    """The account without the options that must not be compared."""
    omitted = {"default": False, "identities": (), "folders": Folders(), "settings": ()}
    client = request.account.client._replace(**{name: None for name in _OF_CLIENT if name in ignored})
    bare: dict[str, t.Any] = {name: omitted.get(name) for name in ignored if name not in _OF_CLIENT}
    if "identities" in ignored:
        bare["default_identity"] = None
    return request._replace(account=dataclasses.replace(request.account, client=client, **bare))


class DriftResult:
    """Collects the drift of the accounts of all users and clients."""

    def __init__(self) -> None:
        self._accounts: list[tuple[int, dict[str, t.Any]]] = []

    def as_result(self) -> dict[str, t.Any]:
        """The task's result."""
        accounts = [entry for _number, entry in sorted(self._accounts, key=lambda one: one[0])]
        sentences = [entry["sentence"] for entry in accounts if entry["sentence"]]
        not_compared = [entry for entry in accounts if entry["drift"] == Drift.UNREADABLE.value]
        return {
            "changed": False,
            "drifted": len(sentences) > len(not_compared),  # unknown for the unreadable ones
            "not_compared": len(not_compared),
            "accounts": accounts,
            "msg": " ".join(sentences) or "No account has drifted.",
        }

    def add_user(
        self,
        client: str,
        user: UserAccounts,
        list_accounts: t.Callable[[t.Any], Listing],
        verdict: t.Callable[[Client[t.Any], Account], tuple[Drift, str] | None],
        trace: t.Callable[[str], None],
        fatal: tuple[type[Exception], ...] = (),
    ) -> None:
        """Compare a user's accounts with those of a client. A failure does not affect other users.

        Args:
            client: the client's name.
            user: the user with the accounts.
            list_accounts: lists every account of the opened client.
            verdict: the client's own drift of an account, with the reason; None to decide by the plan.
            trace: shows the trace of an unexpected error if requested.
            fatal: errors that end the task for all users, such as a lost connection to the host.
        """
        try:
            with user.open() as opened:
                self._compare(client, user, opened, list_accounts, verdict)
        except MailError as error:
            self._add_unreadable(client, user, str(error))
        except fatal:
            raise
        except Exception as error:  # noqa: BLE001 # it must not affect other users
            trace(f"{user.user}: {unexpected_error.trace(error)}")
            self._add_unreadable(client, user, unexpected_error.sentence(error))

    def _compare(
        self,
        client: str,
        user: UserAccounts,
        opened: Client[t.Any],
        list_accounts: t.Callable[[t.Any], Listing],
        verdict: t.Callable[[Client[t.Any], Account], tuple[Drift, str] | None],
    ) -> None:
        wanted = [request.account for _number, request in user.requests]
        outcome = preview(opened, wanted)
        listed = opened.undisturbed(lambda: list_accounts(opened)).accounts
        for (number, request), step in zip(user.requests, outcome.steps):
            own = verdict(opened, request.account)
            obstacle = opened.obstacle(outcome.after, request.account)
            if own is not None:
                drift, reason = own
            elif obstacle is not None and not step.changes:
                drift, reason = Drift.LEFT_ALONE, obstacle.reason
            else:
                drift, reason = _drift(step, listed), ""
            self._add(number, client, user.user, request.account, drift, reason, step)
        for found in listed:
            if _is_extra(found, wanted):
                self._add_entry(len(wanted), client, user.user, found.email, found.kind, Drift.EXTRA, "", [])

    def _add(
        self, number: int, client: str, user: str, account: Account, drift: Drift, reason: str, step: Step[t.Any] | None
    ) -> None:
        differences: list[dict[str, t.Any]] = []
        if step is not None and drift in {Drift.CHANGED, Drift.NEVER_OURS}:
            differences = [difference._asdict() for difference in step.differences]
            differences = differences or [
                {"setting": change.key, "wanted": change.after, "stored": change.before} for change in step.changes
            ]
        self._add_entry(number, client, user, account.email, account.protocol.value, drift, reason, differences)

    def _add_unreadable(self, client: str, user: UserAccounts, reason: str) -> None:
        for number, request in user.requests:
            self._add(number, client, user.user, request.account, Drift.UNREADABLE, reason, None)

    def _add_entry(
        self,
        number: int,
        client: str,
        user: str,
        email: str,
        protocol: str,
        drift: Drift,
        reason: str,
        differences: list[dict[str, t.Any]],
    ) -> None:
        sentence = ""
        what = f"could not be compared: {reason}" if drift is Drift.UNREADABLE else _SENTENCES.get(drift, "")
        if what:
            names = ", ".join(one["setting"] for one in differences)
            sentence = f"{user}, {client}: {email} ({protocol}) {what}".rstrip(".") + (f" ({names})." if names else ".")
        entry = {
            "client": client,
            "user": user,
            "email": email,
            "protocol": protocol,
            "drift": drift.value,
            "differences": differences,
            "reason": reason,
            "sentence": sentence,
        }
        self._accounts.append((number, entry))


def _drift(step: Step[t.Any], listed: t.Sequence[ClientAccount]) -> Drift:
    status = step.status
    if status is Status.CREATED:
        return Drift.MISSING
    if status is Status.REMOVED:
        return Drift.NOT_REMOVED
    if status is not Status.UPDATED:
        return Drift.NONE
    ours = any(found.managed and _is_same(found, step.account) for found in listed)
    return Drift.CHANGED if ours else Drift.NEVER_OURS


def _is_extra(found: ClientAccount, wanted: t.Iterable[Account]) -> bool:
    """Whether the list should contain an account: ours, or one of the provider's."""
    if any(_is_same(found, account) for account in wanted):
        return False
    return found.managed or (found.account is not None and of_host(found.account.incoming.host) is not None)


def _is_same(found: ClientAccount, account: Account) -> bool:
    if found.kind != account.protocol.value:
        return False
    return any(same_address(identity.email, account.email) for identity in found.identities) or (
        found.account is not None and found.account.username.lower() == account.username.lower()
    )
