# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warns of a host without accounts, which must not pass as a success."""

from __future__ import annotations

import difflib
import typing as t

VARIABLE = "mail_accounts"
_SIMILAR = 0.85  # difflib's ratio: one or two letters differ
_OTHERS = frozenset({"mail_removed_accounts"})
_ACCOUNTS = "acc"  # in the name of a variable that may be meant


def without_accounts(args: t.Mapping[str, t.Any]) -> bool:
    """Whether a task's arguments name no account. An empty value, as YAML reads ``name:``, is an empty list."""
    return "email" not in args and args.get("accounts") in (None, "", [], ())


def warning(host: str, variables: t.Mapping[str, t.Any]) -> str:
    """The warning for a host. Every task of a run gives the same text, so that it is shown once.

    Args:
        host: the name in the inventory.
        variables: the host's variables.
    """
    meant = _meant(variables)
    if meant is not None:
        return f"{host} has no mail accounts. Its variable {meant} is not read: rename it to {VARIABLE}."
    state = "is not set for it, or is empty"
    if isinstance(variables.get(VARIABLE), str) and variables[VARIABLE].strip():  # a template
        state = "is empty, or its value refers to a variable that is not set"
    return f"{host} has no mail accounts: the variable {VARIABLE} {state}. It was left alone."


def warning_of_task(host: str) -> str:
    """The warning if a task of one client's module names no account, whatever variable it uses."""
    return f"{host} has no mail accounts: the list accounts of this task is empty. It was left alone."


def _meant(variables: t.Mapping[str, t.Any]) -> str | None:
    """The variable that is probably meant: it has a similar name, in any letter case, or contains accounts."""
    names = {name.lower(): name for name in variables if name != VARIABLE and name not in _OTHERS}
    similar = difflib.get_close_matches(VARIABLE, names, n=1, cutoff=_SIMILAR)
    if similar or VARIABLE in names:
        return names[VARIABLE if VARIABLE in names else similar[0]]
    likely = (name for low, name in names.items() if _ACCOUNTS in low)
    return next((name for name in likely if _holds_accounts(variables[name])), None)


def _holds_accounts(value: t.Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(entry, t.Mapping) and "email" in entry for entry in value)
    )
