# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With whose rights a home directory is used that is named without a user."""

from __future__ import annotations

import os
import pathlib
import pwd

import pytest

from ansible_collections.charter.mail.plugins.module_utils._linux import local_user
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError

ROOT, ANNA, MALLORY, NOBODY = 0, 4001, 4002, 4003
USERS = {ROOT: ("root", "/root"), ANNA: ("anna", "/home/anna"), MALLORY: ("mallory", "/home/mallory")}


def entry(uid: int) -> pwd.struct_passwd:
    name, home = USERS[uid]
    return pwd.struct_passwd((name, "x", uid, uid, "", home, "/bin/sh"))


@pytest.fixture
def owners(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Paths below the temporary folder to their owners; everything else is root's, who runs the process."""
    table: dict[str, int] = {}
    real = os.lstat

    def lstat(path: str) -> os.stat_result:
        found = list(real(path))
        found[4] = table.get(path, ROOT)
        return os.stat_result(found)

    monkeypatch.setattr(os, "geteuid", lambda: ROOT)
    monkeypatch.setattr(os, "lstat", lstat)
    monkeypatch.setattr(pwd, "getpwuid", entry)
    monkeypatch.setattr(pwd, "getpwall", lambda: [entry(uid) for uid in USERS])
    return table


def made(folder: pathlib.Path, owners: dict[str, int], *path: tuple[str, int]) -> str:
    for name, uid in path:
        folder = folder / name
        folder.mkdir(exist_ok=True)
        owners[str(folder)] = uid
    return str(folder)


def test_the_owner_of_the_home_acts(tmp_path: pathlib.Path, owners: dict[str, int]) -> None:
    home = made(tmp_path, owners, ("homes", ROOT), ("anna", ANNA))
    assert local_user.owner(home).name == "anna"
    assert local_user.owner(f"{home}/").name == "anna"
    assert local_user.owner(f"{home}/missing/deeper").name == "anna"


def test_a_template_is_roots(tmp_path: pathlib.Path, owners: dict[str, int]) -> None:
    home = made(tmp_path, owners, ("etc", ROOT), ("skel", ROOT))
    assert local_user.owner(home).uid == ROOT
    assert local_user.owner(f"{home}/missing").uid == ROOT


def test_a_link_of_roots_leads_on(tmp_path: pathlib.Path, owners: dict[str, int]) -> None:
    made(tmp_path, owners, ("data", ROOT), ("anna", ANNA))
    (tmp_path / "home").symlink_to("data/../data")
    assert local_user.owner(str(tmp_path / "home/anna")).name == "anna"


@pytest.mark.parametrize(
    ("target", "uid", "reason"),
    [
        ("etc", ROOT, "it belongs to root, but a folder on its path belongs to another user"),
        ("anna", ANNA, "the folders on its path belong to several users"),
    ],
)
def test_a_users_link_leads_no_further_than_the_user(
    tmp_path: pathlib.Path, owners: dict[str, int], target: str, uid: int, reason: str
) -> None:
    home = pathlib.Path(made(tmp_path, owners, ("mallory", MALLORY)))
    made(tmp_path, owners, (target, uid), ("inside", uid))
    link = home / "link"
    link.symlink_to(f"../{target}")
    owners[str(link)] = MALLORY
    for path in (link, link / "inside", link / "missing"):
        with pytest.raises(HostError, match=f"^{path}: {reason}[.] Name the user of the client in the option user"):
            local_user.owner(str(path))


def test_roots_folder_in_a_users_is_refused(tmp_path: pathlib.Path, owners: dict[str, int]) -> None:
    home = made(tmp_path, owners, ("mallory", MALLORY), ("roots", ROOT))
    with pytest.raises(HostError, match="it belongs to root, but a folder on its path"):
        local_user.owner(home)


def test_a_users_home_that_is_roots_is_refused(
    tmp_path: pathlib.Path, owners: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = made(tmp_path, owners, ("anna", ROOT))
    monkeypatch.setitem(USERS, ANNA, ("anna", home))
    with pytest.raises(HostError, match="this is the home directory of anna, but does not belong to that user"):
        local_user.owner(f"{home}/")


def test_root_goes_no_way_that_another_user_owns(tmp_path: pathlib.Path, owners: dict[str, int]) -> None:
    local_user.require_roots(made(tmp_path, owners, ("etc", ROOT), ("skel", ROOT)))
    users = made(tmp_path, owners, ("homes", ROOT), ("anna", ANNA))
    roots = made(tmp_path, owners, ("shared", MALLORY), ("roots", ROOT))
    for home in (users, f"{users}/missing", roots):
        with pytest.raises(
            HostError, match=r"could redirect root with a link\. Name the user of the client in the option user"
        ):
            local_user.require_roots(home)


def test_an_owner_without_a_name_is_refused(tmp_path: pathlib.Path, owners: dict[str, int]) -> None:
    home = made(tmp_path, owners, ("nobody", NOBODY))
    with pytest.raises(HostError, match="it belongs to user ID 4003, which this host does not know"):
        local_user.owner(home)


def test_links_without_an_end_are_refused(tmp_path: pathlib.Path, owners: dict[str, int]) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(HostError, match="its symbolic links never end"):
        local_user.owner(str(tmp_path / "loop"))


def test_who_is_not_root_acts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    me = pwd.struct_passwd(("me", "x", 4711, 4711, "", "/home/me", "/bin/sh"))
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: me)
    assert local_user.owner("/home/anna").name == "me"
