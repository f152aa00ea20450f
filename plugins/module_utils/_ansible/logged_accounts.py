# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the log of a host's system says about a task: for which accounts it ran. Ansible would log each option."""

from __future__ import annotations

import re
import typing as t

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")


def sentence(options: t.Mapping[str, t.Any]) -> str:
    """The entry for a task with these options."""
    entries = (options["accounts"] or []) if options["email"] is None else [options]
    accounts = [entry["email"] for entry in entries if _ADDRESS.fullmatch(entry["email"] or "")]
    return f"Invoked for {', '.join(accounts) or 'no account'}"
