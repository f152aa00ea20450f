# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example of docs/existing-accounts.md for accounts that are not listed, run for users of this machine."""

from __future__ import annotations

import pathlib
import re
import shlex
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import ROOT, Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser, snapshot

PAGE = (ROOT / "docs/existing-accounts.md").read_text()
BOTH = ["thunderbird", "evolution"]


@pytest.fixture
def ansible(tmp_path: pathlib.Path) -> Ansible:
    return Ansible(tmp_path)


def test_the_example_removes_what_is_not_listed(ansible: Ansible, mario: LocalUser, anna: LocalUser) -> None:
    wanted = {"user": mario.name, "email": "mario@charter.net"}
    others = [{"user": user.name, "email": "old@charter.net"} for user in (mario, anna)]

    def configure(*accounts: dict[str, str], options: str = "") -> dict[str, int]:
        inventory = ansible.local_host(mail_clients=BOTH, mail_accounts=list(accounts))
        done = ansible.playbook("configure", inventory, *shlex.split(options))
        assert done.code == 0, done.output
        return done.recap

    assert configure(wanted, *others)["changed"] == 1
    (example,) = re.findall(
        r"^    ansible-playbook charter.mail.configure -i hosts.yml (-e mail_ex.*)$", PAGE, re.MULTILINE
    )
    before = [snapshot(user.home) for user in (mario, anna)]
    assert configure(wanted, options=example)["changed"] == 1
    assert [snapshot(user.home) for user in (mario, anna)] == before
    assert configure(wanted, options=example.replace(" --check --diff", ""))["changed"] == 1
    (result,) = ansible.results()
    assert [(one["client"], one["email"], one["status"]) for one in result["accounts"]] == [
        ("thunderbird", "mario@charter.net", "unchanged"),
        ("evolution", "mario@charter.net", "unchanged"),
        ("thunderbird", "old@charter.net", "removed"),
        ("evolution", "old@charter.net", "removed"),
    ]
    assert "old@charter.net" not in (mario.profile / "prefs.js").read_text()
    assert snapshot(anna.home) == before[1]  # a user of whom the list does not speak
    assert configure(wanted, options=example.replace(" --check --diff", ""))["changed"] == 0
    assert configure(options="-e mail_exclusive=ours")["changed"] == 0  # an empty list
    # By a role's module alone.
    assert configure(wanted, *others)["changed"] == 1
    options: dict[str, t.Any] = {"user": mario.name, "email": "mario@charter.net"}
    for client in BOTH:
        done = ansible.module(f"{client}_account", exclusive="ours", **options)
        assert [one["status"] for one in done["accounts"]] == ["unchanged", "removed"], str(done)
        assert not ansible.module(f"{client}_account", exclusive="ours", **options)["changed"]
