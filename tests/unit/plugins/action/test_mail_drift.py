# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How signatures in Outlook drift, on a PC in memory: what a run would change, and what it would leave."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.charter.mail.plugins.action.mail_drift import _verdict
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._ansible.drift import DriftResult, without_ignored
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import UserAccounts
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import listing
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.client import Outlook
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.staging_methods import METHODS
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.outlook.office_pc import MARIO, OfficePc

EMAIL = "mario.rossi@charter.net"
NAME = f"charter.mail {EMAIL}"
SIGNED = {"signature": {"text": "Mario"}}


def configure(pc: OfficePc, **options: t.Any) -> None:
    (wanted,) = requests({"email": EMAIL, "accounts": None, **options})
    reconcile(Outlook(pc, pc.machine(), MARIO, METHODS), [wanted.account])


def drift(pc: OfficePc, *ignored: str, **options: t.Any) -> dict[str, t.Any]:
    wanted = [without_ignored(one, ignored) for one in requests({"email": EMAIL, "accounts": None, **options})]
    result = DriftResult()

    def opened() -> t.ContextManager[Outlook]:
        return contextlib.nullcontext(Outlook(pc, pc.machine(), MARIO, METHODS))

    user = UserAccounts(MARIO.name, list(enumerate(wanted)), opened)
    result.add_user("outlook", user, listing.accounts, _verdict, print)
    (entry,) = result.as_result()["accounts"]
    found: dict[str, t.Any] = entry
    return found


def test_a_signature_that_a_run_would_set_has_drifted() -> None:
    pc = OfficePc()
    configure(pc)
    pc.start_outlook(MARIO)
    assert drift(pc)["drift"] == "none"
    entry = drift(pc, **SIGNED)
    assert entry["drift"] == "changed"
    assert any(one["setting"].endswith(f"{NAME}.htm") for one in entry["differences"])
    assert drift(pc, "signature", **SIGNED)["drift"] == "none"
    configure(pc, **SIGNED)
    assert drift(pc, **SIGNED)["drift"] == "none"
    assert drift(pc, signature={"text": "Mario Rossi"})["drift"] == "changed"
    assert drift(pc, signature={"state": "absent"})["drift"] == "changed"


def test_a_signature_that_the_user_has_changed_is_left_alone() -> None:
    pc = OfficePc()
    configure(pc, **SIGNED)
    pc.start_outlook(MARIO)
    configure(pc, **SIGNED)
    pc.signatures[MARIO.sid][f"{NAME}.htm"] = b"mine"
    entry = drift(pc, **SIGNED)
    assert (entry["drift"], entry["sentence"]) == ("left_alone", "")
    assert entry["reason"] == "mario has chosen another signature for it, or changed this one"
