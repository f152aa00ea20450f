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
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import configure
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.lookup import find
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError
from ansible_collections.charter.mail.tests.unit.amount import sample
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import EMAIL, account

from .test_client import calls_until_death, client, push
from .test_identities_and_folders import OWN, Prefs, identity, profile, run, server, smtp, stored

ROOT = f"mailbox://{EMAIL.replace('@', '%40')}@pop.charter.net"
LOCAL = f"mailbox://{EMAIL.replace('@', '%40')}@local-mail.pop.charter.net"
IMAP = f"imap://{EMAIL.replace('@', '%40')}@imap.charter.net"
FILTER = f'version="9"\nname="Bills"\naction="Move to folder"\nactionValue="{ROOT}/Bills"\n'
SEARCH = f"version=1\nuri=mailbox://nobody@Local%20Folders/Found\nscope={ROOT}/Inbox|{ROOT}/Bills\n"


def pop3(number: int = 1, host: str = "pop.charter.net", login: str = EMAIL, **more: t.Any) -> Prefs:
    return server(
        number,
        host,
        login,
        **{
            "type": "pop3",
            "port": 995,
            "name": "My mail",
            "leave_on_server": True,
            "directory-rel": f"[ProfD]Mail/{host}",
            **more,
        },
    )


def by_pop3(**more: t.Any) -> Prefs:
    """A POP3 account made by hand, as Thunderbird leaves it, with Local Folders."""
    return {
        **pop3(**more),
        **server(2, "Local Folders", "nobody", type="none", port=0),
        **smtp(1),
        **identity(1, EMAIL, "smtp1"),
        "mail.identity.id1.htmlSigText": "Mario Rossi",
        "mail.identity.id1.fcc_folder": f"{ROOT}/Sent",
        "mail.identity.id1.draft_folder": f"{ROOT}/Drafts",
        "mail.identity.id1.archive_folder": "mailbox://nobody@Local%20Folders/Archives",
        "mail.account.account1.identities": "id1",
        "mail.accountmanager.accounts": "account1,account2",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.accountmanager.localfoldersserver": "server2",
        "mail.smtpservers": "smtp1",
        "mail.server.server2.spamActionTargetFolder": f"{ROOT}/Junk",
    }


def set_up(home: pathlib.Path, prefs: Prefs, mail: t.Sequence[str] = ("Inbox", "Inbox.msf", "Bills")) -> pathlib.Path:
    folder = profile(home, prefs)
    box = folder / "Mail/pop.charter.net"
    box.mkdir(parents=True, exist_ok=True)
    for name in (*mail, "popstate.dat"):
        (box / name).write_text("From - \nSubject: Hello\n\nHello.\n")
    (box / "msgFilterRules.dat").write_text(FILTER)
    (folder / "virtualFolders.dat").write_text(SEARCH)
    return folder


def wanted(**options: t.Any) -> Account:
    return account(migrate=True, **options)


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


def passwords(home: pathlib.Path, wanted_account: Account) -> list[str | None]:
    state = client(home).read()
    ids = find(state.settings, wanted_account)
    assert ids is not None
    found = [state.passwords.stored(*login) for login in configure.logins(state.settings, ids)]
    return [None if one is None else one.reveal() for one in found]


def logins(home: pathlib.Path) -> str:
    return next(home.rglob("logins.json")).read_text()


def test_the_stored_passwords_serve_the_imap_account(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account(protocol="pop3", password="tombola"))
    assert "mailbox://pop.charter.net" in logins(tmp_path)
    outcome = push(tmp_path, wanted())
    assert passwords(tmp_path, account()) == ["tombola", "tombola"]
    assert "mailbox://" not in logins(tmp_path)
    assert "tombola" not in repr(outcome)
    assert any(change.secret and "mailbox://" in change.key for change in outcome.steps[0].changes)
    assert not push(tmp_path, wanted()).changed


def test_a_password_that_is_given_replaces_the_stored_one(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account(protocol="pop3", password="tombola"))
    push(tmp_path, wanted(password="new"))
    assert passwords(tmp_path, account()) == ["new", "new"]
    assert not push(tmp_path, wanted(password="new")).changed


def test_a_password_goes_with_a_login_that_becomes_whole(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account(protocol="pop3", password="tombola", username="mario.rossi", provider="charter", **LAB))
    unmarked(tmp_path)
    push(tmp_path, wanted(**LAB))
    assert passwords(tmp_path, account(**LAB)) == ["tombola", "tombola"]


LAB: dict[str, t.Any] = {"incoming": {"host": "mail.lab.example"}, "outgoing": {"host": "mail.lab.example"}}


def unmarked(home: pathlib.Path) -> None:
    prefs = next(home.rglob("prefs.js"))
    lines = prefs.read_text().splitlines(keepends=True)
    prefs.write_text("".join(line for line in lines if "charter_mail" not in line))


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


@pytest.mark.parametrize(
    "host", ["mobile.charter.net", "POP.charter.net", "imap.charter.net", "mail.charter.net", "pop.charter.net"]
)
def test_the_provider_may_have_several_servers(tmp_path: pathlib.Path, host: str) -> None:
    set_up(tmp_path, by_pop3(hostname=host))
    run(tmp_path, wanted())
    assert stored(tmp_path)["mail.server.server1.type"] == "none"


