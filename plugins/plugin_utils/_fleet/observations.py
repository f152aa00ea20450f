# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of all hosts' tests: one observation per server and account."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .earlier_results import EarlierHost
from .failure_kinds import BEFORE_SIGN_IN, Kind, kind_of
from .host_record import ACCOUNT, AccountRecord, EndpointRecord, HostRecord
from .site_of_host import place_of_test


class Before(enum.Enum):
    """The previous result of the same test of the same account."""

    WORKED = "worked"
    STOPPED = "stopped"  # it failed, after it had worked
    FAILED = "failed"  # it failed, and is not known to have worked
    CHANGED = "changed"  # the account worked with other settings
    UNKNOWN = "unknown"


@dataclasses.dataclass(eq=False, slots=True)  # frozen instances take three times as long to create, and there are many
class Observation:
    """The result of an account on a host at one of its servers.

    Attributes:
        host: the host's name.
        place: the host's site or network, or the host itself if neither is known.
        account: ``AccountRecord.key``.
        role: incoming, outgoing or account.
        server: host and port.
        security: the connection's security.
        address: the server's address; may be empty.
        stage, code: of the first failed test; empty if none failed.
        kind: the kind of failure; None if none failed.
        reached: everything up to signing in works.
        signed_in: whether the sign-in was accepted; None if it was not tried.
        alternative: other settings were found that work.
        before: the previous result.
        since: since when it fails, if known from earlier runs.
        is_control: a test of another server than those of the host's accounts. It is evidence, but gets no verdict.
    """

    host: str
    place: str
    account: tuple[str, str, str]
    role: str
    server: str
    security: str
    address: str
    stage: str
    code: str
    kind: Kind | None
    reached: bool
    signed_in: bool | None
    alternative: bool
    before: Before
    since: str
    is_control: bool = False

    @property
    def endpoint(self) -> tuple[str, str]:
        """The tested endpoint, the same for all that connect in the same way."""
        return (self.server, self.security)

    @property
    def server_host(self) -> str:
        """The server without its port."""
        return self.server.rpartition(":")[0]

    @property
    def port(self) -> str:
        """The server's port."""
        return self.server.rpartition(":")[2]

    @property
    def before_sign_in(self) -> bool:
        """Whether it failed before signing in."""
        return self.kind is not None and self.stage in BEFORE_SIGN_IN


def observations(records: t.Iterable[HostRecord], earlier: t.Mapping[str, EarlierHost]) -> list[Observation]:
    """All observations, in the order of the records.

    Args:
        records: of one run.
        earlier: the last earlier result of hosts, by name.
    """
    return [
        _observed(record, account, endpoint, earlier.get(record.host))
        for record in records
        for account in record.accounts
        for endpoint in account.endpoints
        if endpoint.is_tested
    ]


def _observed(
    record: HostRecord, account: AccountRecord, endpoint: EndpointRecord, earlier: EarlierHost | None
) -> Observation:
    failed = endpoint.failed
    sign_ins = [stage.status for stage in endpoint.stages if stage.stage == "authentication"]
    is_cause = account.cause is not None and account.cause.endpoint == endpoint.endpoint
    code = "" if failed is None else failed.code
    before, since = _before(account, endpoint, earlier, code)
    return Observation(
        host=record.host,
        place=place_of_test(record, endpoint),
        account=account.key,
        role=endpoint.endpoint,
        server=endpoint.server,
        security=endpoint.security,
        address=endpoint.address,
        stage="" if failed is None else failed.stage,
        code=code,
        kind=None if failed is None else kind_of(failed.stage, failed.code),
        reached=endpoint.endpoint != ACCOUNT and (failed is None or failed.stage not in (*BEFORE_SIGN_IN, "settings")),
        signed_in=True if "ok" in sign_ins else False if "failed" in sign_ins else None,
        alternative=bool(is_cause and account.suggestion),
        before=before,
        since=since,
    )


def _before(
    account: AccountRecord, endpoint: EndpointRecord, earlier: EarlierHost | None, code: str
) -> tuple[Before, str]:
    known = None if earlier is None else earlier.accounts.get(account.key)
    then = None if known is None else known.get(endpoint.endpoint)
    if then is None:
        return Before.UNKNOWN, ""
    same = then.server == endpoint.server and then.security in (endpoint.security, "")
    if not same:
        return (Before.CHANGED if not then.code else Before.UNKNOWN), ""
    if not then.code:
        return Before.WORKED, ""
    return (Before.STOPPED if then.since else Before.FAILED), then.since if code else ""
