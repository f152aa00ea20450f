# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a POP3 account to the IMAP account of the same address in Evolution, on real files and in a session."""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.diff import before_and_after
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, Status, plan
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import lookup
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.password_store.keyring import KeyringState
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.tests.unit.amount import sample
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.accounts import statuses
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.thunderbird.test_client import (
    calls_until_death,
)

from .evolution_runs import (
    DEFAULT_ACCOUNT,
    DEFAULT_IDENTITY,
    EMAIL,
    account,
    client,
    edit,
    folder,
    push,
    session,
    source,
    uids,
)
from .fake_session import Desktop

pytestmark = pytest.mark.one_in(3)

IN_A_FILE: dict[str, t.Any] = {"password_store": "plaintext_keyring"}


def wanted(**options: t.Any) -> Account:
    return account(migrate=True, **options)


def old(**options: t.Any) -> Account:
    return account(protocol="pop3", **options)


def settle(
    home: pathlib.Path, asked: Account, desktop: Desktop | None = None, **store: t.Any
) -> tuple[Outcome[t.Any], str]:
    """A run that check mode foresees and that is repeated, and what the admin is told."""
    foreseen = plan(client(home, desktop, **store), [asked])
    outcome = push(home, asked, desktop=desktop, **store)
    assert foreseen.steps[0].changes == outcome.steps[0].changes
    assert not push(home, asked, desktop=desktop, **store).changed
    return outcome, " ".join(client(home, desktop, **store).warnings(outcome.after, asked))


def passwords(home: pathlib.Path, asked: Account, desktop: Desktop | None = None, **store: t.Any) -> list[str | None]:
    state = client(home, desktop, **store).read()
    ids = lookup.find(state.sources, asked)
    assert ids is not None
    found = [state.passwords.value.stored(uid) for uid in (ids.account, ids.transport)]
    return [None if one is None else one.reveal() for one in found]


@pytest.mark.parametrize("live", [False, True])
def test_the_imap_account_takes_over(tmp_path: pathlib.Path, live: bool) -> None:
    desktop = session(tmp_path) if live else Desktop(session=False)
    store: dict[str, t.Any] = {} if live else IN_A_FILE
    push(tmp_path, old(password="tombola", full_name="Mario Rossi", default=True), desktop=desktop, **store)
    if not live:
        identity = source(tmp_path, "identity", old())
        edit(identity, "SignatureUid=none", "SignatureUid=aaaa")
        edit(identity, "folder://local/Drafts", "folder://local/My Drafts")
    outcome, _told = settle(tmp_path, wanted(), desktop, **store)
    assert statuses(outcome) == [Status.CREATED]
    assert {path.stem for path in folder(tmp_path).glob("*.source")} == set(uids().values())
    if desktop.registry:
        assert set(desktop.registry.memory) == set(uids().values())
    new = source(tmp_path, "account").read_text()
    assert "BackendName=imapx\n" in new
    assert "Host=imap.charter.net\n" in new
    assert "NeedsInitialSetup=true\n" in new
    identity_text = source(tmp_path, "identity").read_text()
    assert "Name=Mario Rossi\n" in identity_text
    assert live or "SignatureUid=aaaa\n" in identity_text
    assert live or "DraftsFolder=folder://local/My Drafts\n" in identity_text
    assert identity_text.count("[X-Charter-Mail]") == 1
    assert passwords(tmp_path, account(), desktop, **store) == ["tombola", "tombola"]
    for name, kind in ((DEFAULT_ACCOUNT, "account"), (DEFAULT_IDENTITY, "identity")):
        assert desktop.setting(name) == uids()[kind]
    assert "tombola" not in repr(outcome)


def test_its_old_passwords_are_gone(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path)
    push(tmp_path, old(password="tombola"), desktop=desktop)
    settle(tmp_path, wanted(), desktop)
    assert desktop.secrets is not None
    assert not set(uids(old()).values()) & set(map(str, desktop.secrets.passwords))


def test_the_preview_shows_both(tmp_path: pathlib.Path) -> None:
    push(tmp_path, old(password="tombola"), **IN_A_FILE)
    before, after = before_and_after(plan(client(tmp_path, **IN_A_FILE), [wanted()]).steps)
    assert f"{EMAIL}:\n  protocol: pop3\n  incoming: pop.charter.net, port 995, ssl\n" in before
    assert f"{EMAIL}:\n  protocol: imap\n  incoming: imap.charter.net, port 993, ssl\n" in after
    assert "protocol: pop3" not in after
    assert f"  password of {EMAIL} for receiving at pop.charter.net: ********\n" in before


