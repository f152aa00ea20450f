# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests before signing in show about servers, sites and hosts."""

from __future__ import annotations

import functools
import typing as t

from ...module_utils._providers.charter import PROVIDERS
from .failure_kinds import Kind
from .observations import Observation
from .rulings import hosts_of, share

Endpoint = tuple[str, str]  # host and port, and security

LOCAL = (Kind.NAME_SERVER, Kind.OWN_FIREWALL, Kind.INTERCEPTION, Kind.PORTAL)
"""Failures that only the machine or its network can cause."""

REFUSALS = (Kind.LIMIT, Kind.SERVICE)
"""Answers of the server itself, which no machine or network gives."""

ALL_SITES = "all sites"
"""The subject of findings about all sites."""

OF_SETTINGS = (Kind.MODE, Kind.NAME)
"""Failures that wrong settings cause."""

_OF_PRESETS = frozenset(host for provider in PROVIDERS for host in provider.hosts)
_K = t.TypeVar("_K")


def grouped(observations: t.Iterable[Observation], key: t.Callable[[Observation], _K]) -> dict[_K, list[Observation]]:
    """Observations, grouped by a key."""
    groups: dict[_K, list[Observation]] = {}
    for one in observations:
        groups.setdefault(key(one), []).append(one)
    return groups


def decisive_kind(one: Observation) -> Kind:
    """The kind of a failure."""
    return one.kind or Kind.OTHER


def has_alternative(failed: t.Sequence[Observation]) -> bool:
    """Whether other settings were found that work. The search covers only one server per account."""
    return share([one for one in failed if one.alternative], failed) >= 0.3


class Evidence:
    """All observations, and conclusions from them.

    Args:
        observations: the observations of a run.
        now: the start of the run, UTC.
    """

    def __init__(self, observations: t.Sequence[Observation], now: str) -> None:
        self.now = now
        seen = [one for one in observations if one.role != "account" and one.stage != "settings"]
        self.of_endpoint = grouped(seen, lambda one: one.endpoint)
        self.of_place = grouped(seen, lambda one: one.place)
        self._of_host = grouped(seen, lambda one: one.host)
        self.hosts = hosts_of(seen)
        self._seen = seen

    @functools.cached_property
    def reaching(self) -> t.Mapping[Endpoint, t.Mapping[str, set[str]]]:
        """The hosts that reach an endpoint, by place."""
        found: dict[Endpoint, dict[str, set[str]]] = {}
        for endpoint, ones in self.of_endpoint.items():
            places = found.setdefault(endpoint, {})
            for one in ones:
                if one.reached:
                    places.setdefault(one.place, set()).add(one.host)
        return found

    @functools.cached_property
    def nothing_works(self) -> bool:
        """Whether no host reaches any server, of several independent providers."""
        return len({_owner(one.server_host) for one in self._seen}) > 1 and not any(one.reached for one in self._seen)

    def all_fail(self, host: str) -> bool:
        """Whether a host reaches none of several servers."""
        ones = self._of_host[host]
        return len({one.server_host for one in ones}) >= 2 and not any(one.reached for one in ones)

    def same_everywhere(self, host: str, code: str) -> bool:
        """Whether a host gets the same code at each of several endpoints."""
        ones = self._of_host[host]
        return len({one.endpoint for one in ones}) >= 2 and all(one.code == code for one in ones)

    def others_reached(self, failed: t.Sequence[Observation]) -> bool:
        """Whether most of the failing hosts reach servers with other names."""
        names = {one.server_host for one in failed}
        hosts = hosts_of(failed)
        fine = {
            one.host for host in hosts for one in self._of_host[host] if one.reached and one.server_host not in names
        }
        return share(fine, hosts) >= 0.5

    def names_fail(self, place: str) -> bool:
        """Whether all names, and more than one, fail to resolve at a place."""
        ones = self.of_place[place]
        names = {one.server_host for one in ones}
        return len(names) >= 2 and all(one.kind in (Kind.NAME, Kind.FILTER) for one in ones)


def _owner(host: str) -> str:
    """The owner of a server; the servers of all presets belong to one company."""
    return "" if host in _OF_PRESETS else ".".join(host.split(".")[-2:])
