# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files, processes and services that show whether a user's Evolution is as wanted: see ``file_groups``.

``location_choice``, ``defaults``, ``templates``, ``signatures``, ``registry_service`` and ``client`` read them before
anything is changed.
"""

from __future__ import annotations

from .. import seal
from ..file_groups import BusCall, FileGroup, FilesToRead
from .installations import FLATPAK_ID, NATIVE_PROGRAM
from .password_store import plaintext_keyring
from .registry_service import BUS, MANAGER, NAME, OBJECTS, PROGRAM
from .templates import FOLDER

_KEYRINGS = ("~/.local/share/keyrings",)
_SIGNATURES = "signatures/*[0-9a-z]"  # excludes backups, which end in ~
_FLATPAK = f"~/.var/app/{FLATPAK_ID}/config"

FILES = FilesToRead(
    groups=(
        FileGroup(
            ("~/.config/evolution", f"{_FLATPAK}/evolution"), ("sources/*.source", _SIGNATURES, "mail/state.ini")
        ),
        FileGroup((f"{_FLATPAK}/glib-2.0/settings",), ("keyfile",)),
        FileGroup((FOLDER,), ("*.source", ".*.source")),
    ),
    folders=(f"/var/lib/flatpak/app/{FLATPAK_ID}", f"~/.local/share/flatpak/app/{FLATPAK_ID}"),
    places=(NATIVE_PROGRAM,),
    processes=(PROGRAM,),
    services=(PROGRAM,),
    calls=(BusCall(*BUS, "ListNames"), BusCall(NAME, MANAGER, OBJECTS, "GetManagedObjects")),
    stores=(FileGroup(_KEYRINGS, (plaintext_keyring.NAME,)),),
    seals=(FileGroup(_KEYRINGS, (seal.NAME,)),),
)
