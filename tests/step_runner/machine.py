# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""This machine and this clone: where they are, and what they have."""

from __future__ import annotations

import os
import pathlib

from .results import Missing

ROOT = pathlib.Path(__file__).resolve().parents[2]


def in_ci() -> bool:
    """Whether nothing may be missing."""
    return bool(os.environ.get("CI"))


def need_root(why: str) -> None:
    """Skip the step for anybody but root."""
    if os.geteuid() != 0:
        raise Missing(f"only root {why}")


def in_memory() -> str | None:
    """A folder for files that need no disk, where they need not be written to it; None if there is none."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def existing(folder: str, *names: str) -> list[str]:
    """Those of a folder's folders that there are, as paths from the clone's root."""
    return [f"{folder}/{name}" for name in names if (ROOT / folder / name).is_dir()]
