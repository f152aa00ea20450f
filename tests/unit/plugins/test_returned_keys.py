# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RETURN of mail_verify documents what a result has."""

from __future__ import annotations

import typing as t

import yaml

from ansible_collections.charter.mail.plugins.modules import mail_verify
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.verify_results import (
    result_of_three_accounts,
)


def documented(keys: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The keys of a part of RETURN, each with those below it."""
    return {name: documented(key.get("contains", {})) for name, key in keys.items()}


def keys_of(results: t.Sequence[t.Mapping[str, t.Any]]) -> set[str]:
    return {name for result in results for name in result}


def test_each_key_is_documented() -> None:
    """What a Windows PC adds, and an unexpected error, is documented and not here."""
    result = result_of_three_accounts()
    returned = documented(yaml.safe_load(mail_verify.RETURN))
    assert set(returned) - set(result) == {"checked_from", "trace"}
    accounts = result["accounts"]
    assert keys_of(accounts) == set(returned["accounts"])
    causes = [one["cause"] for one in accounts]
    assert set(returned["accounts"]["cause"]) - keys_of(causes) == {"checked_from"}
    checks = [check for one in accounts for check in one["checks"]]
    assert set(returned["accounts"]["checks"]) - keys_of(checks) == {"checked_from"}
    assert keys_of(checks) <= set(returned["accounts"]["checks"])
    assert keys_of(causes) <= set(returned["accounts"]["cause"])
