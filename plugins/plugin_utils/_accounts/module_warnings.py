# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The warnings that a module returned. Since ansible-core 2.19, they are objects instead of texts."""

from __future__ import annotations

import typing as t


def with_host(host: str, warnings: t.Iterable[t.Any]) -> list[str]:
    """The warnings as texts that name the host, without duplicates: a look may have returned the same."""
    return list(dict.fromkeys(f"{host}: {_text(warning)}" for warning in warnings))


def _text(warning: t.Any) -> str:
    event = getattr(warning, "event", None)
    return str(warning if event is None else event.msg)
