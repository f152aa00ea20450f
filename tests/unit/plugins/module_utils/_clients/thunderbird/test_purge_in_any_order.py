# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several accounts that one run removes, and mail on this host that they shared."""

from __future__ import annotations

import itertools
import pathlib
import tempfile
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.mapping import names
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.tests.unit.amount import examples
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import (
    EMAIL,
    account,
    statuses,
)

from .test_identities_and_folders import Prefs, by_hand, client, profile, server, smtp, stored
from .test_removal_in_any_order import ANNA, CARLO, listed, one_more, removals, run, told

pytestmark = pytest.mark.one_in(3)

POP3 = {"type": "pop3", "directory-rel": "[ProfD]Mail/pop.charter.net"}
SHARED = {"directory-rel": "[ProfD]ImapMail/imap.charter.net"}
ROOT = f"mailbox://{EMAIL.replace('@', '%40')}@pop.charter.net"


def with_mail(home: pathlib.Path, own: Prefs, other: Prefs, **more: t.Any) -> pathlib.Path:
    """The account, with mail in a folder, and another one."""
    host = "pop.charter.net" if own.get("type") == "pop3" else "imap.charter.net"
    account_here = {**by_hand(), **server(1, host, **own), **one_more(2, ANNA, "smtp1", **other)}
    folder = profile(home, {**account_here, **listed(1, 2), **more}) / str(own["directory-rel"])[len("[ProfD]") :]
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/Saved").write_text("mail")
    return folder


def pair(first: Prefs, second: Prefs, *, reverse: bool) -> list[Account]:
    """The account and the other one, to be removed, in one of two orders."""
    both = [*removals(EMAIL, **first), *removals(ANNA, **second)]
    return both[::-1] if reverse else both


PURGED: Prefs = {"purge": True}


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("other", [SHARED, {"directory-rel": "[ProfD]ImapMail/link"}, {"directory": "SUB"}])
@pytest.mark.parametrize("purged", [False, True])
def test_mail_that_only_removed_accounts_used_is_purged(
    tmp_path: pathlib.Path, other: Prefs, purged: bool, reverse: bool
) -> None:
    profile_path = tmp_path / ".thunderbird/p.default"
    named = {key: value.replace("SUB", f"{profile_path}/ImapMail/imap.charter.net/sub") for key, value in other.items()}
    folder = with_mail(tmp_path, SHARED, named)
    (folder.parent / "link").symlink_to(folder)
    outcome = run(tmp_path, pair(PURGED, PURGED if purged else {}, reverse=reverse))
    assert statuses(outcome) == [Status.REMOVED, Status.REMOVED]
    # That of the other one is not deleted where that was not asked for, and where it is not known to be its alone.
    deleted = purged and other is SHARED
    assert folder.exists() is not deleted
    assert (
        "its mail on this host is not deleted, because another account uses" in told(tmp_path, outcome)
    ) is not deleted
    assert deleted is (told(tmp_path, outcome) == "")


@pytest.mark.parametrize("reverse", [False, True])
def test_mail_of_an_account_that_stays_is_kept(tmp_path: pathlib.Path, reverse: bool) -> None:
    third = one_more(3, CARLO, "smtp1", **SHARED)
    folder = with_mail(tmp_path, SHARED, SHARED, **third, **listed(1, 2, 3))
    outcome = run(tmp_path, pair(PURGED, PURGED, reverse=reverse))
    assert (folder / "sub/Saved").exists()
    for removed in (EMAIL, ANNA):
        kept = f"{removed} (imap): its mail on this host is not deleted, because another account uses {folder}"
        assert kept in told(tmp_path, outcome)


