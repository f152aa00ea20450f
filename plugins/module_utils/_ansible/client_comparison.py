# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between the options and an account of a mail client: which differences fail a verification.

A difference that a run would change is a failure. One that it would leave, such as a user's choice, is a warning.
"""

from __future__ import annotations

import typing as t

from .._clients.client_entry import ClientEntry
from .._clients.difference_text import change_text, difference_texts
from .._clients.stored_account import LeftAlone, StoredAccount
from .._model.account import Account
from .._model.differences import differences
from .._model.errors import MailError
from .._verify.findings.endpoint import Role
from .._verify.report import client_check_texts
from .._verify.report.check import AccountCheck

if t.TYPE_CHECKING:
    from .._clients.client import Client

DOING = {Role.INCOMING: "receiving", Role.OUTGOING: "sending"}


def refusal_of(client: Client[t.Any], wanted: Account) -> str:
    """Why a run would not configure the account in the client, as sentences; empty if it would."""
    try:
        client.undisturbed(lambda: client.configure(client.read(), wanted))
    except MailError as error:
        return str(error)
    return ""


def compared(entry: ClientEntry, wanted: Account, found: StoredAccount) -> tuple[list[str], list[str]]:
    """What a run would change, and the differences that it would leave."""
    left_alone = found.left_alone or LeftAlone("", frozenset())
    named = (*differences(wanted, found.account, found.outgoing.username), *found.sign_in)

    def texts(*, left: bool) -> list[str]:
        chosen = (difference for difference in named if left_alone.covers(difference) is left)
        return difference_texts(chosen, wanted, found.account, entry.title, found.security_names)

    stays = texts(left=True)
    if left_alone.settings is None:
        return [], stays
    clauses = texts(left=False)
    if not clauses:  # other settings follow from these, such as the URIs of folders
        clauses = [change_text(change, entry.title) for change in found.others]
    return clauses + _password_differences(entry, wanted, found), stays


def check_of(
    entry: ClientEntry,
    place: str,
    wanted: Account,
    found: StoredAccount,
    clauses: t.Sequence[str],
    left: t.Sequence[str],
    refusal: str,
) -> AccountCheck:
    """The result of a comparison.

    Args:
        entry: the client.
        place: where it has the account.
        wanted: the account of the options.
        found: the account of the client.
        clauses: what a run would change.
        left: the differences that it would leave.
        refusal: why it would not change them; usually empty.
    """
    note = "the tests ran with the password of the option"
    if wanted.password is None:
        note = f"the tests ran with what {entry.title} has stored"
    if found.locked:
        note = f"{note}; stored passwords cannot be read: {found.locked}"
    if clauses:
        note = f"{found.left_alone.reason}; {note}" if found.left_alone else note
        return client_check_texts.differs(entry.title, place, clauses, note, entry.module, refusal)
    if found.left_alone:
        return client_check_texts.left_alone(entry.title, place, found.left_alone.reason, left, note, entry.module)
    return client_check_texts.as_wanted(entry.title, place, note)


def _password_differences(entry: ClientEntry, wanted: Account, found: StoredAccount) -> list[str]:
    """Where the client would use another password than the one given."""
    if wanted.password is None or found.locked:
        return []
    clauses = []
    for role, stored in ((Role.INCOMING, found.incoming), (Role.OUTGOING, found.outgoing)):
        if stored.password is None:
            clauses.append(f"password for {DOING[role]}: not stored in {entry.title}")
        elif stored.password != wanted.password and wanted.replace_password:
            clauses.append(f"password for {DOING[role]}: another one is stored in {entry.title}")
    return clauses
