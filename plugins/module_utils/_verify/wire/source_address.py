# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address from which this machine reaches another."""

from __future__ import annotations

import contextlib
import ipaddress
import socket

_DISCARD = 9  # any port will do


def source_address(address: str) -> str:
    """The source address of a connection to an address; empty if there is no route.

    The system's routing table decides; "connecting" a UDP socket sends nothing.

    Args:
        address: IPv4 or IPv6, as text.
    """
    with contextlib.suppress(ValueError, OSError):
        version = ipaddress.ip_address(address).version
        with socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.connect((address, _DISCARD))
            return str(sock.getsockname()[0])
    return ""
