# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which site a host belongs to: the variable ``mail_site``, or else its network."""

from __future__ import annotations

from .host_record import FROM_CONTROLLER, EndpointRecord, HostRecord

CONTROLLER = "the controller"  # the place of tests that it runs for Windows hosts


def site_of_host(record: HostRecord) -> str:
    """The host's site or its network; empty if unknown."""
    return record.site or next(iter(record.networks), "")


def place_of_test(record: HostRecord, endpoint: EndpointRecord) -> str:
    """Where a test was made: at the host's site, on the host itself if that is unknown, or on the controller."""
    return CONTROLLER if endpoint.checked_from == FROM_CONTROLLER else site_of_host(record) or record.host
