# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which programs this machine has."""

from __future__ import annotations

import glob
import os
import typing as t


def installed(paths: t.Mapping[str, t.Sequence[str]]) -> list[str]:
    """The names of which at least one path exists.

    Args:
        paths: for each name the paths, patterns of a POSIX shell.
    """
    return [name for name, some in paths.items() if any(glob.glob(os.path.expanduser(path)) for path in some)]
