# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs over fleets that were never run: of any size, equal on every machine, for tests and for the picture in docs."""

from __future__ import annotations

import collections
import dataclasses
import functools
import typing as t

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import (
    AccountRow,
    Confidence,
    Finding,
    FleetReport,
    HostRow,
    MailState,
    RunCounts,
    Scope,
    ShownCertificate,
    StageResult,
)

STARTED, ENDED = "2026-11-28T08:02:11Z", "2026-11-28T08:14:40Z"
_SITES = ("Turin", "Milan", "Genoa", "10.4.7.0/24")
_PEOPLE = ("mario.rossi", "anna.bianchi", "luca.ferrari", "giulia.russo", "paolo.greco", "sara.conti", "elena.riva")
_ROLES = ("desk", "laptop", "till", "front")
_CONNECTION = ("dns", "tcp", "first_bytes", "tls", "greeting", "capability")
_WORKS = (
    "Mail can be received from imap.charter.net (IMAP, port 993, TLS 1.3) and sent with mobile.charter.net (SMTP, port"
    " 587, TLS 1.3)."
)

# Texts that break out where they are not quoted.
HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "\u2028</textarea><!--<script>",
    '"\' onmouseover=alert(1) x="',
    "\x1b[2J\x1b]0;owned\x07",
    "{{ 7 * 7 }}{% raw %}",
    "\ud800\x00\x85\u202egnp.exe",
    "]]>&amp;&#0;",
)


def stages(failed: str = "", code: str = "", endpoint: str = "outgoing") -> tuple[StageResult, ...]:
    """All tests of an account of which one may have failed; what comes after it at this endpoint is skipped."""
    result = []
    for way, last in (("incoming", "mailbox"), ("outgoing", "sending")):
        status = "ok"
        for stage in (*_CONNECTION, "authentication", last):
            here = way == endpoint and stage == failed
            result.append(StageResult(way, stage, "failed" if here else status, code if here else ""))
            status = "skipped" if here else status
    return tuple(result)


def account(email: str, state: MailState = MailState.VERIFIED, **values: t.Any) -> AccountRow:
    """An account that works, but for what is given."""
    values = {"sentence": _WORKS, "stages": stages(), **values}
    return AccountRow(
        email=email, user=email.partition("@")[0].partition(".")[0], protocol="imap", state=state, **values
    )


def report(hosts: t.Sequence[HostRow], findings: t.Sequence[Finding] = (), **values: t.Any) -> FleetReport:
    """A run over these hosts."""
    counts = collections.Counter(row.state for row in hosts)
    return FleetReport(
        run="20261128T080211Z-3575",
        started_at=STARTED,
        ended_at=ENDED,
        counts={state: counts[state] for state in MailState},
        findings=tuple(findings),
        hosts=tuple(hosts),
        **values,
    )


def working(number: int) -> FleetReport:
    """A fleet on which everything works."""
    return report(
        [
            HostRow(
                f"desk-{index + 1:05}.office.example",
                MailState.VERIFIED,
                "Turin",
                ENDED,
                (account(f"u{index}@twc.com"),),
            )
            for index in range(number)
        ]
    )


class _Findings:
    """The findings of ``fleet``: each gets the hosts that have it."""

    def __init__(self) -> None:
        self._indices: dict[str, int] = {}
        self._found: list[tuple[Finding, list[str]]] = []

    def index(self, finding: Finding, host: str) -> int:
        """The finding's index, once it has this host, too."""
        index = self._indices.setdefault(finding.title, len(self._indices))
        if index == len(self._found):
            self._found.append((finding, []))
        self._found[index][1].append(host)
        return index

    def all(self) -> list[Finding]:
        """The findings in the order of their indices."""
        return [
            dataclasses.replace(finding, hosts=tuple(sorted(set(hosts))), accounts=len(hosts))
            for finding, hosts in self._found
        ]


_OUTAGE = Finding(
    Scope.PROVIDER,
    "mobile.charter.net",
    "connection_timed_out",
    Confidence.HIGH,
    "mobile.charter.net does not answer on ports 993 and 587",
    "Change nothing. It worked until 07:40 UTC, and all 4 sites see the same.",
    (
        "All hosts at 4 of 4 sites that use mobile.charter.net:587 fail with connection_timed_out.",
        "It worked on each of them in their last run.",
        "imap.charter.net:993 answers from the same hosts.",
    ),
    since="2026-11-28T07:40:02Z",
)
_FILTER = Finding(
    Scope.SITE,
    "10.4.7.0/24",
    "name_blocked",
    Confidence.MEDIUM,
    "A DNS filter at 10.4.7.0/24 blocks imap.charter.net",
    "Permit imap.charter.net in the DNS filter of this site. Change no mail setting.",
    ("Only hosts at this site fail; hosts at 3 other sites find the name.",),
    since="2026-11-27T08:01:55Z",
)


def _refused(email: str) -> Finding:
    return Finding(
        Scope.ACCOUNT,
        email,
        "password_refused",
        Confidence.HIGH,
        f"The password of {email} is refused",
        f"Set the new password of {email}.",
        ("Other accounts sign in to the same server.",),
    )


def _no_dns(host: str) -> Finding:
    return Finding(
        Scope.MACHINE,
        host,
        "name_server_silent",
        Confidence.HIGH,
        f"{host} reaches no name server",
        f"Check network and DNS of {host}. Change no mail setting.",
        ("Other hosts at its site find the names.",),
    )


