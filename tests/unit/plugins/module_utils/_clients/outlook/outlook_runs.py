# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs for Outlook on a PC in memory, and what is true afterwards."""

from __future__ import annotations

import contextlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import from_client
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import (
    locations,
    prf,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.client import Outlook
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.client_entry import OUTLOOK
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.staging_methods import METHODS
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.status import AccountStatus, OutlookStatus
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import AccountCheck
from ansible_collections.charter.mail.plugins.module_utils._windows.users import WindowsUser

from .office_pc import MARIO, OfficePc

EMAIL = "mario.rossi@charter.net"
SETUP = locations.setup(MARIO.sid)
AUTODISCOVER = locations.autodiscover(MARIO.sid)
OUTLOOK_KEY = locations.outlook(MARIO.sid)
PREFERENCES = OUTLOOK_KEY + r"\Preferences"
POLICIES, CLOUD_POLICIES = locations.policies(MARIO.sid), locations.cloud_policies(MARIO.sid)


def account(email: str = EMAIL, **options: t.Any) -> Account:
    (found,) = requests({"email": email, "accounts": None, **options})
    result: Account = found.account
    return result


def client(
    pc: OfficePc, user: WindowsUser = MARIO, methods: t.Sequence[str] = METHODS, profile: str | None = None
) -> Outlook:
    return Outlook(pc, pc.machine(), user, methods, profile)


def push(pc: OfficePc, *accounts: Account, **who: t.Any) -> Outcome[t.Any]:
    return reconcile(client(pc, **who), accounts)


def verdict(pc: OfficePc, wanted: Account, **who: t.Any) -> AccountStatus:
    one = client(pc, **who)
    return one.verdict(one.read(), wanted)


def standing(pc: OfficePc, wanted: Account, **who: t.Any) -> OutlookStatus:
    return verdict(pc, wanted, **who).standing


def warnings(pc: OfficePc, wanted: Account, **who: t.Any) -> str:
    one = client(pc, **who)
    return " ".join(one.warnings(one.read(), wanted))


def stored_text(pc: OfficePc, key: str, name: str) -> str | None:
    found = pc.everything.value(key, name)
    return None if found is None else found.text


def staged_addresses(pc: OfficePc) -> list[str]:
    content = pc.folders[MARIO.sid][locations.PRF]
    return [one.email for one in prf.parse(content, "cp1252").accounts]


def inspect(pc: OfficePc, **options: t.Any) -> AccountCheck:
    (found,) = requests({"email": EMAIL, "accounts": None, **options})
    return from_client.inspect(OUTLOOK, lambda _request: contextlib.nullcontext(client(pc)), found, pytest.fail).check
