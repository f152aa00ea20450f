# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of this host's system."""

from __future__ import annotations

import syslog


def log(program: str, facility: str, text: str) -> None:
    """Add an entry, as AnsibleModule does.

    Args:
        program: the name of what logs.
        facility: one of syslog(3), such as ``LOG_USER``.
        text: without secrets.
    """
    number = getattr(syslog, facility, None)
    syslog.openlog(program, 0, number if isinstance(number, int) else syslog.LOG_USER)
    syslog.syslog(syslog.LOG_INFO, text)