@pytest.mark.parametrize(
    "other",
    [
        {"hostname": "pop.provider.example"},
        {"hostname": "127.0.0.1"},
        {"hostname": "localhost"},
        {"userName": "anna@charter.net"},
        {"type": "imap", "hostname": "pop.charter.net", "userName": "anna@charter.net"},
    ],
)
def test_another_account_is_not_replaced(tmp_path: pathlib.Path, other: Prefs) -> None:
    before = by_pop3(**other)
    set_up(tmp_path, {**before, "mail.identity.id1.useremail": "anna@charter.net"})
    run(tmp_path, wanted())
    after = stored(tmp_path)
    kept = {
        key: value
        for key, value in before.items()
        if key.startswith(("mail.server.server1.", "mail.account.account1."))
    }
    assert {**after, **kept} == after


def test_an_account_that_signs_in_by_oauth2_stays_until_the_admin_insists(tmp_path: pathlib.Path) -> None:
    set_up(tmp_path, by_pop3(authMethod=10))
    _outcome, told = run(tmp_path, wanted())
    assert (
        f"{EMAIL} (imap): the POP3 account at pop.charter.net stays, since it signs in by OAuth2; set override" in told
    )
    assert stored(tmp_path)["mail.server.server1.type"] == "pop3"
    run(tmp_path, wanted(override=True))
    assert stored(tmp_path)["mail.server.server1.type"] == "none"


@pytest.mark.parametrize(
    ("own", "clause"),
    [
        (smtp(1, "127.0.0.1", port=1587), "it is reached through 127.0.0.1"),
        (smtp(1, authMethod=10), "it signs in by OAuth2"),
        (smtp(1, type="ews"), "it sends by ews"),
        ({**smtp(1, "localhost"), **identity(1, EMAIL, "")}, "it is reached through localhost"),
    ],
)
def test_an_account_that_sends_as_its_user_has_chosen_stays_until_the_admin_insists(
    tmp_path: pathlib.Path, own: Prefs, clause: str
) -> None:
    before = {**by_pop3(), **own}
    set_up(tmp_path, before)
    _outcome, told = run(tmp_path, wanted())
    assert f"{EMAIL} (imap): the POP3 account at pop.charter.net stays, since {clause}" in told
    after = stored(tmp_path)
    assert {key: after[key] for key in own} == own
    assert after["mail.server.server1.type"] == "pop3"
    run(tmp_path, wanted(override=True))
    assert stored(tmp_path)["mail.server.server1.type"] == "none"


def test_without_the_option_both_stand_beside_each_other(tmp_path: pathlib.Path) -> None:
    set_up(tmp_path, by_pop3())
    _outcome, told = run(tmp_path, account())
    assert "beside an account of the same address by the other protocol" in told
    assert stored(tmp_path)["mail.server.server1.type"] == "pop3"
    run(tmp_path, wanted())
    assert stored(tmp_path)["mail.server.server1.type"] == "none"


def test_the_folders_outlive_the_imap_account(tmp_path: pathlib.Path) -> None:
    set_up(tmp_path, by_pop3())
    push(tmp_path, wanted())
    outcome = push(tmp_path, account(migrate=True, state="absent"))
    assert [step.status for step in outcome.steps] == [Status.REMOVED]
    after = stored(tmp_path)
    assert after["mail.accountmanager.accounts"] == "account1,account2"
    assert after["mail.server.server1.type"] == "none"


def test_the_backup_is_the_way_back(tmp_path: pathlib.Path) -> None:
    folder = set_up(tmp_path, by_pop3())
    names = ("prefs.js", "virtualFolders.dat", "Mail/pop.charter.net/msgFilterRules.dat")
    before = {name: (folder / name).read_bytes() for name in names}
    outcome = push(tmp_path, wanted())
    backups = {path.rpartition(".20")[0]: pathlib.Path(path).read_bytes() for path in outcome.backups}
    assert backups == {str(folder / name): content for name, content in before.items()}


def test_a_pop3_account_that_is_wanted_again_gets_its_folders_back(tmp_path: pathlib.Path) -> None:
    folder = set_up(tmp_path, by_pop3())
    before = stored(tmp_path)
    push(tmp_path, wanted())
    run(tmp_path, account(protocol="pop3", password="tombola"))
    push(tmp_path, account(state="absent"))
    after = stored(tmp_path)
    kept = {key: value for key, value in before.items() if key.startswith("mail.server.")}
    assert {key: value for key, value in after.items() if key in kept} == kept
    assert after["mail.accountmanager.accounts"] == "account1,account2"
    assert (folder / "virtualFolders.dat").read_text() == SEARCH
    assert (folder / "Mail/pop.charter.net/msgFilterRules.dat").read_text() == FILTER
    assert not any("retired" in key for key in after)
    run(tmp_path, wanted())  # and once more
    assert stored(tmp_path)["mail.server.server1.type"] == "none"


def test_a_pop3_account_at_another_server_leaves_the_folders_as_they_are(tmp_path: pathlib.Path) -> None:
    set_up(tmp_path, by_pop3())
    push(tmp_path, wanted())
    run(tmp_path, account(protocol="pop3", provider="spectrum"))
    assert stored(tmp_path)["mail.server.server1.type"] == "none"


def test_what_cannot_be_read_stops_it(tmp_path: pathlib.Path) -> None:
    folder = set_up(tmp_path, by_pop3())
    prefs = folder / "prefs.js"
    prefs.write_text(prefs.read_text() + 'user_pref("broken')
    before = prefs.read_bytes()
    with pytest.raises(DamagedFileError):
        push(tmp_path, wanted())
    assert prefs.read_bytes() == before


@pytest.mark.alike(2, "a run that is killed")
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
