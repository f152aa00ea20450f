# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings in the mail clients of this Linux host, for the verification."""

from __future__ import annotations

import typing as t

from .._clients.client_entry import ClientEntry, System
from .._model.errors import OptionError
from . import client_registry
from .arguments import Request
from .desktop_hosts import desktop_hosts
from .from_client import Inspection, inspect
from .linux_users import READ_ONLY, opened, target_of

if t.TYPE_CHECKING:
    from .._clients.client import Client
    from .run_verify import InspectClients


def inspect_in(options: t.Mapping[str, t.Any], trace: t.Callable[[str], None]) -> InspectClients:
    """The function that inspects the client of the options ``from_client``, which must be set, and ``location``.

    Raises:
        OptionError: the client is for Windows hosts.
    """
    name = options["from_client"]
    entry = client_registry.CLIENTS[name]
    if entry.system is not System.LINUX:
        raise OptionError("from_client", f"{name} is for Windows hosts", "name another client, or leave it out")
    return lambda wanted: inspections(entry, options["location"], wanted, trace)


def inspections(
    entry: ClientEntry, location: str, requests: t.Iterable[Request], trace: t.Callable[[str], None]
) -> list[Inspection]:
    """Look for the accounts in a client of this host, each with its user's rights. Changes nothing.

    Args:
        entry: the client, which must support Linux.
        location: the option ``location``.
        requests: the accounts.
        trace: see ``inspect``.

    Raises:
        OptionError: the client is not available in this location.
    """
    options = {**entry.defaults(), **READ_ONLY}
    if "location" in entry.options:
        choices = entry.options["location"]["choices"]
        if location not in choices:
            raise OptionError(
                "location", f"{entry.title} is not available as {location}", "write one of " + ", ".join(choices)
            )
        options["location"] = location
    make_host = desktop_hosts()

    def open_client(request: Request) -> t.ContextManager[Client[t.Any]]:
        return opened(entry, target_of(request), options, make_host)

    return [inspect(entry, open_client, request, trace) for request in requests]
