# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directories with the mail of a server on this host."""

from __future__ import annotations

import posixpath
import typing as t

from ..._model.settings import Settings
from .mapping import branch, text

IN_PROFILE = "[ProfD]"
UP = "../"
DIRECTORIES = ("directory-rel", "directory")
"""The preferences of a server that name its directory; the first one takes precedence."""


def directories(settings: Settings, server: str, profile: str) -> t.Iterator[str]:
    """The absolute paths that a server's preferences can mean, relative ones first, as Thunderbird reads them."""
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
    """Resolve as Thunderbird does: each ``../`` leads up from the profile; the text after the last one is appended.

    Seen with 153 (nsLocalFile::SetRelativeDescriptor).
    """
    folder = profile.rstrip("/")
    for _each in range(relative.count(UP)):
        folder = posixpath.dirname(folder)
    return posixpath.join(folder, relative.rpartition(UP)[2])


def to_delete(folder: str) -> tuple[str, str]:
    """A mail folder and Thunderbird's index beside it."""
    return folder, f"{folder}.msf"
