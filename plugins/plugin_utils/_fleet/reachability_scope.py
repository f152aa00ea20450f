# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides why a server is not reached: because of the provider, a site, one machine, or the settings.

An endpoint is a host with port and security, since a server can be down on one port only. Sites are compared with each
other, servers on the same port with each other, and all results with the previous ones.
"""

from __future__ import annotations

import typing as t

from .evidence import ALL_SITES, LOCAL, REFUSALS, Endpoint, Evidence, decisive_kind, grouped
from .failure_kinds import Kind
from .failures_at_one_site import OneSite
from .fleet_report import Confidence, Scope
from .observations import Before, Observation
from .rulings import Advice, Ruling, hosts_of, share
from .server_or_settings import server_or_settings
from .wording import counted

_ALL = 0.75  # of the sites, or of a site's hosts: the rest may not be affected yet, or have another problem
_SOME = 0.04  # of the hosts: more than fail on any day


class _Rest(t.NamedTuple):
    """Failures at an endpoint that are not a site's.

    Attributes:
        endpoint, kind: of all of them.
        tested: all observations of the endpoint.
        failed: the failures.
        places: the number of places where the endpoint was tested.
    """

    endpoint: Endpoint
    kind: Kind
    tested: t.Sequence[Observation]
    failed: t.Sequence[Observation]
    places: int


class _SitesWithTrouble:
    """Sites with problems of their own, which also affect servers that few of their hosts use.

    Args:
        rulings: all rulings.
    """

    def __init__(self, rulings: t.Iterable[Ruling]) -> None:
        self._ports = {
            (one.place, ruling.kind, one.port if ruling.kind is Kind.CONNECTION else "")
            for ruling in rulings
            if ruling.scope is Scope.SITE
            for one in ruling.observations
        }

    def explains(self, one: Observation) -> bool:
        """Whether a site's problem explains a failure."""
        kind = decisive_kind(one)
        return (one.place, kind, one.port if kind is Kind.CONNECTION else "") in self._ports


