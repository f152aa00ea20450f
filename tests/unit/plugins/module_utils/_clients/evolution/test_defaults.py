# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's default account where the site has locked it for all users."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.defaults import (
    ACCOUNT,
    DesktopDefaults,
    NoDefaults,
    path,
)
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError, OptionError

from .fake_session import Desktop

LOCKS = "etc/dconf/db/local.d/locks"


class Host(LocalFiles):
    """The files of a host below a folder."""

    def __init__(self, root: pathlib.Path) -> None:
        super().__init__()
        self.root = root

    def read(self, path: str) -> bytes | None:
        return super().read(f"{self.root}{path}")

    def names(self, path: str) -> t.Sequence[str]:
        return super().names(f"{self.root}{path}")


def defaults(root: pathlib.Path, lock: str, profile: str = "user-db:user\nsystem-db:local # ours\n") -> DesktopDefaults:
    for name, content in (("etc/dconf/profile/user", profile), (f"{LOCKS}/mail", lock)):
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    desktop = Desktop(session=False)
    desktop.store_setting(path(ACCOUNT), "own", "org.gnome.Evolution.DefaultSources")
    return DesktopDefaults(desktop, Host(root))


@pytest.mark.parametrize("lock", ["# why\n/org/gnome/evolution/default-mail-account\n", "/org/gnome/evolution/\n"])
def test_what_dconf_locks_is_refused_and_the_users_choice_does_not_count(tmp_path: pathlib.Path, lock: str) -> None:
    found = defaults(tmp_path, lock)
    assert found.stored(ACCOUNT) is None
    with pytest.raises(OptionError, match=r"/etc/dconf/db/local\.d/locks/mail locks /org/gnome/evolution/default-mail"):
        found.require_writable()


@pytest.mark.parametrize(
    ("lock", "profile"),
    [
        ("/org/gnome/evolution/default-mail-account\n", "user-db:user\nsystem-db:other\n"),
        ("/org/gnome/evolution/default-mail-account\n", "user-db:user\n#system-db:local\n"),
        ("/org/gnome/evolution/default-mail-account-x\n/org/gnome/calendar/\n", "system-db:local\n"),
    ],
)
def test_other_locks_are_no_obstacle(tmp_path: pathlib.Path, lock: str, profile: str) -> None:
    found = defaults(tmp_path, lock, profile)
    assert found.stored(ACCOUNT) == "own"
    found.require_writable()


def test_locks_that_the_user_cannot_read_do_not_count(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = defaults(tmp_path, "/org/gnome/evolution/\n")

    def refused(_self: object, path: str) -> t.Any:
        raise HostError(path, "permission denied", "see to it")

    monkeypatch.setattr(LocalFiles, "read", refused)
    assert found.stored(ACCOUNT) == "own"


def test_a_template_for_new_users_has_no_default_account() -> None:
    with pytest.raises(OptionError, match="none belongs to this home directory"):
        NoDefaults().require_writable()
