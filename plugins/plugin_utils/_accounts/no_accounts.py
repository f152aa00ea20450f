# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that a task has no accounts for: it must not look as if all were well."""

from __future__ import annotations

import difflib
import typing as t

VARIABLE = "mail_accounts"
_SIMILAR = 0.85  # of difflib's ratio: one or two letters of the name
_OTHERS = frozenset({"mail_removed_accounts"})


def without_accounts(args: t.Mapping[str, t.Any]) -> bool:
    """Whether a task's arguments name no account. An empty value is an empty list, as YAML has it for ``name:``."""
    return "email" not in args and args.get("accounts") in (None, "", [], ())


def warning(host: str, variables: t.Iterable[str]) -> str:
    """What the administrator should know, the same text from every task of a run, so that it is shown once.

    Args:
        host: the name in the inventory.
        variables: the names of the host's variables.
    """
    names = [name for name in variables if name != VARIABLE and name not in _OTHERS]
    similar = difflib.get_close_matches(VARIABLE, names, n=1, cutoff=_SIMILAR)
    if similar:
        return f"{host} has no mail accounts. Its variable {similar[0]} is not read: rename it to {VARIABLE}."
    return f"{host} has no mail accounts: the variable {VARIABLE} is not set for it, or is empty. It was left alone."