class ReachabilityScope:
    """The rules for all failures before signing in.

    Args:
        observations: all observations of the run.
        now: the start of the run, UTC.
    """

    def __init__(self, observations: t.Sequence[Observation], now: str) -> None:
        self._evidence = Evidence(observations, now)

    def rulings(self) -> t.Iterator[Ruling]:
        """All rulings; each failure is in exactly one."""
        found: list[Ruling] = []
        left: list[_Rest] = []
        for endpoint, tested in self._evidence.of_endpoint.items():
            failing = [one for one in tested if one.before_sign_in]
            for kind, failed in grouped(failing, decisive_kind).items():
                found += self._of_endpoint_and_kind(endpoint, kind, tested, failed, left)
        yield from found
        sites = _SitesWithTrouble(found)
        single: list[Observation] = []
        for rest in left:
            yield from self._in_parts(rest, sites, single)
        yield from self._single(single)

    def _of_endpoint_and_kind(
        self,
        endpoint: Endpoint,
        kind: Kind,
        tested: t.Sequence[Observation],
        failed: t.Sequence[Observation],
        left: list[_Rest],
    ) -> t.Iterator[Ruling]:
        by_address = self._one_address(kind, tested, failed)
        if by_address is not None:
            ruling, failed = by_address
            yield ruling
            if not failed:
                return
        places = _hosts_by_place(tested)
        failing_places = _hosts_by_place(failed)
        # A host with another problem is no evidence for this one.
        countable = _hosts_by_place(one for one in tested if one.reached or decisive_kind(one) is kind)
        bad = {place for place, hosts in failing_places.items() if share(hosts, countable[place]) >= _ALL}
        failed_hosts = hosts_of(failed)
        tested_hosts = failed_hosts | hosts_of(one for one in tested if one.reached)
        everywhere = share(bad, countable) >= _ALL and share(failed_hosts, tested_hosts) >= _ALL
        if everywhere and len(countable) == 1:
            yield OneSite(self._evidence, endpoint, kind, failed).ruling()
        elif everywhere:
            yield self._everywhere(endpoint, kind, failed, len(countable))
        else:
            yield from self._at_some_places(endpoint, kind, tested, failed, bad, places, left)

    # --- at all sites

    def _everywhere(self, endpoint: Endpoint, kind: Kind, failed: t.Sequence[Observation], places: int) -> Ruling:
        hosts = hosts_of(failed)
        seen = f"{counted(len(hosts), 'host')} at {places} sites cannot use {endpoint[0]}, and no site can."
        large = len(hosts) >= 8 and places >= 3
        local = kind in LOCAL and kind is not Kind.NAME_SERVER  # the same program or device everywhere
        if local and not self._evidence.others_reached(failed):
            return _ruling(Scope.MACHINE, "", kind, Advice.ALL_MACHINES, Confidence.LOW, failed, seen)
        if kind is Kind.FILTER:  # no provider's server has such an address
            return _ruling(Scope.SITE, ALL_SITES, kind, Advice.SITE, Confidence.MEDIUM, failed, seen)
        if kind is Kind.CONNECTION and self._evidence.nothing_works:
            why = "No server of any provider is reached from anywhere."
            return _ruling(Scope.SITE, ALL_SITES, kind, Advice.SITE, Confidence.MEDIUM, failed, seen, why)
        return server_or_settings(self._evidence, kind, failed, seen, large)

    # --- at some sites, or at some hosts

    def _at_some_places(
        self,
        endpoint: Endpoint,
        kind: Kind,
        tested: t.Sequence[Observation],
        failed: t.Sequence[Observation],
        bad: t.Collection[str],
        places: t.Mapping[str, t.Collection[str]],
        left: list[_Rest],
    ) -> t.Iterator[Ruling]:
        rest: list[Observation] = []
        for place, ones in grouped(failed, lambda one: one.place).items():
            hosts = hosts_of(ones)
            if place not in bad or len(hosts) < 2 or kind is Kind.OWN_FIREWALL:
                rest += ones
                continue
            elsewhere = {host for other, found in places.items() if other != place for host in found}
            seen = f"{len(hosts)} of {counted(len(places[place]), 'host')} there cannot use {endpoint[0]}."
            others = f"{counted(len(elsewhere), 'host')} elsewhere tested it, and it does not fail everywhere."
            confidence = Confidence.HIGH if len(hosts) >= 3 and len(elsewhere) >= 4 else Confidence.MEDIUM
            why = [seen, others]
            if kind is Kind.CONNECTION and self._only_there(place, ones, tested):
                addresses = "IPv6" if all(":" in one.address for one in ones) else "other"
                why.append(f"Its hosts use {addresses} addresses of the server, which no other site uses.")
                confidence = Confidence.MEDIUM
            yield _ruling(Scope.SITE, place, kind, Advice.SITE, confidence, ones, *why)
        if rest:
            left.append(_Rest(endpoint, kind, tested, rest, len(places)))

    def _in_parts(self, rest: _Rest, sites: _SitesWithTrouble, single: list[Observation]) -> t.Iterator[Ruling]:
        kind = rest.kind
        at_site = [one for one in rest.failed if sites.explains(one)]
        for place, ones in grouped(at_site, lambda one: one.place).items():
            yield _ruling(Scope.SITE, place, kind, Advice.SITE, Confidence.MEDIUM, ones)
        # A machine that reaches nothing is no evidence about this server.
        explained = set(at_site)
        others = [one for one in rest.failed if one not in explained]
        alone = {one for one in others if self._is_of_machine(one, kind)}
        flaky = [one for one in others if one not in alone]
        hosts, all_hosts = hosts_of(flaky), hosts_of(rest.tested)
        spread = {one.place for one in flaky}
        some = share(hosts, all_hosts) >= _SOME and len(hosts) >= 2 and (len(spread) >= 2 or rest.places == 1)
        if flaky and kind not in (Kind.FILTER, Kind.NAME) and (some or kind in REFUSALS):
            seen = (
                f"{len(hosts)} of {counted(len(all_hosts), 'host')} cannot use {rest.endpoint[0]}, at"
                f" {counted(len(spread), 'site')}."
            )
            confidence = Confidence.HIGH if len(hosts) >= 5 and len(spread) >= 3 else Confidence.MEDIUM
            confidence = confidence if some else Confidence.LOW
            yield _ruling(Scope.PROVIDER_PART, flaky[0].server_host, kind, Advice.WAIT, confidence, flaky, seen)
            flaky = []
        single += [*alone, *flaky]

    def _is_of_machine(self, one: Observation, kind: Kind) -> bool:
        if kind in LOCAL or (kind not in REFUSALS and self._evidence.all_fail(one.host)):
            return True
        # The host's clock or an old system's TLS: it rejects from all servers what other hosts accept.
        of_tls = kind is Kind.CERTIFICATE or one.code == "tls_not_agreed"
        return of_tls and self._evidence.same_everywhere(one.host, one.code)

    def _only_there(self, place: str, failed: t.Sequence[Observation], tested: t.Sequence[Observation]) -> bool:
        """Whether hosts at other places use other addresses of the server."""
        here = {one.address for one in failed}
        elsewhere = {one.address for one in tested if one.place != place}
        return "" not in here and bool(elsewhere - {""}) and not here & elsewhere

    def _one_address(
        self, kind: Kind, tested: t.Sequence[Observation], failed: t.Sequence[Observation]
    ) -> tuple[Ruling, list[Observation]] | None:
        """The ruling if one of a name's several addresses fails."""
        if kind in LOCAL or kind is Kind.NAME:
            return None
        all_by_address = grouped((one for one in tested if one.address), lambda one: one.address)
        failed_by_address = grouped((one for one in failed if one.address), lambda one: one.address)
        tested_at, reached_at = _hosts_by_place(tested), _hosts_by_place(one for one in tested if one.reached)
        dark = {place for place, hosts in tested_at.items() if len(hosts) >= 2 and place not in reached_at}
        for address, ones in failed_by_address.items():
            if len(tested_at) > 1 and len(hosts_of(one for one in ones if one.place not in dark)) < 2:
                continue  # no address works at these sites, so the server is not the cause
            others = [one for other, found in all_by_address.items() if other != address for one in found]
            bad = share(ones, all_by_address[address])
            fine = share([one for one in others if one.reached], others)
            if len(hosts_of(ones)) >= 2 and bad >= 0.6 and others and fine >= 0.75:
                seen = f"{address} fails for {counted(len(hosts_of(ones)), 'host')}; other addresses of the name work."
                confidence = Confidence.HIGH if len(hosts_of(ones)) >= 4 else Confidence.MEDIUM
                server = ones[0].server_host
                ruling = _ruling(Scope.PROVIDER_PART, server, kind, Advice.WAIT, confidence, ones, seen)
                return ruling, [one for one in failed if one.address != address]
        return None

    # --- single hosts

    def _single(self, left: t.Sequence[Observation]) -> t.Iterator[Ruling]:
        for one in left:
            by_place = self._evidence.reaching[one.endpoint]
            mates = {host for hosts in by_place.values() for host in hosts} - {one.host}
            near = by_place.get(one.place, set()) - {one.host}
            kind = decisive_kind(one)
            if one.before is Before.CHANGED and kind in (Kind.MODE, Kind.NAME, Kind.CONNECTION):
                yield _ruling(Scope.SETTINGS, one.server_host, kind, Advice.SETTINGS, Confidence.MEDIUM, [one])
                continue
            seen = f"Other hosts can use the same servers: {len(mates)} in all, {len(near)} of them at the same site."
            sure = kind in LOCAL or ((self._evidence.all_fail(one.host) or len(near) >= 3) and len(mates) >= 8)
            confidence = Confidence.HIGH if sure and len(mates) >= 4 else Confidence.MEDIUM
            if len(mates) < 2:
                confidence = Confidence.LOW
            yield _ruling(Scope.MACHINE, "", kind, Advice.MACHINE, confidence, [one], seen)


def _ruling(
    scope: Scope,
    subject: str,
    kind: Kind,
    advice: Advice,
    confidence: Confidence,
    failed: t.Iterable[Observation],
    *why: str,
) -> Ruling:
    return Ruling(scope, subject, kind, advice, confidence, tuple(failed), why)


def _hosts_by_place(observations: t.Iterable[Observation]) -> dict[str, set[str]]:
    places: dict[str, set[str]] = {}
    for one in observations:
        places.setdefault(one.place, set()).add(one.host)
    return places
