# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account as a task describes it, and runs for it, for the tests of all clients."""

from __future__ import annotations

import typing as t

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.client import Client
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import (
    Outcome,
    Status,
    preview,
    reconcile,
)
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account

EMAIL = "mario.rossi@charter.net"


def account(**options: t.Any) -> Account:
    (found,) = requests({"email": EMAIL, "accounts": None, **options})
    return found.account


def statuses(outcome: Outcome[t.Any]) -> list[Status]:
    return [step.status for step in outcome.steps]


def repeated_run(open_client: t.Callable[[], Client[t.Any]], wanted: Account) -> tuple[Outcome[t.Any], str]:
    """A run that is repeated and that check mode foresees, and what the admin is told."""
    foreseen = preview(open_client(), [wanted])
    outcome = reconcile(open_client(), [wanted])
    assert foreseen.steps[0].changes == outcome.steps[0].changes
    told = open_client().warnings(outcome.after, wanted)
    assert open_client().warnings(foreseen.after, wanted) == told
    assert not reconcile(open_client(), [wanted]).changed
    return outcome, " ".join(told)
