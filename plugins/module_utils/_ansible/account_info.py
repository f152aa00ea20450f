# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a task that gathers users' accounts, for the module or the action."""

from __future__ import annotations

import typing as t

from .._clients.listing import ClientAccount, Listing
from .._model.errors import MailError
from .._model.folders import folder_text
from . import unexpected_error
from .client_registry import CLIENTS
from .inventory_entry import entry, not_expressed, server_options
from .inventory_list import Candidate, joined

OPTIONS: t.Mapping[str, t.Any] = {
    "users": {"type": "list", "elements": "str"},
    "clients": {"type": "list", "elements": "str", "choices": list(CLIENTS)},
}


class Gathered:
    """Collects the accounts of all users and clients."""

    def __init__(self) -> None:
        self._accounts: list[dict[str, t.Any]] = []
        self._candidates: dict[int, Candidate] = {}
        self._unreadable: list[dict[str, str]] = []

    def add(
        self,
        client: str,
        user: str,
        read: t.Callable[[], Listing],
        trace: t.Callable[[str], None],
        fatal: tuple[type[Exception], ...] = (),
    ) -> None:
        """Add a user's accounts in a client. A failure does not affect other users.

        Args:
            client: the client's name.
            user: the user's name as in an entry of ``mail_accounts``.
            read: lists the accounts; raises MailError.
            trace: shows the trace of an unexpected error if requested.
            fatal: errors that end the task for all users, such as a lost connection to the host.
        """
        try:
            found = read()
        except MailError as error:
            found = Listing(unreadable=(str(error),))
        except fatal:
            raise
        except Exception as error:  # noqa: BLE001 # it must not affect other users
            trace(f"{user}: {unexpected_error.trace(error)}")
            found = Listing(unreadable=(unexpected_error.sentence(error),))
        self._unreadable += [{"client": client, "user": user, "reason": reason} for reason in found.unreadable]
        for account in found.accounts:
            self._add(client, user, account)

    def add_unreadable(self, user: str, reason: str) -> None:
        """Add a user who does not exist on the host."""
        self._unreadable.append({"client": "", "user": user, "reason": reason})

    def as_result(self) -> dict[str, t.Any]:
        """The task's result."""
        entries, obstacles = joined(self._candidates)
        accounts = [
            {**account, "not_expressed": [*account["not_expressed"], *filter(None, [obstacles.get(number)])]}
            for number, account in enumerate(self._accounts)
        ]
        return {
            "changed": False,
            "accounts": accounts,
            "mail_accounts": entries,
            "unreadable": self._unreadable,
            "msg": f"Accounts: {len(accounts)}, of which {len(entries)} can be expressed as entries of mail_accounts.",
        }

    def _add(self, client: str, user: str, found: ClientAccount) -> None:
        reasons = not_expressed(found)
        self._accounts.append({**_shown(found), "client": client, "user": user, "not_expressed": reasons})
        if not reasons and found.account is not None:
            self._candidates[len(self._accounts) - 1] = Candidate(client, entry(found, found.account, user))


def _shown(found: ClientAccount) -> dict[str, t.Any]:
    account = found.account
    incoming, outgoing = found.authentication
    settings: dict[str, t.Any] = {}
    if account is not None:
        settings = {
            "incoming": server_options(account.incoming),
            "outgoing": server_options(account.outgoing),
            "username": account.username,
            "outgoing_username": found.outgoing_username,
            "default": account.default,
        }
        settings["folders"] = {kind: folder_text(kind, folder) for kind, folder in account.folders.given()}
        settings.update(account.client.given())
        if account.leave_on_server is not None:
            settings["leave_on_server"] = account.leave_on_server
            settings["leave_on_server_days"] = account.leave_on_server_days
    return {
        "email": found.email,
        "protocol": found.kind,
        "profile": found.profile,
        "managed": found.managed,
        "enabled": found.enabled,
        "kept_by": found.kept_by,
        "authentication": {"incoming": incoming, "outgoing": outgoing},
        "identities": [identity._asdict() for identity in found.identities],
        **settings,
    }
