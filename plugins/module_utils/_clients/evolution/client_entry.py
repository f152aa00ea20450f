# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evolution's entry in the registry of clients."""

from __future__ import annotations

import typing as t

from ..client_entry import ClientEntry, System, flatpaks
from .installations import AUTO, CHOICES, FLATPAK_ID, NATIVE_PROGRAM
from .password_store import store

if t.TYPE_CHECKING:
    from ..._host.desktop import DesktopHost
    from ..unlisted import FindUnlisted
    from .client import Evolution


def open_evolution(host: DesktopHost, profile: str | None, options: t.Mapping[str, t.Any]) -> Evolution:
    """See ``entry.OpenClient``. Evolution has no profiles."""
    del profile
    with host.as_root():
        from .client import Evolution
        from .location_choice import locate
        from .registry_service import PROGRAM
    seals = options["password_store"] == store.PLAINTEXT_KEYRING and host.sealed_store is None
    return Evolution(
        host.files,
        locate(host.files, host.home, options["location"], lambda: host.environment((PROGRAM,))),
        host.desktop(),
        password_store=options["password_store"],
        wait_seconds=options["wait_seconds"],
        backup=options["backup"],
        require_writable=host.require_writable,
        as_root=host.as_root,
        seal=options.get("seal") if seals else None,
        sealed_store=host.sealed_store,
    )


def load_unlisted() -> FindUnlisted:
    """See ``ClientEntry``."""
    from .unlisted import unlisted

    return unlisted


EVOLUTION = ClientEntry(
    name="evolution",
    title="Evolution",
    module="charter.mail.evolution_account",
    system=System.LINUX,
    programs=(NATIVE_PROGRAM, "/usr/local/bin/evolution", *flatpaks(FLATPAK_ID)),
    options={
        "location": {"type": "str", "choices": list(CHOICES), "default": AUTO},
        "password_store": {
            "type": "str",
            "choices": list(store.CHOICES),
            "default": store.SECRET_SERVICE,
            "no_log": False,
        },
    },
    open=open_evolution,
    load_unlisted=load_unlisted,
)
