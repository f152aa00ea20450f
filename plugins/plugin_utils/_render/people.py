# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The users whose accounts are written for devices that Ansible does not manage."""

from __future__ import annotations

import re
import typing as t

from ...module_utils._ansible.arguments import Request, argument_spec, requests
from ...module_utils._ansible.each_signature import with_names_of_files
from ...module_utils._ansible.validate import validated
from ...module_utils._model.account import Account, State
from ...module_utils._model.errors import MailError, OptionError

_SPEC = argument_spec()
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9.@_+-]")  # not safe on all file systems and in URLs


class Person(t.NamedTuple):
    """A user with accounts.

    Attributes:
        name: the address of the default or first account.
        accounts: with ``state: present``, the default account first.
    """

    name: str
    accounts: tuple[Account, ...]

    @property
    def folder(self) -> str:
        """The name of the user's folder."""
        return _NOT_IN_NAMES.sub("-", self.name)


def people(lists: t.Mapping[str, t.Any], warn: t.Callable[[str], object]) -> list[Person]:
    """The users of some hosts, by name. A user of several hosts counts once, with all accounts.

    Args:
        lists: the entries of ``mail_accounts`` for each host. Passwords are not read.
        warn: called with warnings about settings.

    Raises:
        MailError: an entry is invalid, or an account differs between hosts.
    """
    found: dict[str, dict[tuple[str, str], tuple[str, Account]]] = {}
    for host, entries in lists.items():
        try:
            groups = _by_user(_requests(host, entries, warn))
        except MailError as error:
            raise MailError(f"{host}: {error}") from error
        for group in groups.values():
            name = next((account.email for account in group if account.default), group[0].email).lower()
            known = found.setdefault(name, {})
            for account in group:
                key = (account.email.lower(), account.protocol.value)
                there = known.setdefault(key, (host, account))
                if _settings(there[1]) != _settings(account):
                    raise OptionError(
                        "accounts",
                        f"{account} has other settings on {host} than on {there[0]}",
                        "give it the same settings on both, or run the playbook for one of them (mail_hosts)",
                    )
    return [
        Person(name, tuple(sorted((account for _host, account in known.values()), key=lambda one: not one.default)))
        for name, known in sorted(found.items())
    ]


def _requests(host: str, entries: t.Any, warn: t.Callable[[str], object]) -> list[Request]:
    if not isinstance(entries, (list, tuple)) or not all(isinstance(entry, t.Mapping) for entry in entries):
        raise OptionError("accounts", "a list of accounts was expected", "give a list of dicts")
    if not entries:
        return []
    bare = [{name: entry[name] for name in entry if name != "password"} for entry in entries]
    named = with_names_of_files({"accounts": bare})
    found = [one for one in requests(validated(named, _SPEC)) if one.account.state is State.PRESENT]
    for request in found:
        for warning in request.warnings:
            warn(f"{host}: {warning}")
    return found


def _by_user(found: t.Iterable[Request]) -> dict[tuple[str | None, str | None], list[Account]]:
    groups: dict[tuple[str | None, str | None], list[Account]] = {}
    for request in found:
        groups.setdefault((request.account.user, request.home), []).append(request.account)
    return groups


def _settings(account: Account) -> tuple[t.Any, ...]:
    """The settings for a device."""
    return account.incoming, account.outgoing, account.username, account.full_name
