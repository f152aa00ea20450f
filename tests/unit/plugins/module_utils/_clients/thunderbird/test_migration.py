# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a POP3 account to the IMAP account of the same address in Thunderbird, on real files."""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.diff import before_and_after
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError
from ansible_collections.charter.mail.tests.unit.amount import sample
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import EMAIL, account

from .pop3_by_hand import FILTER, IMAP, LOCAL, ROOT, SEARCH, by_pop3, passwords, pop3, set_up, wanted
from .test_client import calls_until_death, client, push
from .test_identities_and_folders import OWN, identity, run, server, stored

pytestmark = pytest.mark.one_in(3)


def test_the_imap_account_takes_over_and_the_folders_become_local(tmp_path: pathlib.Path) -> None:
    folder = set_up(tmp_path, by_pop3())
    mail = {path: path.read_bytes() for path in (folder / "Mail").rglob("*") if path.is_file()}
    foreseen = plan(client(tmp_path), [wanted()])
    outcome, told = run(tmp_path, wanted())
    (step,) = outcome.steps
    assert (step.status, step.changes) == (Status.CREATED, foreseen.steps[0].changes)
    after = stored(tmp_path)
    assert after["mail.accountmanager.accounts"] == "account3,account1,account2"  # at its place
    assert after["mail.accountmanager.defaultaccount"] == "account3"
    assert after["mail.account.account3.identities"] == "id1"
    assert "mail.account.account1.identities" not in after
    imap = {key.rpartition(".")[2]: value for key, value in after.items() if key.startswith("mail.server.server3.")}
    expected = {"type": "imap", "hostname": "imap.charter.net", "port": 993, "userName": EMAIL, "name": "My mail"}
    assert {**imap, **expected} == imap
    local = {key.rpartition(".")[2]: value for key, value in after.items() if key.startswith("mail.server.server1.")}
    expected = {
        "type": "none",
        "hostname": "local-mail.pop.charter.net",
        "userName": EMAIL,
        "name": "My mail (POP3)",
        "directory-rel": "[ProfD]Mail/pop.charter.net",
    }
    assert {**local, **expected} == local
    # The identity is the same, and saves to the server; what the user had elsewhere stays there.
    assert after["mail.identity.id1.htmlSigText"] == "Mario Rossi"
    assert after["mail.identity.id1.fcc_folder"] == f"{IMAP}/Sent"
    assert after["mail.identity.id1.draft_folder"] == f"{IMAP}/Drafts"
    assert after["mail.identity.id1.archive_folder"] == "mailbox://nobody@Local%20Folders/Archives"
    # What names the folders follows them.
    assert after["mail.server.server2.spamActionTargetFolder"] == f"{LOCAL}/Junk"
    assert (folder / "virtualFolders.dat").read_text() == SEARCH.replace(ROOT, LOCAL)
    rules = folder / "Mail/pop.charter.net/msgFilterRules.dat"
    assert rules.read_text() == FILTER.replace(ROOT, LOCAL)
    assert "message filters" in told
    mail[rules] = rules.read_bytes()
    assert {path: path.read_bytes() for path in mail} == mail  # no mail was touched


def test_the_preview_shows_both(tmp_path: pathlib.Path) -> None:
    set_up(tmp_path, by_pop3())
    before, after = before_and_after(plan(client(tmp_path), [wanted()]).steps)
    assert f"{EMAIL}:\n  protocol: pop3\n  incoming: pop.charter.net, port 995, ssl\n" in before
    assert f"{EMAIL}:\n  protocol: imap\n  incoming: imap.charter.net, port 993, ssl\n" in after
    assert "protocol: pop3" not in after
    assert "  local folders: My mail (POP3)\n" in after


def test_an_account_without_mail_leaves_no_folders(tmp_path: pathlib.Path) -> None:
    """One that this collection made for a user who has not started Thunderbird yet."""
    push(tmp_path, account(protocol="pop3", full_name="Mario Rossi"))
    outcome = push(tmp_path, wanted())
    text = next(tmp_path.rglob("prefs.js")).read_text()
    assert "pop" not in text
    assert "mailbox://" not in text
    assert '"Mario Rossi"' in text
    assert [step.status for step in outcome.steps] == [Status.CREATED]
    assert not push(tmp_path, wanted()).changed


def test_signatures_and_further_identities_go_along(tmp_path: pathlib.Path) -> None:
    senders: dict[str, t.Any] = {
        "signature": {"text": "Mario Rossi\nRossi & Sons"},
        "identities": [{"address": "info@rossi.example", "signature": {"text": "Rossi"}}],
    }
    push(tmp_path, account(protocol="pop3", **senders))
    push(tmp_path, wanted())
    assert [step.status for step in push(tmp_path, wanted(**senders)).steps] == [Status.UNCHANGED]
    assert [step.status for step in push(tmp_path, account(**senders)).steps] == [Status.UNCHANGED]


