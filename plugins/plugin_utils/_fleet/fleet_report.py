# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of a run about mail on all hosts: values only, shown by the summary, the page and the files."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ...module_utils._providers import provider

Confidence = provider.Confidence  # of findings


class Scope(enum.Enum):
    """How far a problem reaches."""

    PROVIDER = "provider"
    PROVIDER_PART = "provider_part"  # one address of several, or some of the connections
    SITE = "site"
    SITE_OR_PROVIDER = "site_or_provider"  # a single site cannot tell
    MACHINE = "machine"
    ACCOUNT = "account"
    SETTINGS = "settings"
    PASSWORD_LIST = "password_list"


class MailState(enum.Enum):
    """The state of mail on a host, or of an account. A host has the worst state of its accounts."""

    VERIFIED = "verified"
    WARNING = "warning"
    FAILED = "failed"
    NOT_TESTED = "not_tested"  # a host, or an account that could not be compared with a mail client
    NOT_REACHED = "not_reached"  # hosts only
    NO_ACCOUNTS = "no_accounts"  # hosts only


class About(enum.Enum):
    """What a run examined."""

    MAIL = "mail"  # whether mail works
    CLIENTS = "clients"  # only whether mail clients have the accounts as listed


@dataclasses.dataclass(frozen=True)
class Finding:
    """One problem, on any number of hosts.

    Attributes:
        scope: how far it reaches.
        subject: who or what has it, for display: ``mobile.charter.net``, ``10.1.2.0/24``, ``mario@charter.net``.
        code: the kind of failure, as in ``cause.code`` of mail_verify.
        confidence: how certain this is.
        title: the problem in one short sentence.
        action: what to do, or that nothing needs to be done, in one or two sentences.
        evidence: the evidence, one sentence each.
        hosts: names in the inventory, sorted.
        accounts: the number of accounts concerned.
        since: UTC, ``2026-11-28T12:09:25Z``: the first consecutive run that saw it. Empty if unknown.
        change: what the action changes: ``settings``, ``password``, or empty for nothing.
    """

    scope: Scope
    subject: str
    code: str
    confidence: Confidence
    title: str
    action: str
    evidence: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    accounts: int = 0
    since: str = ""
    change: str = ""


@dataclasses.dataclass(frozen=True)
class StageResult:
    """One test.

    Attributes:
        endpoint: ``incoming``, ``outgoing`` or ``account``.
        stage: as in mail_verify.
        status: ``ok``, ``failed`` or ``skipped``.
        code: the kind of failure; empty unless it failed.
    """

    endpoint: str
    stage: str
    status: str
    code: str = ""


@dataclasses.dataclass(frozen=True)
class AccountRow:
    """An account on a host.

    Attributes:
        email, user, protocol: the account's address, user and protocol.
        state: verified, warning, failed or not tested.
        sentence: the result in plain sentences, bounded.
        server: host and port of the cause; empty if the account works.
        code: of the cause; empty if the account works.
        stages: the tests, in their order.
        finding: index in FleetReport.findings of the finding that explains the failure; None if the account works.
        changed: the change since the host's last earlier run: ``fails now``, ``works again``; empty otherwise.
    """

    email: str
    user: str
    protocol: str
    state: MailState
    sentence: str
    server: str = ""
    code: str = ""
    stages: tuple[StageResult, ...] = ()
    finding: int | None = None
    changed: str = ""


@dataclasses.dataclass(frozen=True)
class HostRow:
    """A host.

    Attributes:
        host: its name in the inventory.
        state: the worst state of its accounts.
        site: the name of its site, or its network.
        tested_at: UTC; empty if it was not reached or not tested.
        accounts: in the order of the task.
        reason: why it was not reached or not tested, or what else went wrong; usually empty.
        last_state, last_tested_at: of its last earlier run; None and empty if there is none.
    """

    host: str
    state: MailState
    site: str = ""
    tested_at: str = ""
    accounts: tuple[AccountRow, ...] = ()
    reason: str = ""
    last_state: MailState | None = None
    last_tested_at: str = ""


@dataclasses.dataclass(frozen=True)
class ShownCertificate:
    """A certificate that a server showed.

    Attributes:
        server: host and port.
        names: the names it is valid for.
        issuer: its issuer.
        not_after: the end of its validity, UTC.
        hosts: how many hosts saw it.
    """

    server: str
    names: tuple[str, ...]
    issuer: str
    not_after: str
    hosts: int


@dataclasses.dataclass(frozen=True)
class RunCounts:
    """An earlier run, for the history strip.

    Attributes:
        run: its id.
        started_at: UTC.
        counts: how many hosts were in each state.
    """

    run: str
    started_at: str
    counts: t.Mapping[MailState, int]


@dataclasses.dataclass(frozen=True)
class FleetReport:
    """A run.

    Attributes:
        run: its id.
        started_at, ended_at: UTC.
        counts: how many hosts are in each state; every state has an entry.
        findings: the most important first.
        hosts: sorted by name.
        certificates: the first to expire first.
        earlier: earlier runs, the oldest first.
        check_mode: whether the run was in check mode.
        about: what the run examined.
    """

    run: str
    started_at: str
    ended_at: str
    counts: t.Mapping[MailState, int]
    findings: tuple[Finding, ...]
    hosts: tuple[HostRow, ...]
    certificates: tuple[ShownCertificate, ...] = ()
    earlier: tuple[RunCounts, ...] = ()
    check_mode: bool = False
    about: About = About.MAIL
