# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides why a sign-in, or what follows it, fails at a server that is reached."""

from __future__ import annotations

import typing as t

from .evidence import grouped
from .failing_since import history
from .failure_kinds import Kind
from .fleet_report import Confidence, Scope
from .observations import Observation
from .rulings import Advice, Ruling, hosts_of, share

_HALF = 0.5
_ALL = 0.8
_RARE = 0.2
_SOME = 0.04
_FEW = 4  # accounts; fewer may all be wrong by chance
_OF_ACCOUNT = {Kind.NEW_PASSWORD: Advice.NEW_PASSWORD, Kind.ACCESS: Advice.ACCESS}
_OF_SERVER = (Kind.SERVICE, Kind.LIMIT, Kind.MODE, Kind.CONNECTION, Kind.OTHER, Kind.INTERCEPTION, Kind.CERTIFICATE)


class SignInScope:
    """The rules for all failures from signing in on.

    Args:
        observations: all observations of the run.
    """

    def __init__(self, observations: t.Sequence[Observation]) -> None:
        self._all = observations
        self._accepted: dict[tuple[str, str], set[str]] = {}  # the hosts, by address and server
        for one in observations:
            if one.signed_in:
                self._accepted.setdefault((one.account[0], one.server_host), set()).add(one.host)

    def rulings(self) -> t.Iterator[Ruling]:
        """All rulings; each failure is in exactly one."""
        for server, reached in grouped((one for one in self._all if one.reached), lambda one: one.server_host).items():
            failed_there = [one for one in reached if one.kind is not None]
            for kind, failed in grouped(failed_there, lambda one: one.kind or Kind.OTHER).items():
                if kind is Kind.PASSWORD:
                    yield from self._passwords(server, reached, failed)
                elif kind in _OF_ACCOUNT:
                    yield from self._by_code(server, kind, reached, failed)
                elif kind is Kind.PUBLIC_ADDRESS:
                    yield from self._public_address(failed)
                elif kind in _OF_SERVER:
                    yield from self._service(server, kind, reached, failed)
                else:
                    yield from self._mailboxes(server, kind, reached, failed, Advice.WAIT, Advice.ACCOUNT)

    def _passwords(
        self, server: str, reached: t.Sequence[Observation], failed: t.Sequence[Observation]
    ) -> t.Iterator[Ruling]:
        tried = [one for one in reached if one.signed_in is not None]
        rest: list[Observation] = []
        on_machine: list[Observation] = []
        for one in failed:
            elsewhere = self._accepted.get((one.account[0], server), set()) - {one.host}
            (on_machine if elsewhere else rest).append(one)
        if on_machine:
            seen = "The same accounts sign in from other hosts."
            yield Ruling(Scope.MACHINE, "", Kind.PASSWORD, Advice.PASSWORD, Confidence.HIGH, tuple(on_machine), (seen,))
        accounts, refused = _accounts(tried), _accounts(rest)
        if not refused:
            return
        if len(refused) >= 3 and len(accounts) >= _FEW and share(refused, accounts) >= _HALF:
            yield self._most_refused(server, accounts, rest)
            return
        elsewhere_share = {}
        by_place = grouped(rest, lambda one: one.place)
        tried_at = {place: _accounts(ones) for place, ones in grouped(tried, lambda one: one.place).items()}
        refused_at = {place: _accounts(ones) for place, ones in by_place.items()}
        for place, ones in by_place.items():
            there = tried_at[place]
            others = accounts - there
            others_refused = {account for other, found in refused_at.items() if other != place for account in found}
            here = _accounts(ones)
            elsewhere_share[place] = share(others_refused, others)
            if len(here) >= 3 and share(here, there) >= _ALL and others and elsewhere_share[place] < _RARE:
                seen = f"{len(here)} of {len(there)} accounts there are refused, and few elsewhere."
                confidence = Confidence.HIGH if len(here) >= 4 and len(others) >= 4 else Confidence.MEDIUM
                yield Ruling(
                    Scope.PASSWORD_LIST, place, Kind.PASSWORD, Advice.PASSWORD_LIST, confidence, tuple(ones), (seen,)
                )
                rest = [one for one in rest if one.place != place]
                del refused_at[place]
        if rest:
            fine = len(accounts) - len(refused)
            seen = f"{fine} other accounts sign in at {server}."
            few = fine >= 4 and share(refused, accounts) <= 0.25
            confidence = Confidence.HIGH if few else Confidence.MEDIUM if fine else Confidence.LOW
            unsure = not fine and history(rest).mostly_worked
            advice = Advice.PASSWORD_IF_CHANGED if unsure else Advice.PASSWORD
            yield Ruling(Scope.ACCOUNT, "", Kind.PASSWORD, advice, confidence, tuple(rest), (seen,))

    def _most_refused(self, server: str, accounts: set[str], failed: t.Sequence[Observation]) -> Ruling:
        before = history(failed)
        refused = _accounts(failed)
        seen = f"{server} refuses {len(refused)} of {len(accounts)} accounts."
        large = len(refused) >= 8
        if before.mostly_worked:
            confidence = Confidence.HIGH if large else Confidence.MEDIUM
            known = f"{before.worked} of these sign-ins have worked with these settings."
            return Ruling(Scope.PROVIDER, server, Kind.PASSWORD, Advice.WAIT, confidence, tuple(failed), (seen, known))
        known = "They are not known to have ever worked."
        confidence = Confidence.HIGH if large and before.never_worked else Confidence.MEDIUM
        advice = Advice.PASSWORD_LIST
        return Ruling(Scope.PASSWORD_LIST, server, Kind.PASSWORD, advice, confidence, tuple(failed), (seen, known))

    def _by_code(
        self, server: str, kind: Kind, reached: t.Sequence[Observation], failed: t.Sequence[Observation]
    ) -> t.Iterator[Ruling]:
        """Rulings by the reason that the provider gives, which may concern only one protocol."""
        for (endpoint, _code), ones in grouped(failed, lambda one: (one.endpoint, one.code)).items():
            tried = [one for one in reached if one.endpoint == endpoint and one.signed_in is not None]
            yield from self._mailboxes(server, kind, tried, ones, _OF_ACCOUNT[kind], _OF_ACCOUNT[kind])

    def _public_address(self, failed: t.Sequence[Observation]) -> t.Iterator[Ruling]:
        for place, ones in grouped(failed, lambda one: one.place).items():
            seen = "The provider names the network's public address as the reason."
            hosts = hosts_of(ones)
            confidence = Confidence.HIGH if len(hosts) >= 2 else Confidence.MEDIUM
            yield Ruling(Scope.SITE, place, Kind.PUBLIC_ADDRESS, Advice.SITE, confidence, tuple(ones), (seen,))

    def _service(
        self, server: str, kind: Kind, reached: t.Sequence[Observation], failed: t.Sequence[Observation]
    ) -> t.Iterator[Ruling]:
        roles = {one.endpoint for one in failed}
        reached = [one for one in reached if one.endpoint in roles]
        hosts, failing = hosts_of(reached), hosts_of(failed)
        places = {one.place for one in reached}
        if (share(failing, hosts) >= _HALF and len(places) > 1) or (
            share(failing, hosts) >= _HALF and kind is not Kind.LIMIT
        ):
            confidence = Confidence.HIGH if len(failing) >= 8 and len(places) >= 3 else Confidence.MEDIUM
            if len(failing) < 2:
                confidence = Confidence.LOW
            seen = f"{len(failing)} of {len(hosts)} hosts are turned away by {server}."
            yield Ruling(Scope.PROVIDER, server, kind, Advice.WAIT, confidence, tuple(failed), (seen,))
            return
        rest = []
        for place, ones in grouped(failed, lambda one: one.place).items():
            there = hosts_of(one for one in reached if one.place == place)
            here = hosts_of(ones)
            elsewhere = hosts - there
            rare = share(failing - here, elsewhere) < 0.1
            limit = kind is Kind.LIMIT and rare
            most = share(here, there) >= _ALL and (rare or kind is not Kind.SERVICE)  # the server itself says so
            if len(here) >= 2 and (most or limit):
                seen = f"{len(here)} of {len(there)} hosts there are turned away, and {len(failing - here)} elsewhere."
                confidence = Confidence.HIGH if len(here) >= 3 and len(elsewhere) >= 4 else Confidence.MEDIUM
                yield Ruling(Scope.SITE, place, kind, Advice.SITE, confidence, tuple(ones), (seen,))
            else:
                rest += ones
        if rest:
            few = hosts_of(rest)
            seen = f"{len(few)} of {len(hosts)} hosts are turned away by {server}."
            many = len(few) >= 4 and len({one.place for one in rest}) >= 2
            confidence = Confidence.HIGH if many else Confidence.MEDIUM if len(few) >= 2 else Confidence.LOW
            yield Ruling(Scope.PROVIDER_PART, server, kind, Advice.WAIT, confidence, tuple(rest), (seen,))

    def _mailboxes(
        self,
        server: str,
        kind: Kind,
        reached: t.Sequence[Observation],
        failed: t.Sequence[Observation],
        of_most: Advice,
        of_some: Advice,
    ) -> t.Iterator[Ruling]:
        accounts, refused = _accounts(reached), _accounts(failed)
        if len(refused) >= 3 and len(accounts) >= _FEW and share(refused, accounts) >= _HALF:
            seen = f"{len(refused)} of {len(accounts)} accounts at {server} have it."
            confidence = Confidence.HIGH if len(refused) >= 8 else Confidence.MEDIUM
            yield Ruling(Scope.PROVIDER, server, kind, of_most, confidence, tuple(failed), (seen,))
            return
        seen = f"{len(accounts) - len(refused)} other accounts at {server} do not have it."
        confidence = Confidence.HIGH if len(accounts) - len(refused) >= 4 else Confidence.MEDIUM
        yield Ruling(Scope.ACCOUNT, "", kind, of_some, confidence, tuple(failed), (seen,))


def _accounts(observations: t.Iterable[Observation]) -> set[str]:
    return {one.account[0] for one in observations}
