# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thunderbird's entry in the registry of clients."""

from __future__ import annotations

import typing as t

from ..client_entry import ClientEntry, System, flatpaks
from .installations import AUTO, CHOICES, FLATPAK_IDS, LAUNCHERS, NATIVE_PROGRAMS, SNAP_PROGRAM

if t.TYPE_CHECKING:
    from ..._host.user_host import UserHost
    from ..unlisted import FindUnlisted
    from .client import Thunderbird

PROCESSES = ("thunderbird-bin", "thunderbird")


def open_thunderbird(host: UserHost, profile: str | None, options: t.Mapping[str, t.Any]) -> Thunderbird:
    """See ``entry.OpenClient``."""
    with host.as_root():
        from .client import Thunderbird
        from .location_choice import Locations
    scratch = host.scratch()  # in any case: it also removes leftovers of a killed run
    return Thunderbird(
        host.files,
        Locations(host.files, host.home, lambda: host.environment(PROCESSES)).find(options["location"], profile),
        profile,
        scratch=lambda: scratch,
        wait_seconds=options["wait_seconds"],
        backup=options["backup"],
        require_writable=host.require_writable,
        as_root=host.as_root,
        seal=options.get("seal") if host.sealed_store is None else None,
        sealed_store=host.sealed_store,
    )


def load_unlisted() -> FindUnlisted:
    """See ``ClientEntry``."""
    from .unlisted import unlisted

    return unlisted


THUNDERBIRD = ClientEntry(
    name="thunderbird",
    title="Thunderbird",
    module="charter.mail.thunderbird_account",
    system=System.LINUX,
    programs=(
        *LAUNCHERS,
        *NATIVE_PROGRAMS,
        SNAP_PROGRAM,
        *flatpaks(*FLATPAK_IDS),
    ),
    options={"location": {"type": "str", "choices": list(CHOICES), "default": AUTO}},
    profiles=True,
    open=open_thunderbird,
    load_unlisted=load_unlisted,
)
