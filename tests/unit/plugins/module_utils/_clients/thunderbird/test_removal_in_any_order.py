# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several accounts that one run removes, and what they shared: SMTP servers, passwords and an inbox."""

from __future__ import annotations

import itertools
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, Status, preview, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.lookup import find
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.mapping import names
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._model.settings import Settings
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import (
    EMAIL,
    account,
    statuses,
)

from .test_identities_and_folders import Prefs, by_hand, client, identity, profile, server, smtp, stored

pytestmark = pytest.mark.one_in(3)

ANNA = "anna@charter.net"
CARLO = "carlo@charter.net"
OUTGOING = "smtp://smtp.charter.net"


def one_more(number: int, email: str, smtp_server: str, **of_server: t.Any) -> Prefs:
    """An account beside that of ``by_hand``, which is to be listed."""
    return {
        **server(number, login=email, **of_server),
        **identity(number, email, smtp_server),
        f"mail.account.account{number}.identities": f"id{number}",
    }


def listed(*numbers: int, **more: t.Any) -> Prefs:
    return {"mail.accountmanager.accounts": ",".join(f"account{number}" for number in numbers), **more}


def run(home: pathlib.Path, accounts: t.Sequence[Account]) -> Outcome[t.Any]:
    """A run that check mode foresees, and that nothing is left to do after."""
    foreseen = preview(client(home), accounts)
    outcome = reconcile(client(home), accounts)
    assert [step.changes for step in foreseen.steps] == [step.changes for step in outcome.steps]
    again = reconcile(client(home), accounts)
    assert not again.changed
    return outcome


def told(home: pathlib.Path, outcome: Outcome[t.Any]) -> str:
    return " ".join(client(home).warnings(outcome.after, outcome.steps[0].account))


def passwords(home: pathlib.Path) -> set[tuple[str, str]]:
    """The logins of the provider that have a password."""
    store = client(home).read().passwords
    logins = itertools.product((OUTGOING, "imap://imap.charter.net"), (EMAIL, ANNA, CARLO))
    return {(origin, login) for origin, login in logins if store.stored(origin, login) is not None}


def with_shared_server(home: pathlib.Path, **more: t.Any) -> Settings:
    """The account with its passwords, and others that send by its SMTP server."""
    profile(home, by_hand())
    reconcile(client(home), [account(password="hunter2")])
    assert passwords(home) == {(OUTGOING, EMAIL), ("imap://imap.charter.net", EMAIL)}
    others = {**one_more(2, ANNA, "smtp1"), **one_more(3, CARLO, "")}
    profile(home, {**stored(home), **others, **listed(1, 2), **more})
    return stored(home)


def removals(*emails: str, **options: t.Any) -> list[Account]:
    return [account(email=email, state="absent", **options) for email in emails]


@pytest.mark.parametrize("order", [*itertools.permutations([EMAIL, ANNA])])
def test_an_smtp_server_goes_with_the_last_account_that_sends_by_it(
    tmp_path: pathlib.Path, order: tuple[str, ...]
) -> None:
    with_shared_server(tmp_path)
    outcome = run(tmp_path, removals(*order))
    assert statuses(outcome) == [Status.REMOVED, Status.REMOVED]
    assert not [key for key in stored(tmp_path) if key.startswith(("mail.smtp", "mail.server.server1."))]
    assert passwords(tmp_path) == set()
    assert told(tmp_path, outcome) == ""


@pytest.mark.parametrize("order", [*itertools.permutations([EMAIL, ANNA, CARLO])])
def test_one_that_sends_by_the_default_server_counts_too(tmp_path: pathlib.Path, order: tuple[str, ...]) -> None:
    with_shared_server(tmp_path, **listed(1, 2, 3))
    run(tmp_path, removals(*order))
    assert not [key for key in stored(tmp_path) if key.startswith("mail.smtp")]
    assert passwords(tmp_path) == set()


@pytest.mark.parametrize("order", [*itertools.permutations([EMAIL, ANNA])])
def test_the_server_stays_as_long_as_anyone_sends_by_default(tmp_path: pathlib.Path, order: tuple[str, ...]) -> None:
    before = with_shared_server(tmp_path, **listed(1, 2, 3))
    outcome = run(tmp_path, removals(*order))
    after = stored(tmp_path)
    kept = {key: value for key, value in before.items() if key.startswith("mail.smtp") or "3." in key}
    assert {key: after[key] for key in kept} == kept
    assert passwords(tmp_path) == {(OUTGOING, EMAIL)}
    assert f"its SMTP server smtp.charter.net is kept, because {CARLO} sends through it" in " ".join(
        client(tmp_path).warnings(outcome.after, account(state="absent"))
    )


