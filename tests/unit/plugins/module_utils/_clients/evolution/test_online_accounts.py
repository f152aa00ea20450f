# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of GNOME Online Accounts and of other collections are neither changed nor removed."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import configure
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError

from .sources_by_hand import BY_HAND, MARIO, absent, account, present, sources


@pytest.mark.parametrize("login", [MARIO, "mario.rossi"])
def test_an_account_of_gnome_online_accounts_is_refused_and_nothing_to_remove(login: str) -> None:
    goa = "[Data Source]\nDisplayName=Charter\n[Collection]\nIdentity=x\n[GNOME Online Accounts]\nAccountId=1\n"
    kept = BY_HAND["acc"].replace("Parent=\n", "Parent=goa\n").replace(f"User={MARIO}", f"User={login}")
    before = sources({**BY_HAND, "goa": goa, "acc": kept})
    for provider in ("charter", "spectrum"):
        with pytest.raises(OptionError, match=r"GNOME Online Accounts or the like \(Charter\)"):
            present(before, account(provider=provider))
        assert absent(before, account(provider=provider, state="absent")) is before
    assert len(present(before, account("anna@charter.net"))) == len(before) + 3


def test_an_account_of_evolutions_own_collection_is_not_said_to_be_in_online_accounts() -> None:
    collection = "[Data Source]\nDisplayName=Mario\n[Collection]\nBackendName=none\nIdentity=x\n"
    kept = BY_HAND["acc"].replace("Parent=\n", "Parent=own\n")
    before = sources({**BY_HAND, "own": collection, "acc": kept})
    with pytest.raises(OptionError, match=r"a collection account of the user's \(Mario\).* Edit, Accounts") as refused:
        present(before, account())
    assert "Online Accounts" not in str(refused.value)
    assert absent(before, account(state="absent")) is before


def test_an_account_of_gnome_online_accounts_is_known_by_its_server_and_login_too() -> None:
    goa = "[Data Source]\nDisplayName=Charter\n[Collection]\nIdentity=x\n[GNOME Online Accounts]\nAccountId=1\n"
    kept = BY_HAND["acc"].replace("Parent=\n", "Parent=goa\n")
    other_from = BY_HAND["ide"].replace(f"Address={MARIO}", "Address=mario@rossi.example")
    before = sources({**BY_HAND, "goa": goa, "acc": kept, "ide": other_from})
    with pytest.raises(OptionError, match="GNOME Online Accounts"):
        present(before, account(provider="spectrum"))
    assert absent(before, account(provider="spectrum", state="absent")) is before


def test_online_accounts_of_the_same_login_are_refused_whatever_their_address_is() -> None:
    goa = "[Data Source]\nDisplayName=Charter\n[Collection]\nIdentity=x\n[GNOME Online Accounts]\nAccountId=1\n"
    texts = {uid: text.replace("Parent=\n", "Parent=goa\n") for uid, text in BY_HAND.items()}
    texts["ide"] = texts["ide"].replace(f"Address={MARIO}", "Address=mario@rossi.example")
    with pytest.raises(OptionError, match="GNOME Online Accounts"):
        configure.present(sources({**texts, "goa": goa}), account(provider="spectrum"))
