# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's default account where the site has locked it for all users."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.default_account import (
    ACCOUNT,
    IDENTITY,
    path,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.default_account_store import (
    DesktopDefaults,
    NoDefaults,
)
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError

from .fake_session import Desktop


def desktop(*locked: str) -> Desktop:
    found = Desktop(session=False)
    found.store_setting(path(ACCOUNT), "own", "org.gnome.Evolution.DefaultSources")
    found.locks = {path(name): f"/etc/dconf/db/local.d/locks/{name}" for name in locked}
    return found


@pytest.mark.parametrize("name", [ACCOUNT, IDENTITY])
def test_what_dconf_locks_is_refused(name: str) -> None:
    found = DesktopDefaults(desktop(name))
    with pytest.raises(
        OptionError, match=rf"/etc/dconf/db/local\.d/locks/{name} locks /org/gnome/evolution/default-mail"
    ):
        found.require_writable()


def test_the_users_choice_does_not_count_where_the_site_has_its_own() -> None:
    assert DesktopDefaults(desktop(ACCOUNT)).stored(ACCOUNT) is None
    assert DesktopDefaults(desktop(IDENTITY)).stored(ACCOUNT) == "own"


def test_without_a_lock_nothing_is_in_the_way() -> None:
    found = DesktopDefaults(desktop())
    assert found.stored(ACCOUNT) == "own"
    found.require_writable()


def test_a_template_for_new_users_has_no_default_account() -> None:
    with pytest.raises(OptionError, match="none belongs to this home directory"):
        NoDefaults().require_writable()
