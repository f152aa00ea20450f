# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts that the site keeps by templates of evolution-data-server."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import configure, removal, templates
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.lookup import find
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.sources import Sources
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError, OptionError

from .sources_by_hand import BY_HAND, account, sources

TEMPLATE = "[Autoconfig]\nRevision=1\n"


def refuse(before: Sources, after: Sources, wanted: Account) -> None:
    templates.refuse_changes(before, after, find(before, wanted), wanted)


def of_template(*uids: str) -> Sources:
    return sources({uid: text + TEMPLATE * (uid in uids) for uid, text in BY_HAND.items()})


@pytest.mark.parametrize("uid", ["acc", "ide", "tra"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_what_a_template_keeps_is_refused(uid: str, state: str) -> None:
    before = of_template(uid)
    wanted = account(state=state, full_name="Mario R.")  # neither the name nor the servers of the template
    after, _ids = (configure.present if state == "present" else removal.absent)(before, wanted)
    with pytest.raises(OptionError, match=rf"by the template {uid}\.source of evolution-data-server"):
        refuse(before, after, wanted)


def test_a_template_with_the_wanted_settings_is_taken_as_it_is() -> None:
    wanted = account(provider="spectrum")
    right, _ids = configure.present(sources(BY_HAND), wanted)
    before = right.updated(
        {"acc": right["acc"].without_group("X-Charter-Mail").with_text("Autoconfig", "Revision", "1")}
    )
    after, _ids = configure.present(before, wanted)
    assert after is not before  # our marker only
    refuse(before, after, wanted)


def test_other_accounts_of_templates_are_no_obstacle() -> None:
    before = of_template("acc", "ide", "tra")
    wanted = account("anna@charter.net")
    after, _ids = configure.present(before, wanted)
    refuse(before, after, wanted)
    refuse(after, removal.absent(after, wanted)[0], wanted)


def test_a_template_of_the_same_server_is_named(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (
        ("charter.source", BY_HAND["acc"].replace("Host=mobile", "Host=IMAP") + TEMPLATE),
        ("sending.source", BY_HAND["tra"] + TEMPLATE),
        ("work.source", BY_HAND["acc"].replace("mobile.charter.net", "imap.work.example") + TEMPLATE),
        ("damaged.source", "this is no line"),
        ("README", "text"),
    ):
        (tmp_path / name).write_text(text)

    def found(folder: str, **options: str) -> list[str]:
        return list(templates.warnings(templates.hosts(LocalFiles(), folder), account(**options)))

    (told,) = found(str(tmp_path))
    assert f"the template {tmp_path}/charter.source may give the user a second account" in told
    assert found(str(tmp_path), provider="spectrum") == []
    assert found(str(tmp_path / "none")) == []

    def refused(_self: object, path: str) -> bytes:
        raise HostError(path, "permission denied", "see to it")

    monkeypatch.setattr(LocalFiles, "read", refused)
    assert found(str(tmp_path)) == []
