# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores of the user's default account and default identity."""

from __future__ import annotations

import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._host.file_write import FileWrite
from ..._model.errors import OptionError
from .default_account import NAMES, PATH, path

if t.TYPE_CHECKING:
    from ..._host.desktop import Desktop
    from ..._host.files import Files

_SCHEMA = "org.gnome.Evolution.DefaultSources"


class Defaults(t.Protocol):
    """A store of the defaults."""

    def require_writable(self) -> None:
        """Check that the defaults can be stored.

        Raises:
            OptionError: they cannot.
        """

    def stored(self, name: str) -> str | None:
        """The uid of the default source; None if the user has chosen none or the choice has no effect."""

    def write(self, wanted: t.Mapping[str, str | None]) -> None:
        """Store these defaults if a service stores them; None resets one."""

    def file_writes(self, wanted: t.Mapping[str, str | None]) -> t.Sequence[FileWrite]:
        """The files to write in addition to ``write``."""


class DesktopDefaults:
    """The user's desktop settings."""

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop

    def require_writable(self) -> None:
        for name in NAMES:
            lock = self._desktop.lock(path(name))
            if lock is not None:
                raise OptionError(
                    "default",
                    f"{lock} locks {path(name)}, so the site's default account applies to every user",
                    "leave it out, or remove the lock; nothing was changed",
                )

    def stored(self, name: str) -> str | None:
        found = self._desktop.setting(path(name))
        return None if found is None or self._desktop.lock(path(name)) is not None else found

    def write(self, wanted: t.Mapping[str, str | None]) -> None:
        for name, uid in wanted.items():
            self._desktop.store_setting(path(name), uid, _SCHEMA)

    def file_writes(self, wanted: t.Mapping[str, str | None]) -> t.Sequence[FileWrite]:
        return ()


class FlatpakDefaults:
    """The settings file of a sandbox (gkeyfilesettingsbackend.c); values are GVariants as text."""

    def __init__(self, files: Files, path: str) -> None:
        self._files = files
        self._path = path

    def require_writable(self) -> None:
        """Accept always: the sandbox does not see the dconf files of the host."""

    def stored(self, name: str) -> str | None:
        value = self._read().values.get((PATH, name), "").strip()
        return value[1:-1] if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"" else None

    def write(self, wanted: t.Mapping[str, str | None]) -> None:
        """Do nothing: everything is in the file."""

    def file_writes(self, wanted: t.Mapping[str, str | None]) -> t.Sequence[FileWrite]:
        before = after = self._read()
        for name, uid in wanted.items():
            after = after.without(PATH, name) if uid is None else after.with_text(PATH, name, f"'{uid}'")
        return [FileWrite(self._path, after.render())] if after != before else []

    def _read(self) -> GlibKeyFile:
        return GlibKeyFile.parse(self._files.read(self._path) or b"", self._path)


class NoDefaults:
    """No store: the files belong to no user's desktop."""

    def require_writable(self) -> None:
        raise OptionError(
            "default",
            "the default account is stored on the desktop of a user, and none belongs to this home directory",
            "leave it out; a single account needs no default",
        )

    def stored(self, name: str) -> str | None:
        return None

    def write(self, wanted: t.Mapping[str, str | None]) -> None:
        return

    def file_writes(self, wanted: t.Mapping[str, str | None]) -> t.Sequence[FileWrite]:
        return ()
