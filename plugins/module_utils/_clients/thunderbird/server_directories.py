# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the mail of a server is on this host."""

from __future__ import annotations

import posixpath
import typing as t

from ..._model.settings import Settings
from .mapping import branch, text

IN_PROFILE = "[ProfD]"
UP = "../"
DIRECTORIES = ("directory-rel", "directory")
"""The preferences of a server that name its directory; the first counts."""


def directories(settings: Settings, server: str, profile: str) -> t.Iterator[str]:
    """The absolute paths that the preferences of a server can mean, relative ones first, as Thunderbird reads them."""
    for key in DIRECTORIES:
        yield from meant(text(settings, branch("server", server) + key), profile)


def meant(value: str, profile: str) -> t.Iterator[str]:
    """The absolute paths that the value of such a preference can mean."""
    if "\0" in value:
        return
    if value.startswith(IN_PROFILE):
        relative = value[len(IN_PROFILE) :].lstrip("/")
        yield posixpath.join(profile, relative)
        if UP in relative:
            yield _as_thunderbird_counts(profile, relative)
    elif value.startswith("/"):
        yield value


def _as_thunderbird_counts(profile: str, relative: str) -> str:
    """Each ``../``, wherever it stands, leads up from the profile, and only what follows the last one is below that.

    Seen with 153 (nsLocalFile::SetRelativeDescriptor).
    """
    folder = profile.rstrip("/")
    for _each in range(relative.count(UP)):
        folder = posixpath.dirname(folder)
    return posixpath.join(folder, relative.rpartition(UP)[2])


def to_delete(folder: str) -> tuple[str, str]:
    """A folder of mail, and the index that Thunderbird has beside it."""
    return folder, f"{folder}.msf"
