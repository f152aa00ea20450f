# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Control tests, which distinguish a site's problems from a provider's: the hosts, the accounts, the results.

If hosts of one site do not reach a server, tests of the same port on other servers show whether the site or the server
has the problem. A few of the hosts test the servers of all presets, without signing in.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._providers.charter import PROVIDERS
from .fleet_report import Finding, Scope
from .host_record import FROM_CONTROLLER, HostRecord
from .observations import Observation, observations
from .site_of_host import site_of_host

MOST_AT_A_SITE = 3
_MOST = 12  # hosts per run


def control_accounts() -> list[dict[str, str]]:
    """One account without a password per preset, as options of mail_verify."""
    return [
        {
            "email": f"{provider.name}@{provider.imap.server.host.partition('.')[2]}",
            "provider": provider.name,
            "protocol": protocol,
        }
        for provider in PROVIDERS
        for protocol in ("imap", "pop3")
    ]


def control_hosts(findings: t.Iterable[Finding], records: t.Sequence[HostRecord]) -> tuple[str, ...]:
    """The hosts to test other servers: a few of each site that a finding leaves undecided; usually none.

    Args:
        findings: of the run.
        records: those of all hosts. A site with such tests is not tested again.
    """
    asked = {site_of_host(record) for record in records if record.controls}
    by_name = {record.host: record for record in records}
    chosen: dict[str, dict[str, None]] = {}
    for finding in findings:
        if finding.scope is not Scope.SITE_OR_PROVIDER:
            continue
        for host in finding.hosts:
            record = by_name[host]
            at_site = chosen.setdefault(site_of_host(record) or host, {})
            if len(at_site) < MOST_AT_A_SITE and site_of_host(record) not in asked - {""} and _can(record):
                at_site[host] = None
    return tuple(host for at_site in chosen.values() for host in at_site)[:_MOST]


def _can(record: HostRecord) -> bool:
    """Whether a host's tests run on the host itself."""
    return not record.controls and not any(
        endpoint.checked_from == FROM_CONTROLLER for account in record.accounts for endpoint in account.endpoints
    )


def control_observations(records: t.Iterable[HostRecord], seen: t.Iterable[Observation]) -> list[Observation]:
    """The observations from tests of other servers, under names that no host has.

    Args:
        records: of the run.
        seen: the observations from accounts. A server that they test at a site needs no control there.
    """
    known = {(one.place, one.server) for one in seen}
    tests = [dataclasses.replace(record, accounts=record.controls) for record in records if record.controls]
    return [
        dataclasses.replace(one, host=f"\0control {one.host}", is_control=True)
        for one in observations(tests, {})
        if (one.place, one.server) not in known
    ]
