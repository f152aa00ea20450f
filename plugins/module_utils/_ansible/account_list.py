# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validates a list of accounts outside a task, such as the input of a filter, like the options of a task."""

from __future__ import annotations

import typing as t

from .._model.account import State
from .._model.errors import OptionError
from .arguments import Request, argument_spec, requests
from .each_signature import with_names_of_files
from .validate import validated


def of_one_user(
    entries: t.Any, spec: t.Mapping[str, t.Any], options: t.Mapping[str, t.Any]
) -> tuple[tuple[Request, ...], dict[str, t.Any]]:
    """The accounts with ``state: present``, in list order, and the other options with their types.

    Passwords are not read: no result contains one, and the vault password may be unknown.

    Args:
        entries: dicts with the options of an entry of ``accounts``.
        spec: the argument specification of the other options.
        options: the other options; None for an omitted one.

    Raises:
        MailError: the first invalid option, no account, or accounts of several users.
    """
    if not isinstance(entries, (list, tuple)) or not all(isinstance(entry, t.Mapping) for entry in entries):
        raise OptionError("accounts", "a list of accounts was expected", "give a list of dicts")
    bare = [{name: entry[name] for name in entry if name != "password"} for entry in entries]
    bare = with_names_of_files({"accounts": bare})["accounts"]
    given = {name: value for name, value in options.items() if value is not None}
    params = validated({"accounts": bare, **given}, argument_spec(**spec))
    present = (request for request in requests(params, profiles=False) if request.account.state is State.PRESENT)
    found = tuple({request.account: request for request in present}.values())
    if not found:
        raise OptionError("accounts", "no account has state=present", "give at least one")
    users = list(dict.fromkeys(request.account.user for request in found))
    if len(users) > 1:
        names = ", ".join("no user" if user is None else repr(user) for user in users)
        raise OptionError(
            "accounts",
            f"they belong to several users: {names}",
            "select those of one user, for example with selectattr",
        )
    return found, {name: params[name] for name in spec}
