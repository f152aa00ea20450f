# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How large a host's record may become: how many entries it has, and how long its texts are."""

from __future__ import annotations

import typing as t

from ...module_utils._model.printable import printable

LONGEST_SENTENCES = 2000  # characters of an account's result
LONGEST_TEXT = 300  # of any other text
MOST_ACCOUNTS = 500  # of a host
MOST_ENTRIES = 20  # entries of any other list
MOST_STAGES = 2 * MOST_ENTRIES  # of an endpoint


def bounded(value: t.Any, limit: int = LONGEST_TEXT) -> str:
    """A text for a record: printable, of limited length."""
    text = printable(value[: limit + 1]) if isinstance(value, str) else ""
    return text if len(text) <= limit else text[: limit - 4] + " ..."


def bounded_texts(values: t.Any) -> tuple[str, ...]:
    """The texts of a list for a record."""
    return tuple(bounded(value) for value in values[:MOST_ENTRIES]) if isinstance(values, (list, tuple)) else ()
