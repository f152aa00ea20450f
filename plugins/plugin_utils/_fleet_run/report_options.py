# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of mail_report."""

from __future__ import annotations

import typing as t

OPTIONS: t.Mapping[str, t.Any] = {
    "records": {"type": "path"},
    "keep": {"type": "int", "default": 30},
    "page": {"type": "path"},
    "json": {"type": "path"},
    "junit": {"type": "path"},
    "summary": {"type": "bool", "default": True},
    "defer_summary": {"type": "bool", "default": False},
    "latest": {"type": "bool", "default": False},
    "failure": {"type": "str"},
    "unreachable": {"type": "bool", "default": False},
}
