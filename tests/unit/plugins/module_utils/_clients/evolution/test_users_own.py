# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is the user's own in Evolution: choices, addresses, folders of other accounts. On real files."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, Status, preview, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import location_choice
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client import Evolution
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import (
    EMAIL,
    account,
    repeated_run,
)

pytestmark = pytest.mark.one_in(3)


def client(home: pathlib.Path) -> Evolution:
    files = LocalFiles(str(home / ".charter-mail-evolution.journal"))
    return Evolution(files, location_choice.locate(files, str(home), "auto"), None)


def by_hand(home: pathlib.Path, *edits: tuple[str, str, str]) -> None:
    """An account made by hand: what a run writes, under other names, without our marker, and edited."""
    reconcile(client(home), [account(full_name="Mario")])
    folder = home / ".config/evolution/sources"
    paths = sorted(folder.glob("*.source"))
    kinds = {"Mail Account": "acc", "Mail Identity": "ide", "Mail Transport": "tra"}
    texts = {kinds[group]: path for path in paths for group in kinds if f"[{group}]" in path.read_text()}
    contents = {kind: path.read_text() for kind, path in texts.items()}
    for kind, path in texts.items():
        path.unlink()
        contents = {name: text.replace(path.name[: -len(".source")], kind) for name, text in contents.items()}
    for kind, text in contents.items():
        plain = re.sub(r"\n\[X-Charter-Mail\]\nAccount=.*\n", "\n", text)
        for edited, old, new in edits:
            if edited == kind:
                assert old in plain
                plain = plain.replace(old, new)
        (folder / f"{kind}.source").write_text(plain)


def stored(home: pathlib.Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (home / ".config/evolution/sources").glob("*.source")}


def run(home: pathlib.Path, wanted: Account) -> tuple[Outcome[t.Any], str]:
    return repeated_run(lambda: client(home), wanted)


CHOICES: t.Mapping[str, tuple[str, str, str]] = {
    "switched it off in Evolution": ("acc", "Parent=\nEnabled=true", "Parent=\nEnabled=false"),
    "switched it off": ("tra", "Enabled=true", "Enabled=false"),
    "switched it ": ("ide", "Enabled=true", "Enabled=0"),
    "switched it off in": ("acc", "Parent=\nEnabled=true", "Parent=\nEnabled=false \t"),
    "sends by sendmail": ("tra", "BackendName=smtp", "BackendName=sendmail"),
    "OAuth2 (Google)": ("acc", "Method=none", "Method=Google"),
    "OAuth2 (OAuth2)": ("tra", "Method=PLAIN", "Method=OAuth2"),
    "Kerberos": ("acc", "Method=none", "Method=GSSAPI"),
    "127.0.0.1": ("acc", "Host=imap.charter.net", "Host=127.0.0.1"),
    "localhost": ("tra", "Host=smtp.charter.net", "Host=localhost"),
}


@pytest.mark.parametrize("name", CHOICES)
def test_what_the_user_has_chosen_stays_unless_the_admin_insists(tmp_path: pathlib.Path, name: str) -> None:
    by_hand(tmp_path, CHOICES[name], ("acc", "Port=993", "Port=143"))
    before = stored(tmp_path)
    outcome, told = run(tmp_path, account(password="hunter2"))
    assert stored(tmp_path) == before
    assert name in told
    assert "password" not in told
    obstacle = client(tmp_path).obstacle(outcome.after, account())
    assert obstacle is not None
    assert obstacle.status is Status.SKIPPED
    assert "password" not in client(tmp_path).result_details(outcome.after, account(password="hunter2"))
    outcome, told = run(tmp_path, account(override=True))
    assert (outcome.steps[0].status, told) == (Status.UPDATED, "")
    assert CHOICES[name][1] in stored(tmp_path)[f"{CHOICES[name][0]}.source"]


def test_an_account_of_ours_that_is_switched_off_later_stays_off_and_can_be_removed(tmp_path: pathlib.Path) -> None:
    reconcile(client(tmp_path), [account()])
    for path in (tmp_path / ".config/evolution/sources").glob("*.source"):
        path.write_text(re.sub(r"(Parent=.*\n)Enabled=true", r"\1Enabled=false", path.read_text()))
    before = stored(tmp_path)
    _outcome, told = run(tmp_path, account(provider="spectrum"))
    assert "switched it off" in told
    assert stored(tmp_path) == before
    outcome, told = run(tmp_path, account(state="absent"))
    assert (outcome.steps[0].status, told) == (Status.REMOVED, "")


@pytest.mark.parametrize("host", ["127.0.0.1", "imap.charter.net"])
def test_removal_takes_what_is_named_and_nothing_that_is_guessed(tmp_path: pathlib.Path, host: str) -> None:
    edits = [("acc", "Host=imap.charter.net", f"Host={host}"), ("acc", "Method=none", "Method=Google")]
    by_hand(tmp_path, *edits)
    outcome, told = run(tmp_path, account(state="absent"))
    left = host == "127.0.0.1"
    assert outcome.steps[0].status is (Status.UNCHANGED if left else Status.REMOVED)
    assert ("Set override to remove it." in told) is left
    assert bool(stored(tmp_path)) is left


