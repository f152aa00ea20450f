# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for a server that the hosts of one site do not reach, and that no other site tests."""

from __future__ import annotations

import collections
import typing as t

from .evidence import LOCAL, OF_SETTINGS, Endpoint, Evidence, has_alternative
from .failing_since import history
from .failure_kinds import Kind
from .fleet_report import Confidence, Scope
from .observations import Observation
from .rulings import Advice, Ruling, hosts_of
from .server_or_settings import server_or_settings
from .wording import counted


class OneSite:
    """All failures of one kind at one endpoint that only hosts of one site test.

    Args:
        evidence: of the run.
        endpoint, kind, failed: the failures.
    """

    def __init__(self, evidence: Evidence, endpoint: Endpoint, kind: Kind, failed: t.Sequence[Observation]) -> None:
        self._evidence = evidence
        self._endpoint = endpoint
        self._kind = kind
        self._failed = failed
        self._place = failed[0].place
        self._server = failed[0].server_host
        self._hosts = hosts_of(failed)
        self._before = history(failed)
        self._at_place = [one for one in evidence.of_place[self._place] if not one.is_control]
        self._controls = [one for one in evidence.of_place[self._place] if one.is_control]
        self._seen = f"{counted(len(self._hosts), 'host')} at one site cannot use {endpoint[0]}."

    def ruling(self) -> Ruling:
        """Who has the problem."""
        alone = len(self._evidence.of_place) > 1  # other sites have other settings
        kind, place = self._kind, self._place
        if alone and kind not in LOCAL and not self._before.mostly_worked and self._may_be_settings():
            self._seen = f"No other site uses {self._endpoint[0]} with these settings."
            return self._of_server(large=False)
        if kind in LOCAL or kind is Kind.FILTER:
            return self._of_network_or_machine()
        if kind is Kind.LIMIT:
            return self._ruling(Scope.SITE, Advice.SITE, Confidence.MEDIUM)
        if kind is Kind.NAME and self._evidence.names_fail(place) and self._before.mostly_worked:
            return self._ruling(
                Scope.SITE, Advice.SITE, Confidence.MEDIUM, "No mail server's name has an address there."
            )
        if kind in (Kind.CONNECTION, Kind.OTHER):
            return self._of_connection()
        if kind is Kind.CERTIFICATE and self._may_be_a_clock():
            return self._ruling(Scope.MACHINE, Advice.MACHINE, Confidence.LOW)
        foreign = self._failed[0].code == "certificate_for_another_name" and not any(
            one.reached for one in self._at_place
        )
        if foreign and len({one.server_host for one in self._at_place}) >= 2:
            why = "No server there shows a certificate of its own: something answers in their place."
            return self._ruling(Scope.SITE, Advice.SITE, Confidence.MEDIUM, why)
        return self._of_server(large=len(self._hosts) >= 8 and not foreign)

    def _may_be_a_clock(self) -> bool:
        """Whether the cause may be a clock: one host finds no certificate valid now."""
        if len(self._hosts) > 1:
            return False
        (host,) = self._hosts
        codes = {one.code for one in self._failed}
        expired = codes == {"certificate_expired"} and self._evidence.all_fail(host)
        return expired or codes == {"certificate_not_yet_valid"}

    def _may_be_settings(self) -> bool:
        filtered = self._kind is Kind.NAME and self._evidence.names_fail(self._place)
        return (self._kind in OF_SETTINGS or has_alternative(self._failed)) and not filtered

    def _of_server(self, large: bool) -> Ruling:
        return server_or_settings(self._evidence, self._kind, self._failed, self._seen, large)

    def _of_network_or_machine(self) -> Ruling:
        kind = self._kind
        if kind is Kind.NAME_SERVER and self._evidence.others_reached(self._failed):
            return self._ruling(
                Scope.PROVIDER, Advice.WAIT, Confidence.LOW, "The same hosts find other servers' names."
            )
        alike = hosts_of(one for one in self._at_place if one.kind is kind) | self._hosts
        fine = hosts_of(one for one in self._at_place if one.reached) - alike
        if kind is Kind.FILTER:  # only hosts that look up the same name can have it
            fine = hosts_of(one for one in self._at_place if one.reached and one.server_host == self._server) - alike
        many = len(alike) >= 2 and len(alike) > len(fine) and kind is not Kind.OWN_FIREWALL
        confidence = Confidence.HIGH if len(alike) >= 5 else Confidence.MEDIUM
        if many or kind is Kind.PORTAL:
            why = f"{counted(len(alike), 'host')} there have it, and {len(fine)} do not."
            return self._ruling(Scope.SITE, Advice.SITE, confidence, why)
        return self._ruling(Scope.MACHINE, Advice.MACHINE, Confidence.MEDIUM)

    def _of_connection(self) -> Ruling:
        """The ruling by ports: the same port on other servers, and other ports on the same server."""
        others_reach = any(one.reached and one.host not in self._hosts for one in self._at_place)
        if len(self._hosts) == 1 and others_reach and self._evidence.all_fail(next(iter(self._hosts))):
            return self._ruling(Scope.MACHINE, Advice.MACHINE, Confidence.MEDIUM)
        alternative = has_alternative(self._failed)
        if self._before.never_worked and (alternative or self._before.changed > self._before.failed):
            return self._of_server(large=False)
        if not self._before.mostly_worked and alternative:
            return self._of_server(large=False)
        return self._by_same_port() or self._by_other_ports()

    def _by_same_port(self) -> Ruling | None:
        port = self._failed[0].port
        everything = [*self._at_place, *self._controls]
        same_port = [one for one in everything if one.port == port and one.server_host != self._server]
        # The servers of all presets have one owner and may fail together.
        own = any(not one.is_control for one in same_port)
        many = Confidence.HIGH if len(self._hosts) >= 5 and own else Confidence.MEDIUM
        opened = next((one for one in same_port if one.reached), None)
        if opened is not None:
            why = f"Port {port} of {opened.server_host} works from there."
            return self._ruling(
                Scope.PROVIDER, Advice.WAIT, many if self._before.mostly_worked else Confidence.MEDIUM, why
            )
        if not any(one.kind is Kind.CONNECTION for one in same_port):
            return None
        others = sorted({one.server_host for one in same_port})
        why = f"Port {port} fails at {' and '.join(others[:3])}, too."
        if any(one.reached and one.port != port for one in everything):
            return self._ruling(Scope.SITE, Advice.SITE, many, why)
        # Nothing works, and independent providers seldom fail at the same time.
        if len({_domain(one.server_host) for one in (*same_port, *self._failed)}) >= 2:
            return self._ruling(Scope.SITE, Advice.SITE, Confidence.MEDIUM, why)
        return None

    def _by_other_ports(self) -> Ruling:
        port = self._failed[0].port
        everything = [*self._at_place, *self._controls]
        same_server = [one for one in everything if one.server_host == self._server and one.port != port]
        elsewhere = [one for one in everything if one.server_host != self._server]
        down = bool(same_server) and not any(one.reached for one in same_server)
        if down and any(one.reached for one in elsewhere):
            why = f"No port of {self._server} works from there, and other servers do."
            return self._ruling(Scope.PROVIDER, Advice.WAIT, Confidence.MEDIUM, why)
        if collections.Counter(one.code for one in self._failed)["connection_refused"] * 2 > len(self._failed):
            return self._ruling(
                Scope.PROVIDER, Advice.WAIT, Confidence.LOW, "A server refuses; a firewall seldom does."
            )
        why = "There is only one site, and nothing to compare it with."
        return self._ruling(Scope.SITE_OR_PROVIDER, Advice.FIND_OUT, Confidence.LOW, why)

    def _ruling(self, scope: Scope, advice: Advice, confidence: Confidence, *why: str) -> Ruling:
        subjects = {Scope.SITE: self._place, Scope.MACHINE: ""}
        subject = subjects.get(scope, self._server)
        return Ruling(scope, subject, self._kind, advice, confidence, tuple(self._failed), (self._seen, *why))


def _domain(host: str) -> str:
    return ".".join(host.split(".")[-2:])
