# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files to write for a profile's next state, and its entry in the change log."""

from __future__ import annotations

import posixpath
import typing as t

from ..._host.file_write import FileWrite
from ..._model.settings import changes
from ..change_log import Noted
from . import local_folders, server_directories
from .indexed_settings import IndexedSettings
from .mapping import branch

if t.TYPE_CHECKING:
    from .stored import ThunderbirdState

# The kinds of an account's parts, by their names in ``PrefIds``.
KINDS = {"account": "account", "server": "server", "identity": "identity", "smtp": "smtpserver"}
_KINDS = frozenset(KINDS.values())


def settings_files(before: ThunderbirdState, after: ThunderbirdState, *, backup: bool) -> list[FileWrite]:
    """The files to write, except those of the password store."""
    writes: list[FileWrite] = []
    if changes(before.settings, after.settings):  # not "!=", which equates 1 and True
        content = after.prefs.with_values(after.to_store)
        writes.append(FileWrite(posixpath.join(after.profile.path, "prefs.js"), content, backup=backup))
    writes += [FileWrite(path, content, backup=backup) for path, content in after.references_since(before).items()]
    return [*writes, *(after.profile.files if after.announced else ())]


def purged(after: ThunderbirdState) -> list[str]:
    """The mail folders to delete."""
    return [path for folder in after.folders_to_purge for path in server_directories.to_delete(folder)]


class ThunderbirdNotes:
    """Implements the protocol ``Notes``."""

    def noted(self, before: ThunderbirdState, after: ThunderbirdState) -> Noted:
        kept = local_folders.made(before.settings, after.settings)
        found = [change for change in changes(before.settings, after.settings) if not change.key.startswith(kept)]
        parts = dict.fromkeys(part for change in found for part in [part_of(change.key)] if part)
        old, new = IndexedSettings.of(before.settings), IndexedSettings.of(after.settings)
        return Noted(
            found,
            created=[part for part in parts if below(new, part) and not below(old, part)],
            removed=[part for part in parts if below(old, part) and not below(new, part)],
        )

    def parts(self, ids: t.Mapping[str, str]) -> t.Sequence[str]:
        return [branch(KINDS[kind], name) for kind, name in ids.items() if name]


def part_of(key: str) -> str:
    """The part of an account that a preference belongs to, such as ``mail.server.server1.``; empty for others."""
    parts = key.split(".", 3)
    if len(parts) < 4 or parts[0] != "mail" or parts[1] not in _KINDS:
        return ""
    return branch(parts[1], parts[2])


def below(settings: IndexedSettings, part: str) -> t.Sequence[str]:
    """All preferences of a part."""
    _mail, kind, name, _rest = part.split(".", 3) if part_of(part) == part else ("", "", "", "")
    return settings.below(kind, name) if name else ()