def test_a_from_address_of_the_users_own_stays_and_is_named(tmp_path: pathlib.Path) -> None:
    by_hand(tmp_path, ("ide", f"Address={EMAIL}", "Address=mario@rossi.example"), ("acc", "Port=993", "Port=143"))
    outcome, told = run(tmp_path, account(full_name="Mario Rossi"))
    assert outcome.steps[0].status is Status.UPDATED
    assert "sends as mario@rossi.example" in told
    assert "Address=mario@rossi.example\nName=Mario\n" in stored(tmp_path)["ide.source"]
    assert "Port=993" in stored(tmp_path)["acc.source"]
    outcome, told = run(tmp_path, account(full_name="Mario Rossi"))
    assert outcome.steps[0].status is Status.UNCHANGED
    assert "sends as mario@rossi.example" in told
    outcome, told = run(tmp_path, account(full_name="Mario Rossi", override=True))
    assert f"Address={EMAIL}\nName=Mario Rossi\n" in stored(tmp_path)["ide.source"]
    assert told == ""


def test_a_from_address_of_the_users_own_stays_where_another_account_has_it_too(tmp_path: pathlib.Path) -> None:
    by_hand(tmp_path, ("ide", f"Address={EMAIL}", "Address=mario@rossi.example"), ("acc", "Port=993", "Port=143"))
    folder = tmp_path / ".config/evolution/sources"
    other = (folder / "acc.source").read_text().replace("charter.net", "rossi.example")
    (folder / "other.source").write_text(other)
    before = stored(tmp_path)
    outcome, told = run(tmp_path, account(full_name="Mario Rossi"))
    assert outcome.steps[0].status is Status.UPDATED
    assert "sends as mario@rossi.example" in told
    after = stored(tmp_path)
    assert {name: after[name] for name in ("ide.source", "tra.source", "other.source")} == {
        name: before[name] for name in ("ide.source", "tra.source", "other.source")
    }
    (new,) = (text for name, text in after.items() if name not in before and "[Mail Identity]" in text)
    assert "Address=mario@rossi.example\nName=Mario\n" in new
    run(tmp_path, account(state="absent"))
    assert stored(tmp_path) == {name: before[name] for name in ("ide.source", "tra.source", "other.source")}


def test_removal_tells_of_an_address_of_the_users_own_that_goes_with_the_account(tmp_path: pathlib.Path) -> None:
    by_hand(tmp_path, ("ide", f"Address={EMAIL}", "Address=mario@rossi.example"))
    _outcome, told = run(tmp_path, account(state="absent"))
    assert "this also removes mario@rossi.example, the user's own address" in told
    assert stored(tmp_path) == {}


def test_nothing_is_removed_where_another_program_keeps_the_account(tmp_path: pathlib.Path) -> None:
    by_hand(tmp_path, ("acc", "Parent=\nEnabled=true", "Parent=goa\nEnabled=false"))
    kept = "[Data Source]\nDisplayName=mario\n[Collection]\nMailEnabled=false\n[GNOME Online Accounts]\nAccountId=1\n"
    (tmp_path / ".config/evolution/sources/goa.source").write_text(kept)
    before = stored(tmp_path)
    outcome, told = run(tmp_path, account(state="absent", purge=True))
    assert outcome.steps[0].status is Status.ABSENT
    assert "is kept in Evolution by GNOME Online Accounts or the like (mario)" in told
    assert stored(tmp_path) == before


@pytest.mark.parametrize("place", ["acc", "acc/sub", "../mail/acc", "link/sub", "another"])
def test_a_folder_with_mail_that_another_account_uses_is_kept(tmp_path: pathlib.Path, place: str) -> None:
    by_hand(tmp_path)
    mail = tmp_path / ".local/share/evolution/mail"
    (mail / "acc/sub").mkdir(parents=True)
    (mail / "link").symlink_to(mail / "acc")
    other = (
        f"[Data Source]\nDisplayName=x\n[Mail Account]\nBackendName=maildir\n[Maildir Backend]\nPath={mail}/{place}\n"
    )
    (tmp_path / ".config/evolution/sources/other.source").write_text(other)
    _outcome, told = run(tmp_path, account(state="absent", purge=True))
    used = place != "another"
    assert (mail / "acc/sub").exists() is used
    assert (f"not deleted, because another account uses {mail}/{place}" in told) is used


def test_an_account_that_is_there_twice_is_removed_by_one_run(tmp_path: pathlib.Path) -> None:
    by_hand(tmp_path)
    folder = tmp_path / ".config/evolution/sources"
    for uid in ("acc", "ide", "tra"):
        text = (folder / f"{uid}.source").read_text()
        for other in ("acc", "ide", "tra"):
            text = text.replace(f"={other}\n", f"={other}2\n").replace(f"//{other}/", f"//{other}2/")
        (folder / f"{uid}2.source").write_text(text)
    outcome, told = run(tmp_path, account(state="absent"))
    assert (outcome.steps[0].status, told) == (Status.REMOVED, "")
    assert stored(tmp_path) == {}


