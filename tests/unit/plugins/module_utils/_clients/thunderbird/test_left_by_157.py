# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A home that the real Thunderbird 157 left: its place, its preferences and its stored passwords."""

from __future__ import annotations

import gzip
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, Status, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client import Thunderbird
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.location_choice import Locations
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account

pytestmark = pytest.mark.one_in(3)

FIXTURE = pathlib.Path(__file__).with_name("fixtures") / "thunderbird-157"
PASSWORD = "not a real pässword"
IMAP, POP3 = "anna.bianchi@charter.net", "anna@charter.net"


@pytest.fixture
def home(tmp_path: pathlib.Path) -> pathlib.Path:
    home = tmp_path / "home"
    root = home / ".config/thunderbird"
    profile = root / "made.default-default"
    profile.mkdir(parents=True)
    (profile / ".parentlock").touch()
    for source in FIXTURE.iterdir():
        folder = root if source.name in ("profiles.ini", "installs.ini") else profile
        content = source.read_bytes()
        if source.suffix == ".gz":
            (folder / source.stem).write_bytes(gzip.decompress(content))
        else:
            (folder / source.name).write_bytes(content.replace(b"/home/anna", str(home).encode()))
    return home


def account(email: str, **options: t.Any) -> Account:
    (found,) = requests({"email": email, "accounts": None, **options})
    result: Account = found.account
    return result


def client(home: pathlib.Path) -> Thunderbird:
    files = LocalFiles(str(home.parent / "journal"))
    return Thunderbird(files, Locations(files, str(home)).find("native"), None, scratch=lambda: str(home.parent))


def push(home: pathlib.Path, *accounts: Account) -> Outcome[t.Any]:
    return reconcile(client(home), accounts)


def contents(home: pathlib.Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def changed(before: t.Mapping[str, bytes], home: pathlib.Path) -> set[str]:
    """The names of the files in the profile that differ, without the copies that were made of them."""
    after = contents(home)
    assert before.keys() <= after.keys()
    return {pathlib.Path(name).name for name in after if after[name] != before.get(name) and not name.endswith("~")}


def passwords(home: pathlib.Path, email: str, **options: t.Any) -> list[str | None]:
    found = client(home).account(account(email, **options))
    assert found is not None
    return [login.password.reveal() if login.password else None for login in (found.incoming, found.outgoing)]


def test_what_it_left_is_as_configured(home: pathlib.Path) -> None:
    before = contents(home)
    wanted = (
        account(IMAP, password=PASSWORD, full_name="Anna Bianchi"),
        account(POP3, password=PASSWORD, protocol="pop3"),
    )
    assert [step.status for step in push(home, *wanted).steps] == [Status.UNCHANGED] * 2
    assert contents(home) == before
    assert passwords(home, IMAP) == passwords(home, POP3, protocol="pop3") == [PASSWORD] * 2


def test_a_changed_password_changes_its_database_only(home: pathlib.Path) -> None:
    before = contents(home)
    (step,) = push(home, account(IMAP, password="second")).steps
    assert step.status is Status.UPDATED
    assert changed(before, home) == {"logins.db"}
    assert passwords(home, IMAP) == ["second"] * 2
    assert passwords(home, POP3, protocol="pop3") == [PASSWORD] * 2


def test_an_account_comes_and_goes_without_the_others_and_without_an_older_home(home: pathlib.Path) -> None:
    new = account("carla.verdi@charter.net", password="third")
    (created,) = push(home, new).steps
    (removed,) = push(home, account(IMAP, state="absent")).steps
    assert (created.status, removed.status) == (Status.CREATED, Status.REMOVED)
    assert client(home).account(account(IMAP)) is None
    assert passwords(home, "carla.verdi@charter.net") == ["third"] * 2
    assert passwords(home, POP3, protocol="pop3") == [PASSWORD] * 2
    assert [entry.name for entry in home.iterdir()] == [".config"]
