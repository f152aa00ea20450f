# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last earlier result of a host, as far as a verdict needs it, and its short form in a file."""

from __future__ import annotations

import dataclasses
import typing as t

from .fleet_report import MailState
from .host_record import HostRecord

AccountKey = tuple[str, str, str]


@dataclasses.dataclass(frozen=True)
class EarlierEndpoint:
    """The result of a test.

    Attributes:
        server, security: what was tested.
        code: the code of the failure; empty if nothing failed as far as tested.
        since: since when it fails, UTC; empty if it was never seen to work.
    """

    server: str
    security: str
    code: str
    since: str = ""


@dataclasses.dataclass(frozen=True)
class EarlierHost:
    """A host in an earlier run.

    Attributes:
        tested_at: UTC.
        state: the worst of its accounts.
        accounts: the results, by ``AccountRecord.key`` and role.
    """

    tested_at: str
    state: MailState
    accounts: t.Mapping[AccountKey, t.Mapping[str, EarlierEndpoint]]


def earlier_host(record: HostRecord, state: MailState, before: EarlierHost | None) -> EarlierHost:
    """The result of a host, for later runs.

    Args:
        record: the host's record in this run.
        state: the host's state.
        before: its previous result.
    """
    accounts: dict[AccountKey, dict[str, EarlierEndpoint]] = {}
    for account in record.accounts:
        known = {} if before is None else before.accounts.get(account.key, {})
        for endpoint in account.endpoints:
            if endpoint.is_tested:
                failed = endpoint.failed
                code = "" if failed is None else failed.code or "other"
                then = known.get(endpoint.endpoint)
                since = _since(endpoint.server, record.tested_at, then) if code else ""
                one = EarlierEndpoint(endpoint.server, endpoint.security, code, since)
                accounts.setdefault(account.key, {})[endpoint.endpoint] = one
    return EarlierHost(record.tested_at, state, accounts)


def _since(server: str, tested_at: str, then: EarlierEndpoint | None) -> str:
    if then is None or then.server != server:
        return ""
    return then.since if then.code else tested_at


def as_json(earlier: EarlierHost) -> list[t.Any]:
    """The short form."""
    accounts = [
        [*key, {role: [one.server, one.security, one.code, one.since] for role, one in ends.items()}]
        for key, ends in earlier.accounts.items()
    ]
    return [earlier.tested_at, earlier.state.value, accounts]


def from_json(content: t.Any) -> EarlierHost | None:
    """The host from its short form; None if the content has another form."""
    try:
        tested_at, state, accounts = content
        return EarlierHost(
            str(tested_at),
            MailState(state),
            {
                (str(email), str(user), str(protocol)): {
                    str(role): EarlierEndpoint(*map(str, one)) for role, one in ends.items()
                }
                for email, user, protocol, ends in accounts
            },
        )
    except (TypeError, ValueError, AttributeError):
        return None