def test_an_imap_account_that_is_there_is_kept(tmp_path: pathlib.Path) -> None:
    set_up(
        tmp_path,
        {
            **by_pop3(),
            **server(3, "imap.charter.net"),
            **identity(3, EMAIL, "smtp1"),
            **identity(4, OWN, "smtp1"),
            "mail.account.account1.identities": "id1,id4",
            "mail.account.account3.identities": "id3",
            "mail.accountmanager.accounts": "account1,account2,account3",
        },
    )
    outcome, _told = run(tmp_path, wanted())
    assert outcome.steps[0].status is Status.UPDATED
    after = stored(tmp_path)
    assert after["mail.accountmanager.accounts"] == "account1,account2,account3"
    assert after["mail.account.account3.identities"] == "id3,id4"
    assert after["mail.server.server1.type"] == "none"
    assert not any(key.startswith("mail.identity.id1.") for key in after)


def test_a_global_inbox_of_others_stays_one(tmp_path: pathlib.Path) -> None:
    """Another account keeps its mail in the folders of the POP3 account, which are as good when they are local."""
    other = pop3(3, "pop.provider.example", "me", deferred_to_account="account1")
    set_up(tmp_path, {**by_pop3(), **other, "mail.accountmanager.accounts": "account1,account2,account3"})
    run(tmp_path, wanted())
    assert stored(tmp_path)["mail.server.server3.deferred_to_account"] == "account1"


def test_others_have_their_inbox_where_it_was(tmp_path: pathlib.Path) -> None:
    """Without mail, too. If the POP3 account had its own elsewhere, theirs was there."""
    other = pop3(3, "pop.provider.example", "me", deferred_to_account="account1")
    three = {**other, "mail.accountmanager.accounts": "account1,account2,account3"}
    set_up(tmp_path / "own", {**by_pop3(), **three}, ())
    run(tmp_path / "own", wanted())
    after = stored(tmp_path / "own")
    assert after["mail.server.server3.deferred_to_account"] == "account1"
    assert after["mail.server.server1.type"] == "none"
    set_up(tmp_path / "elsewhere", {**by_pop3(deferred_to_account="account2"), **three}, ())
    run(tmp_path / "elsewhere", wanted())
    after = stored(tmp_path / "elsewhere")
    assert after["mail.server.server3.deferred_to_account"] == "account2"
    assert "mail.server.server1.type" not in after


@pytest.mark.parametrize("deferred", [True, False])
@pytest.mark.parametrize("mail", [True, False])
def test_an_account_leaves_what_is_its_own(tmp_path: pathlib.Path, mail: bool, deferred: bool) -> None:
    folder = set_up(tmp_path, by_pop3(**({"deferred_to_account": "account2"} if deferred else {})))
    for name in ("Inbox", "Bills") if not mail else ("Bills",):
        (folder / "Mail/pop.charter.net" / name).write_text("")
    run(tmp_path, wanted())
    after = stored(tmp_path)
    assert (after.get("mail.server.server1.type") == "none") is mail
    assert "mail.server.server1.deferred_to_account" not in after
    assert ("account1" in str(after["mail.accountmanager.accounts"])) is mail


def test_a_box_that_is_too_large_to_read_is_one_with_mail(tmp_path: pathlib.Path) -> None:
    folder = set_up(tmp_path, by_pop3(), ("Inbox",))
    with (folder / "Mail/pop.charter.net/Inbox").open("wb") as box:
        box.truncate(1 << 40)
    run(tmp_path, wanted())
    assert stored(tmp_path)["mail.server.server1.type"] == "none"


def test_what_cannot_be_read_stops_it(tmp_path: pathlib.Path) -> None:
    folder = set_up(tmp_path, by_pop3())
    prefs = folder / "prefs.js"
    prefs.write_text(prefs.read_text() + 'user_pref("broken')
    before = prefs.read_bytes()
    with pytest.raises(DamagedFileError):
        push(tmp_path, wanted())
    assert prefs.read_bytes() == before


@pytest.mark.alike(1, "a run that is killed")
def test_a_run_killed_at_any_point_is_completed_by_the_next(tmp_path: pathlib.Path) -> None:
    template = tmp_path / "template"
    template.mkdir()
    folder = set_up(template, by_pop3())
    push(template, account(protocol="pop3", password="tombola"))
    mail = {path.relative_to(template): path.read_bytes() for path in (folder / "Mail").rglob("*box*")}
    assert mail

    def killed_at(point: int) -> tuple[pathlib.Path, int]:
        home = tmp_path / str(point)
        shutil.copytree(template, home, symlinks=True)
        return home, calls_until_death(point, lambda: push(home, wanted()))

    _home, total = killed_at(0)
    assert total > 20
    for point in [*sample(range(1, total + 1)), total + 1]:
        home, _calls = killed_at(point)
        push(home, wanted())
        assert not push(home, wanted()).changed
        assert not [path for path in home.rglob("*") if ".charter-mail-" in path.name]
        assert passwords(home, account()) == ["tombola", "tombola"]
        after = stored(home)
        assert after["mail.server.server1.type"] == "none"
        assert LOCAL in (home / ".thunderbird/p.default/virtualFolders.dat").read_text()
        assert {path: (home / path).read_bytes() for path in mail} == mail
