# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of one host in one run: values without secrets, of bounded size."""

from __future__ import annotations

import dataclasses
import functools

from ...module_utils._verify.findings.failure import Code
from .fleet_report import StageResult
from .record_limits import LONGEST_SENTENCES, LONGEST_TEXT, MOST_ACCOUNTS, MOST_ENTRIES

ACCOUNT = "account"  # the endpoint of tests that concern the whole account
CLIENT = "client"  # the stage that compares an account with a mail client
_UNREADABLE = Code.CLIENT_UNREADABLE.value
FROM_CONTROLLER = "controller"  # tested by the controller, in another network than the host's


class DamagedRecord(Exception):
    """A file is not a record. The message says why."""


@dataclasses.dataclass(frozen=True)
class SeenCertificate:
    """A certificate that a server showed: see ``fleet_report.Certificate``."""

    names: tuple[str, ...]
    issuer: str
    not_after: str


@dataclasses.dataclass(frozen=True)
class EndpointRecord:
    """The tests of one server of an account, or of the account as a whole.

    Attributes:
        endpoint: ``incoming``, ``outgoing`` or ``account``.
        service: ``imap``, ``pop3`` or ``smtp``; the client's name for ``account``.
        server: host and port; empty for ``account``.
        security: ``ssl``, ``starttls`` or ``none``; empty if not known.
        address: the address connected to, or tried; may be empty.
        checked_from: ``controller`` or ``pc`` for a Windows host, else empty.
        stages: the tests in their order.
        certificate: the server's; None if not seen.
    """

    endpoint: str
    service: str
    server: str
    security: str
    address: str
    stages: tuple[StageResult, ...]
    checked_from: str = ""
    certificate: SeenCertificate | None = None

    # Hosts with the same results share an object, so that derived values are computed once.
    @functools.cached_property
    def failed(self) -> StageResult | None:
        """The first test that failed."""
        return next((stage for stage in self.stages if stage.status == "failed"), None)

    @functools.cached_property
    def is_tested(self) -> bool:
        """Whether any test was made."""
        return any(stage.status != "skipped" for stage in self.stages)


@dataclasses.dataclass(frozen=True)
class AccountRecord:
    """An account, as mail_verify returned it.

    Attributes:
        email, user, protocol: of the account.
        ok: no test failed.
        sentence: the result in plain sentences.
        warnings: problems that do not affect mail yet.
        cause: ``endpoint``, ``stage``, ``code`` and ``server`` of the cause; empty texts if the account works.
        suggestion: the options that work instead, as ``name=value`` texts; empty if none were found.
        endpoints: the tests.
    """

    email: str
    user: str
    protocol: str
    ok: bool
    sentence: str = ""
    warnings: tuple[str, ...] = ()
    cause: StageResult | None = None
    cause_server: str = ""
    suggestion: tuple[str, ...] = ()
    endpoints: tuple[EndpointRecord, ...] = ()

    @functools.cached_property
    def key(self) -> tuple[str, str, str]:
        """A key that identifies an account on its host."""
        return (self.email.casefold(), self.user, self.protocol)

    @property
    def is_comparison(self) -> bool:
        """Whether the account was compared with mail clients, and no mail was tested."""
        return bool(self.endpoints) and all(stage.stage == CLIENT for end in self.endpoints for stage in end.stages)

    @property
    def is_not_compared(self) -> bool:
        """Whether it could not be compared with a mail client, and does not differ from another."""
        codes = {stage.code for end in self.endpoints for stage in end.stages if stage.status == "failed"}
        return self.is_comparison and codes == {_UNREADABLE}

    def merged(self, later: AccountRecord) -> AccountRecord:
        """This record, updated with a later task's results of the same run; they replace results of the same kind."""
        services = {end.service for end in self.endpoints}
        if self.is_comparison is later.is_comparison and (
            not later.is_comparison or services <= {end.service for end in later.endpoints}
        ):
            return later
        first, second = (self, later) if later.is_comparison else (later, self)
        return dataclasses.replace(
            first,
            ok=first.ok and second.ok,
            sentence=" ".join(filter(None, (first.sentence, second.sentence)))[:LONGEST_SENTENCES],
            cause=first.cause or second.cause,
            endpoints=(*first.endpoints, *second.endpoints)[:MOST_ENTRIES],
        )


@dataclasses.dataclass(frozen=True)
class HostRecord:
    """A host in a run.

    Attributes:
        host: its name in the inventory.
        run: the run's id.
        recorded_at: UTC by the controller's clock.
        tested_at: UTC by the host's clock; empty if nothing was tested.
        check_mode: whether the run was in check mode.
        site: the variable ``mail_site``; may be empty.
        networks: the host's networks, see mail_verify.
        verified: whether tests were made, or there is no account to test.
        failure: why testing failed entirely; usually empty.
        configuring: why configuring failed; usually empty.
        changed: whether configuring changed anything.
        accounts: in the order of the task.
        compared: whether mail_drift ran, even if it failed or there was no account to compare.
        uncompared: why mail_drift failed entirely; usually empty.
        unreached: why Ansible did not reach the host; usually empty.
        controls: tests of the servers of all presets without a password, see ``control_tests``.
    """

    host: str
    run: str
    recorded_at: str
    tested_at: str = ""
    check_mode: bool = False
    site: str = ""
    networks: tuple[str, ...] = ()
    verified: bool = False
    failure: str = ""
    configuring: str = ""
    changed: bool = False
    accounts: tuple[AccountRecord, ...] = ()
    compared: bool = False
    uncompared: str = ""
    unreached: str = ""
    controls: tuple[AccountRecord, ...] = ()

    @property
    def is_unreached(self) -> bool:
        """Whether it is only known that the host was not reached."""
        return bool(self.unreached) and not (self.verified or self.compared or self.failure or self.configuring)

    @property
    def is_not_compared(self) -> bool:
        """Whether mail_drift could not compare all accounts."""
        if not self.compared:
            return False
        return bool(self.uncompared) or any(
            stage.code == _UNREADABLE
            for account in self.accounts
            for end in account.endpoints
            if end.endpoint == ACCOUNT
            for stage in end.stages
        )

    def merged(self, later: HostRecord) -> HostRecord:
        """This record, updated with a later task's results of the same run."""
        accounts = {account.key: account for account in self.accounts}
        for account in later.accounts:
            known = accounts.get(account.key)
            accounts[account.key] = account if known is None else known.merged(account)
        tests = bool(later.verified or later.failure)  # otherwise it comes from another task
        return dataclasses.replace(
            later if tests else self,
            site=later.site or self.site,
            networks=later.networks or self.networks,
            configuring="; ".join(dict.fromkeys(filter(None, (self.configuring, later.configuring))))[:LONGEST_TEXT],
            changed=self.changed or later.changed,
            accounts=tuple(accounts.values())[:MOST_ACCOUNTS],
            compared=self.compared or later.compared,
            uncompared=later.uncompared if later.compared else self.uncompared,
            unreached=later.unreached or self.unreached,
            controls=later.controls or self.controls,
        )


@functools.lru_cache(maxsize=4096)
def shared_stage(endpoint: str, stage: str, status: str, code: str) -> StageResult:
    """One object for all hosts with the same result."""
    return StageResult(endpoint, stage, status, code)
