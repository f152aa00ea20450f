# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stored passwords of the real Thunderbird, in whichever store it has in use: logins.json, or logins.db from 157.

Thunderbird starts offline, in a network of its own, and no server is needed.
"""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client import (
    Thunderbird as Client,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.profile_choice import Root
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account

from .thunderbird import Thunderbird, require

EMAIL = "mario.rossi@charter.net"
NO_NETWORK = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
FIRST, SECOND, THIRD = "first pässword", 'second "\\ 😀', "third, the user's own"

# Argument: null, or the origin and the password to store there. Returns origin, realm, user name and password of all.
LOGINS = """
const wanted = arguments[0];
return (async () => {
  await Services.logins.initializationPromise;
  if (wanted) {
    const old = (await Services.logins.getAllLogins()).find(login => login.origin == wanted[0]);
    const changed = old.clone();
    changed.password = wanted[1];
    await (Services.logins.modifyLoginAsync ?? Services.logins.modifyLogin).call(Services.logins, old, changed);
  }
  const found = await Services.logins.getAllLogins();
  return found.map(login => [login.origin, login.httpRealm, login.username, login.password]).sort();
})();
"""


def account(**options: t.Any) -> Account:
    (found,) = requests({"email": EMAIL, "accounts": None, **options})
    result: Account = found.account
    return result


class Desk:
    """One user's home, where our client and the real one take turns."""

    def __init__(self, home: pathlib.Path) -> None:
        self.home = home

    def client(self) -> Client:
        files = LocalFiles(str(self.home / "journal"))
        return Client(files, Root(str(self.home / ".thunderbird")), None, scratch=lambda: str(self.home))

    def push(self, wanted: Account) -> Status:
        (step,) = reconcile(self.client(), [wanted]).steps
        return step.status

    def stored(self) -> list[str | None]:
        found = self.client().account(account())
        assert found is not None
        return [login.password.reveal() if login.password else None for login in (found.incoming, found.outgoing)]

    def thunderbird(self, change: t.Sequence[str] | None = None) -> list[list[str]]:
        """What the real one has stored, after a change of its own."""
        with Thunderbird(self.home, copy=False, command_prefix=NO_NETWORK) as thunderbird:
            found: list[list[str]] = thunderbird.run_script(LOGINS, change)
            assert thunderbird.dialogs == ()
        return found


def logins(*passwords: str, hosts: t.Sequence[str] = ("imap.charter.net", "smtp.charter.net")) -> list[list[str]]:
    origins = [f"{host.partition('.')[0]}://{host}" for host in hosts]
    return [[origin, origin, EMAIL, password] for origin, password in zip(origins, passwords, strict=True)]


@pytest.fixture
def desk(tmp_path: pathlib.Path) -> Desk:
    require()
    (tmp_path / "home").mkdir()
    return Desk(tmp_path / "home")


def test_a_profile_in_which_thunderbird_never_stored_a_password(desk: Desk) -> None:
    """157 has made logins.db then, and no key for it."""
    (desk.home / ".thunderbird").mkdir()  # else 157 opens ~/.config/thunderbird
    assert desk.thunderbird() == []
    assert desk.push(account(password=FIRST)) is Status.CREATED
    assert desk.thunderbird() == logins(FIRST, FIRST)
    assert desk.thunderbird(["imap://imap.charter.net", THIRD]) == logins(THIRD, FIRST)
    assert desk.stored() == [THIRD, FIRST]


def test_both_read_what_the_other_has_stored(desk: Desk) -> None:
    assert desk.push(account(password=FIRST)) is Status.CREATED
    assert desk.thunderbird() == logins(FIRST, FIRST)  # its first start; 157 goes over to logins.db
    assert desk.stored() == [FIRST, FIRST]
    assert desk.push(account(password=FIRST)) is Status.UNCHANGED

    assert desk.push(account(password=SECOND)) is Status.UPDATED
    assert desk.thunderbird() == logins(SECOND, SECOND)

    assert desk.thunderbird(["imap://imap.charter.net", THIRD]) == logins(THIRD, SECOND)
    assert desk.stored() == [THIRD, SECOND]

    second = account(email="anna.bianchi@charter.net", password=FIRST)
    assert desk.push(second) is Status.CREATED
    assert [login[3] for login in desk.thunderbird() if login[2] != EMAIL] == [FIRST, FIRST]

    assert desk.push(account(state="absent")) is Status.REMOVED
    assert [login[2] for login in desk.thunderbird()] == ["anna.bianchi@charter.net"] * 2


def test_a_copy_counts_where_the_file_is_missing_for_both(desk: Desk) -> None:
    assert desk.push(account(password=FIRST)) is Status.CREATED
    desk.thunderbird(["imap://imap.charter.net", THIRD])  # with which it makes the copy
    (profile,) = (desk.home / ".thunderbird").glob("*.default")
    if not (profile / "logins-backup.json").exists():
        assert (profile / "logins.db").exists()  # which has no copy
        return
    (profile / "logins.json").rename(profile / "logins-backup.json")
    assert desk.stored() == [THIRD, FIRST]
    other = account(email="anna@charter.net", password=SECOND)
    assert desk.push(other) is Status.CREATED
    found = {(login[0], login[2]): login[3] for login in desk.thunderbird()}
    assert found == {
        ("imap://imap.charter.net", EMAIL): THIRD,
        ("smtp://smtp.charter.net", EMAIL): FIRST,
        ("imap://imap.charter.net", "anna@charter.net"): SECOND,
        ("smtp://smtp.charter.net", "anna@charter.net"): SECOND,
    }


def test_both_pass_over_a_copy_that_cannot_be_read(desk: Desk) -> None:
    assert desk.push(account(password=FIRST)) is Status.CREATED
    (profile,) = (desk.home / ".thunderbird").glob("*.default")
    (profile / "logins.json").unlink()
    (profile / "logins-backup.json").write_text("{")
    assert desk.stored() == [None, None]
    assert desk.thunderbird() == []