@pytest.mark.parametrize("used", [True, False])
def test_folders_of_the_account_that_another_one_uses_are_named(tmp_path: pathlib.Path, used: bool) -> None:
    by_hand(tmp_path)
    uid = "acc" if used else "local"
    other = f"[Data Source]\nDisplayName=Work\n[Mail Submission]\nSentFolder=folder://{uid}/Sent\n"
    (tmp_path / ".config/evolution/sources/other.source").write_text(other)
    _outcome, told = run(tmp_path, account(state="absent"))
    assert ("its folders are still named in SentFolder of Work; have the user choose others" in told) is used
    assert stored(tmp_path) == {"other.source": other}


def test_an_account_of_ours_that_is_another_by_now_is_the_users(tmp_path: pathlib.Path) -> None:
    reconcile(client(tmp_path), [account()])
    for path in (tmp_path / ".config/evolution/sources").glob("*.source"):
        text = path.read_text().replace(EMAIL, "mario@work.example").replace(".charter.net", ".work.example")
        path.write_text(text.replace("=imap:mario@work.example", f"=imap:{EMAIL}"))
    before = stored(tmp_path)
    outcome, told = run(tmp_path, account(state="absent", purge=True))
    assert outcome.steps[0].status is Status.ABSENT
    assert "the account that was set up for it is now mario@work.example on imap.work.example" in told
    assert stored(tmp_path) == before
    outcome, _told = run(tmp_path, account())
    assert outcome.steps[0].status is Status.CREATED
    assert len(stored(tmp_path)) == 6
    assert {name: text for name, text in stored(tmp_path).items() if name in before} == before
    outcome, _told = run(tmp_path, account(state="absent"))
    assert (outcome.steps[0].status, stored(tmp_path)) == (Status.REMOVED, before)


def test_what_glib_reads_as_true_is_no_difference(tmp_path: pathlib.Path) -> None:
    by_hand(tmp_path, ("acc", "Parent=\nEnabled=true", "Parent=\nEnabled=1"))
    outcome, told = run(tmp_path, account(full_name="Mario"))
    assert (outcome.steps[0].status, told) == (Status.UNCHANGED, "")


@pytest.mark.parametrize("login", [EMAIL, EMAIL.upper()])
def test_blanks_in_uids_and_upper_case_are_no_difference_but_in_the_login(tmp_path: pathlib.Path, login: str) -> None:
    by_hand(tmp_path, *((kind, "charter.net", "Charter.NET") for kind in ("acc", "ide", "tra")))
    folder = tmp_path / ".config/evolution/sources"
    for path in list(folder.iterdir()):
        text = re.sub(r"=(acc|ide|tra)$", r"=my \1", path.read_text(), flags=re.MULTILINE)
        text = re.sub("User=.*", f"User={login if path.stem == 'acc' else EMAIL}", text)
        path.unlink()
        (folder / f"my {path.name}").write_text(text)
    outcome, told = run(tmp_path, account())
    step = outcome.steps[0]
    # A server may distinguish upper and lower case in a login.
    differing = [] if login == EMAIL else ["username"]
    assert [one.setting for one in step.differences] == differing
    assert (step.status, told) == (Status.UPDATED if differing else Status.UNCHANGED, "")
    assert run(tmp_path, account(state="absent"))[0].steps[0].status is Status.REMOVED
    assert stored(tmp_path) == {}


def test_check_mode_asks_for_all_folders_that_the_run_needs(tmp_path: pathlib.Path) -> None:
    by_hand(tmp_path)
    mail = tmp_path / ".cache/evolution/mail"
    (mail / "acc/folders/INBOX").mkdir(parents=True)
    (mail / "acc/folders/INBOX/1").write_text("")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    asked: list[str] = []
    place = location_choice.locate(LocalFiles(), str(tmp_path), "auto")
    asking = Evolution(LocalFiles(), place, None, require_writable=asked.extend)
    preview(asking, [account(state="absent")])
    sources = f"{place.sources}/"
    assert asked == [sources]
    preview(asking, [account(state="absent", purge=True)])
    below = [mail, mail / "acc", mail / "acc/folders", mail / "acc/folders/INBOX"]
    assert asked == [sources, sources, *map(str, below)]
    account_file = tmp_path / ".config/evolution/sources/acc.source"
    account_file.rename(elsewhere / "acc.source")
    account_file.symlink_to(elsewhere / "acc.source")
    preview(asking, [account(provider="spectrum")])
    assert asked[6:] == [sources, f"{elsewhere}/"]
    asked.clear()
    preview(asking, [account(signature={"text": "Mario"})])
    assert asked[0] == f"{tmp_path}/.config/evolution/signatures/"
    asked.clear()
    place = place._replace(keyrings=str(elsewhere))
    asking = Evolution(LocalFiles(), place, None, password_store="plaintext_keyring", require_writable=asked.extend)
    preview(asking, [account(password="hunter2")])
    assert asked[0] == f"{elsewhere}/"
