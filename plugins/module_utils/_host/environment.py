# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of a user's session that decide where mail clients keep their files."""

from __future__ import annotations

import posixpath
import typing as t

NAMES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "MOZ_LEGACY_HOME")


class Environment(t.NamedTuple):
    """The variables, as far as known.

    Attributes:
        variables: the variables of ``NAMES`` that are set.
        warnings: what could not be determined, as sentences.
        live: they come from a running program and are not guessed.
    """

    variables: t.Mapping[str, str] = {}
    warnings: tuple[str, ...] = ()
    live: bool = False

    def folder(self, name: str, default: str) -> str:
        """A folder; the default if the variable is unset or relative (XDG Base Directory Specification 0.8)."""
        path = self.variables.get(name, "")
        return posixpath.normpath(path) if path.startswith("/") else default