@functools.cache
def fleet(number: int, *, outage: int = 40) -> FleetReport:
    """A fleet with an outage, a DNS filter at one site, and what any fleet has: refused passwords, silent hosts.

    Args:
        number: of hosts.
        outage: the percentage of accounts that the outage concerns.
    """
    findings, hosts = _Findings(), []
    for index in range(number):
        role, site = _ROLES[index % 3 if index % 7 else 3], _SITES[index % 3 if index % 11 else 3]
        host = f"{role}-{index + 1:0{max(3, len(str(number)))}}.office.example"
        people = [_PEOPLE[(index + step) % len(_PEOPLE)] + (f"{index}" if number > 300 else "") for step in (0, 3)]
        if index % 33 == 20:
            hosts.append(
                HostRow(
                    host,
                    MailState.NOT_REACHED,
                    reason="ssh: connect to host port 22: No route to host",
                    last_state=MailState.VERIFIED,
                    last_tested_at="2026-11-25T08:03:00Z",
                )
            )
            continue
        if index % 83 == 41:
            hosts.append(HostRow(host, MailState.NO_ACCOUNTS, site, ENDED))
            continue
        accounts = tuple(
            _account(findings, host, site, f"{person}@charter.net", (index * 7 + step * 31) % 100 < outage, index)
            for step, person in enumerate(people[: 1 if index % 5 > 1 else 2])
        )
        order = (MailState.FAILED, MailState.WARNING, MailState.VERIFIED)
        worst = min((row.state for row in accounts), key=order.index)
        minutes = f"{2 + index * 12 // number:02}"
        hosts.append(
            HostRow(
                host, worst, site, f"2026-11-28T08:{minutes}:{index % 60:02}Z", accounts, last_state=MailState.VERIFIED
            )
        )
    hosts.sort(key=lambda row: row.host)
    return report(hosts, findings.all(), certificates=_CERTIFICATES, earlier=_earlier(number))


def _account(findings: _Findings, host: str, site: str, email: str, outage: bool, index: int) -> AccountRow:
    if index % 149 == 11:
        found, stage, way, server = _no_dns(host), "dns", "incoming", "imap.charter.net:993"
    elif site == _SITES[3]:
        found, stage, way, server = _FILTER, "dns", "incoming", "imap.charter.net:993"
    elif index % 61 == 3:
        found, stage, way, server = _refused(email), "authentication", "incoming", "imap.charter.net:993"
    elif outage:
        found, stage, way, server = _OUTAGE, "tcp", "outgoing", "mobile.charter.net:587"
    elif index % 97 == 5:
        return account(email, MailState.WARNING, sentence=f"{_WORKS} The certificate ends in 9 days.")
    else:
        return account(email, changed="works again" if index % 41 == 1 else "")
    sentence = f"Mail of {email} fails: {server} ({found.code})."
    return account(
        email,
        MailState.FAILED,
        sentence=f"{sentence} Mail can be received from imap.charter.net (IMAP, port 993, TLS 1.3)."
        if outage
        else sentence,
        server=server,
        code=found.code,
        stages=stages(stage, found.code, way),
        finding=findings.index(found, host),
        changed="fails now" if found is _OUTAGE else "",
    )


_CERTIFICATES = (
    ShownCertificate(
        "mail.twc.com:993", ("mail.twc.com",), "DigiCert TLS RSA SHA256 2020 CA1", "2026-12-07T23:59:59Z", 12
    ),
    ShownCertificate(
        "imap.charter.net:993",
        ("imap.charter.net", "pop.charter.net"),
        "DigiCert Global G2 TLS RSA",
        "2027-01-20T23:59:59Z",
        131,
    ),
    ShownCertificate(
        "mobile.charter.net:587",
        ("mobile.charter.net", "*.mobile.charter.net"),
        "DigiCert Global G2 TLS RSA",
        "2027-06-02T23:59:59Z",
        118,
    ),
)


def _earlier(number: int) -> tuple[RunCounts, ...]:
    runs = []
    for day in range(1, 28):
        failed = max(1, number // 200) + (number // 9 if day in (11, 12) else 0)
        unreached = number // 40 + (number // 12 if day % 7 == 0 else 0)
        counts = {
            MailState.FAILED: failed,
            MailState.NOT_REACHED: unreached,
            MailState.VERIFIED: max(0, number - failed - unreached),
        }
        runs.append(RunCounts(f"202611{day:02}T080200Z-77", f"2026-11-{day:02}T08:02:00Z", counts))
    return tuple(runs)


def hostile() -> FleetReport:
    """Every text of a run is hostile."""
    hosts = [
        HostRow(
            bad,
            MailState.FAILED if index else MailState.NOT_REACHED,
            site=bad,
            tested_at=bad,
            accounts=(
                dataclasses.replace(
                    account(f"{bad}@{bad}", MailState.FAILED, sentence=bad * 3, server=bad, code=bad, finding=index),
                    stages=(StageResult("incoming", bad, "failed", bad), StageResult(bad, bad, bad, bad)),
                    changed=bad,
                    protocol=bad,
                ),
            )
            if index
            else (),
            reason=bad if not index else "",
            last_tested_at=bad,
        )
        for index, bad in enumerate(HOSTILE)
    ]
    findings = [
        Finding(scope, bad, bad, Confidence.LOW, bad, bad, (bad, bad), (bad,), 1, bad)
        for scope, bad in zip(Scope, HOSTILE, strict=False)
    ]
    certificates = tuple(ShownCertificate(bad, (bad,), bad, bad, 1) for bad in HOSTILE)
    return report(hosts, findings, certificates=certificates, earlier=(RunCounts(HOSTILE[0], HOSTILE[1], {}),))