@pytest.mark.parametrize("order", [*itertools.permutations([EMAIL, ANNA])])
def test_a_server_that_was_made_for_neither_stays(tmp_path: pathlib.Path, order: tuple[str, ...]) -> None:
    relay = smtp(1, "relay.example", "relay")
    with_shared_server(tmp_path, **relay)
    run(tmp_path, removals(*order))
    after = stored(tmp_path)
    assert {key: after.get(key) for key in relay} == relay
    assert after["mail.smtpservers"] == "smtp1"


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("names_it", [False, True])
def test_the_server_goes_where_the_other_account_gets_one_of_its_own(
    tmp_path: pathlib.Path, names_it: bool, reverse: bool
) -> None:
    with_shared_server(tmp_path, **identity(2, ANNA, "smtp1" if names_it else ""))
    wanted = [account(state="absent"), account(email=ANNA, password="geheim")]
    run(tmp_path, wanted[::-1] if reverse else wanted)
    after = stored(tmp_path)
    (own,) = names(after, "mail.smtpservers")
    assert (after["mail.identity.id2.smtpServer"], after[f"mail.smtpserver.{own}.username"]) == (own, ANNA)
    assert passwords(tmp_path) == {(OUTGOING, ANNA), ("imap://imap.charter.net", ANNA)}


def test_the_passwords_of_each_smtp_server_that_goes_are_deleted(tmp_path: pathlib.Path) -> None:
    own = {**identity(4, EMAIL, "smtp4"), **smtp(4, "smtp.old.example")}
    lists = {"mail.smtpservers": "smtp1,smtp4", "mail.account.account1.identities": "id1,id4"}
    with_shared_server(tmp_path, **own, **listed(1), **lists)
    store = client(tmp_path).read()
    added = store.passwords.with_login("smtp://smtp.old.example", EMAIL, Secret("old"))
    client(tmp_path).write(store, store._replace(new_passwords=added))
    run(tmp_path, removals(EMAIL))
    assert "mail.smtpservers" not in stored(tmp_path)
    assert client(tmp_path).read().passwords.stored("smtp://smtp.old.example", EMAIL) is None


def with_global_inbox(home: pathlib.Path, **more: t.Any) -> pathlib.Path:
    """The account, one whose mail goes to its inbox, and one whose mail goes to the inbox of that one's."""
    prefs = {**by_hand(type="pop3", **{"directory-rel": "[ProfD]Mail/pop.charter.net"})}
    for number, email in ((2, ANNA), (3, CARLO)):
        place = {"directory-rel": f"[ProfD]Mail/pop-{number}", "deferred_to_account": f"account{number - 1}"}
        prefs.update(one_more(number, email, "smtp1", type="pop3", **place))
    inbox = profile(home, {**prefs, **listed(1, 2, 3), **more}) / "Mail/pop.charter.net"
    inbox.mkdir(parents=True)
    (inbox / "Inbox").write_text("mail")
    return inbox


@pytest.mark.parametrize("order", [*itertools.permutations([EMAIL, ANNA, CARLO])])
def test_an_account_goes_after_those_whose_mail_is_in_its_inbox(tmp_path: pathlib.Path, order: tuple[str, ...]) -> None:
    inbox = with_global_inbox(tmp_path)
    outcome = run(tmp_path, removals(*order, protocol="pop3", purge=True))
    assert [step.account.email for step in outcome.steps] == [*order]
    assert [step.account.email for step in outcome.sequence] == [CARLO, ANNA, EMAIL]
    assert statuses(outcome) == [Status.REMOVED] * 3
    assert (stored(tmp_path), inbox.exists()) == ({}, False)


@pytest.mark.parametrize("order", [*itertools.permutations([EMAIL, ANNA])])
def test_an_account_stays_where_mail_in_its_inbox_does(tmp_path: pathlib.Path, order: tuple[str, ...]) -> None:
    with_global_inbox(tmp_path)
    before = stored(tmp_path)
    others = {EMAIL: ANNA, ANNA: CARLO}
    for more in ([], [account(email="d@e.example")]):
        expected = f"the account '{others[order[0]]}' keeps its mail in the folders of {order[0]}"
        with pytest.raises(OptionError, match=expected):
            reconcile(client(tmp_path), [*removals(*order, protocol="pop3"), *more])
        assert stored(tmp_path) == before


@pytest.mark.parametrize("order", [*itertools.permutations([EMAIL, ANNA])])
def test_an_inbox_with_mail_of_one_that_is_not_purged_stays(tmp_path: pathlib.Path, order: tuple[str, ...]) -> None:
    inbox = with_global_inbox(tmp_path, **listed(1, 2))
    both = [account(email=email, protocol="pop3", state="absent", purge=email == EMAIL) for email in order]
    outcome = run(tmp_path, both)
    assert (inbox / "Inbox").exists()
    assert f"its mail on this host is not deleted, because the mail of {ANNA} is in it" in told(tmp_path, outcome)


def test_an_account_goes_after_one_that_is_not_listed(tmp_path: pathlib.Path) -> None:
    with_global_inbox(tmp_path, **listed(1, 2))
    kept = [account(email=CARLO), *removals(EMAIL, protocol="pop3")]
    gone = removals(ANNA, protocol="pop3")
    outcome = reconcile(client(tmp_path), kept, unlisted=lambda state: gone if find(state.settings, gone[0]) else [])
    assert statuses(outcome) == [Status.CREATED, Status.REMOVED, Status.REMOVED]
