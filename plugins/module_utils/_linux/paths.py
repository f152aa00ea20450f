# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths as users write them."""

from __future__ import annotations

import os.path


def expanded(path: str) -> str:
    """The path with its variables and ``~`` replaced, in the order of AnsibleModule's type path."""
    return os.path.expanduser(os.path.expandvars(path))