KEPT_IN_IT: t.Mapping[str, Prefs] = {
    "sent mail": {"mail.identity.id2.fcc_folder": f"{ROOT}/Sent of Anna"},
    "junk": {"mail.server.server2.spamActionTargetAccount": ROOT},
    "a signature": {"mail.identity.id2.sig_file-rel": "[ProfD]Mail/pop.charter.net/signature.txt"},
    "filters": {},
}


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kind", KEPT_IN_IT)
@pytest.mark.parametrize("second", ["purged", "removed", "stays"])
def test_mail_by_pop3_goes_with_the_accounts_that_put_mail_there(
    tmp_path: pathlib.Path, kind: str, second: str, reverse: bool
) -> None:
    other = {"directory-rel": "[ProfD]ImapMail/imap.charter.net"}
    folder = with_mail(tmp_path, POP3, other, **KEPT_IN_IT[kind])
    theirs = folder.parents[1] / "ImapMail/imap.charter.net"
    theirs.mkdir(parents=True)
    if kind == "filters":
        text = f'name="a"\naction="Move to folder"\nactionValue="{ROOT}/Work"\n'
        (theirs / "msgFilterRules.dat").write_text(text)
    own = {"protocol": "pop3", **PURGED}
    accounts = pair(own, PURGED if second == "purged" else {}, reverse=reverse)
    outcome = run(tmp_path, [one for one in accounts if second != "stays" or one.email == EMAIL])
    assert folder.exists() is (second != "purged")
    assert theirs.exists() is (second != "purged")
    assert ("its mail on this host is not deleted" in told(tmp_path, outcome)) is (second != "purged")


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("stays", [False, True])
def test_folders_that_only_a_removed_account_names_are_not_told(
    tmp_path: pathlib.Path, stays: bool, reverse: bool
) -> None:
    root = f"imap://{EMAIL.replace('@', '%40')}@imap.charter.net"
    key = "mail.identity.id2.fcc_folder"
    with_mail(tmp_path, SHARED, {}, **{key: f"{root}/Sent"})
    accounts = pair({}, {}, reverse=reverse)
    outcome = run(tmp_path, [one for one in accounts if not stays or one.email == EMAIL])
    assert (f"its folders are still named in {key}" in told(tmp_path, outcome)) is stays


class Setup(t.NamedTuple):
    """One account of a profile, and what becomes of it."""

    smtp: str
    folder: str
    sent: str
    becomes: str


SETUPS = st.builds(
    Setup,
    st.sampled_from(["smtp1", "smtp2", "smtp3", "smtp9", ""]),
    st.sampled_from(["", "a", "a/sub", "b", "link"]),
    st.sampled_from(["", *(f"imap://{email.replace('@', '%40')}@imap.charter.net/Sent" for email in (EMAIL, ANNA))]),
    st.sampled_from(["stays", "removed", "purged", "purged"]),
)
EMAILS = (EMAIL, ANNA, CARLO)


def made(home: pathlib.Path, setups: t.Sequence[Setup], default: str) -> None:
    prefs: Prefs = {
        "mail.smtpservers": "smtp1,smtp2,smtp3",
        **({"mail.smtp.defaultserver": default} if default else {}),
    }
    for number, (email, setup) in enumerate(zip(EMAILS, setups), start=1):
        place = {"directory-rel": f"[ProfD]ImapMail/{setup.folder}"} if setup.folder else {}
        prefs.update({**one_more(number, email, setup.smtp, **place), **smtp(number, login=email)})
        prefs.update({f"mail.identity.id{number}.fcc_folder": setup.sent} if setup.sent else {})
    folder = profile(home, {**prefs, **listed(1, 2, 3)}) / "ImapMail"
    for name in ("a/sub", "b"):
        (folder / name).mkdir(parents=True)
        (folder / name / "Saved").write_text("mail")
    (folder / "link").symlink_to("a")


def tree(home: pathlib.Path) -> t.Sequence[str]:
    folder = home / ".thunderbird/p.default/ImapMail"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(SETUPS, min_size=3, max_size=3), st.sampled_from(["", "smtp1", "smtp3", "smtp9"]))
def test_the_order_of_removals_makes_no_difference(setups: list[Setup], default: str) -> None:
    removed = [
        account(email=email, state="absent", purge=setup.becomes == "purged")
        for email, setup in zip(EMAILS, setups)
        if setup.becomes != "stays"
    ]
    results = []
    for order in itertools.permutations(removed):
        with tempfile.TemporaryDirectory() as name:
            home = pathlib.Path(name)
            made(home, setups, default)
            before = stored(home)
            outcome = run(home, order) if order else None
            after = stored(home)
            told_of = {} if outcome is None else {one: client(home).warnings(outcome.after, one) for one in order}
            warnings = {warning.replace(name, "") for found in told_of.values() for warning in found}
            results.append((after, tree(home), warnings))
            for number, setup in enumerate(setups, start=1):
                own = {key: value for key, value in before.items() if f"{number}." in key and "smtp" not in key}
                if setup.becomes == "stays":
                    assert {key: after.get(key) for key in own} == own
                    assert (setup.smtp in names(after, "mail.smtpservers")) is (setup.smtp not in {"", "smtp9"})
                if setup.becomes != "purged" and setup.folder:
                    assert (home / ".thunderbird/p.default/ImapMail" / setup.folder / "").exists()
    assert all(result == results[0] for result in results)