def test_a_signature_goes_along(tmp_path: pathlib.Path) -> None:
    text = {"text": "Mario Rossi\nRossi & Sons"}
    identities = [{"address": "info@rossi.example"}]
    push(tmp_path, old(signature=text, identities=identities))
    settle(tmp_path, wanted())
    assert "SignatureUid=none" not in source(tmp_path, "identity").read_text()
    assert "info@rossi.example" in source(tmp_path, "identity").read_text()
    before = sorted(folder(tmp_path).glob("*.source"))
    asked = wanted(signature=text, identities=identities)
    assert [step.status for step in push(tmp_path, asked).steps] == [Status.UNCHANGED]
    assert sorted(folder(tmp_path).glob("*.source")) == before
    settle(tmp_path, wanted(signature={"text": "Another one"}))


def test_an_imap_account_that_is_there_is_kept(tmp_path: pathlib.Path) -> None:
    push(tmp_path, account(password="other", full_name="By IMAP"), old(password="tombola"), **IN_A_FILE)
    outcome, _told = settle(tmp_path, wanted(), **IN_A_FILE)
    assert statuses(outcome) == [Status.UPDATED]
    assert "Name=By IMAP\n" in source(tmp_path, "identity").read_text()
    assert passwords(tmp_path, account(), **IN_A_FILE) == ["other", "other"]
    assert {path.stem for path in folder(tmp_path).glob("*.source")} == set(uids().values())


def test_a_locked_keyring_keeps_nothing_from_moving_but_the_password(tmp_path: pathlib.Path) -> None:
    desktop = session(tmp_path, KeyringState.LOCKED)
    push(tmp_path, old(), desktop=desktop)
    outcome, _told = settle(tmp_path, wanted(), desktop)
    assert statuses(outcome) == [Status.CREATED]


@pytest.mark.parametrize(
    ("kind", "text", "choice", "clause"),
    [
        ("account", "Method=none", "Method=Google", "it signs in by OAuth2"),
        ("account", "Enabled=true", "Enabled=false", "its user has switched it off in Evolution"),
        ("transport", "Host=smtp.charter.net", "Host=127.0.0.1", "it is reached through 127.0.0.1"),
        ("transport", "BackendName=smtp", "BackendName=sendmail", "it sends by sendmail"),
    ],
)
def test_what_the_user_has_chosen_stays_until_the_admin_insists(
    tmp_path: pathlib.Path, kind: str, text: str, choice: str, clause: str
) -> None:
    push(tmp_path, old())
    edit(source(tmp_path, kind, old()), text, choice)
    _outcome, told = settle(tmp_path, wanted())
    assert f"{EMAIL} (imap): the POP3 account at pop.charter.net is kept, because {clause}" in told
    assert source(tmp_path, "account", old()).exists()
    settle(tmp_path, wanted(override=True))
    assert not source(tmp_path, "account", old()).exists()


def test_what_a_template_makes_stays(tmp_path: pathlib.Path) -> None:
    push(tmp_path, old())
    path = source(tmp_path, "account", old())
    path.write_text(path.read_text() + "\n[Autoconfig]\nRevision=1\n")
    _outcome, told = settle(tmp_path, wanted(override=True))
    assert "because a template of the site creates it at each login" in told
    assert path.exists()


@pytest.mark.parametrize("host", ["pop.provider.example", "127.0.0.1", "localhost"])
def test_an_account_at_another_server_is_not_replaced(tmp_path: pathlib.Path, host: str) -> None:
    push(tmp_path, old(incoming={"host": host}, outgoing={"host": host}))
    settle(tmp_path, wanted())
    assert source(tmp_path, "account", old()).exists()


@pytest.mark.alike(1, "a run that is killed")
def test_a_run_killed_at_any_point_is_completed_by_the_next(tmp_path: pathlib.Path) -> None:
    template = tmp_path / "template"
    template.mkdir()
    push(template, old(password="tombola"), **IN_A_FILE)

    def killed_at(point: int) -> tuple[pathlib.Path, int]:
        home = tmp_path / str(point)
        shutil.copytree(template, home, symlinks=True)
        return home, calls_until_death(point, lambda: push(home, wanted(), **IN_A_FILE))

    _home, total = killed_at(0)
    assert total > 20
    for point in [*sample(range(1, total + 1)), total + 1]:
        home, _calls = killed_at(point)
        push(home, wanted(), **IN_A_FILE)
        assert not push(home, wanted(), **IN_A_FILE).changed
        assert not [path for path in home.rglob("*") if ".charter-mail-" in path.name]
        assert passwords(home, account(), **IN_A_FILE) == ["tombola", "tombola"]
        assert {path.stem for path in folder(home).glob("*.source")} == set(uids().values())
