# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detects installed programs on this machine."""

from __future__ import annotations

import glob
import os
import typing as t


def installed(paths: t.Mapping[str, t.Sequence[str]]) -> list[str]:
    """The names with at least one existing path.

    Args:
        paths: the paths by name, patterns of a POSIX shell.
    """
    return [name for name, some in paths.items() if any(glob.glob(os.path.expanduser(path)) for path in some)]
