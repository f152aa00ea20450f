# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets in other network namespaces: a socket stays in the one in which it was made, and a thread can enter one."""

from __future__ import annotations

import ctypes
import os
import pathlib
import socket
import threading
import typing as t

_CLONE_NEWNET = 0x40000000  # linux/sched.h
_ETH_P_ALL = 3  # linux/if_ether.h


def made_in(namespace: pathlib.Path, make: t.Callable[[], socket.socket]) -> socket.socket:
    """A socket that is made in a network namespace.

    Args:
        namespace: its file, such as /proc/PID/ns/net.
        make: makes the socket.

    Raises:
        OSError: the namespace is gone, or ``make`` raised it.
    """
    outcome: list[socket.socket | OSError] = []

    def attempt() -> None:
        try:
            _enter(namespace)
            outcome.append(make())
        except OSError as error:
            outcome.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    result = outcome[0]
    if isinstance(result, OSError):
        raise result
    return result


def packets_of(interface: str) -> socket.socket:
    """A socket that receives all packets of an interface from now on."""
    receiver = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
    receiver.bind((interface, 0))
    return receiver


def _enter(namespace: pathlib.Path) -> None:
    descriptor = os.open(namespace, os.O_RDONLY)
    try:
        # os.setns() exists only since Python 3.12.
        if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(descriptor)
