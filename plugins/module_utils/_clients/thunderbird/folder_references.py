# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""References to folders by URI, which must follow a server that moves, in preferences and files of a profile.

The files are ``msgFilterRules.dat`` in each server's directory (filters:
``actionValue="imap://user%40host@server/Folder"``) and ``virtualFolders.dat`` (saved searches: ``scope=URI|URI``); see
nsMsgFilterList.cpp and nsMsgAccountManager.cpp. Other files that name folders are caches, which Thunderbird rebuilds.

A preference or a line of a file may name several folders, and add-ons have their own forms: either all its folders are
moved, or none.
"""

from __future__ import annotations

import posixpath
import re
import typing as t
import urllib.parse

from ..._model.settings import Settings
from .indexed_settings import IndexedSettings
from .lookup import stored
from .server_directories import directories

if t.TYPE_CHECKING:
    from ..._host.files import Files

FILTERS = "msgFilterRules.dat"
"""The file in a server's directory."""

# What may follow a root folder's URI: nothing that would make it the URI of another host or login.
_END = r"(?![\w@~-]|[.:]\w)"


class References(t.NamedTuple):
    """The URIs below a root folder whose URI changes.

    Attributes:
        forms: each spelling of the old URI, to the same spelling of the new one.
        pattern: finds these spellings.
        moved_already: finds the spellings of the new URI. If only letter case differs, ``trace`` matches them too.
        trace: finds anything that may name a folder of the old server.
        mark: a text in every value that may do so.
    """

    forms: t.Mapping[str, str]
    pattern: t.Pattern[str]
    moved_already: t.Pattern[str]
    trace: t.Pattern[str]
    mark: str

    @classmethod
    def between(cls, old: str, new: str) -> References:
        """The references for a root folder whose URI changes."""
        forms: dict[str, str] = {}
        for before, after in ((old, new), (_of_messages(old), _of_messages(new))):
            forms[before] = after
            forms[before.replace("/", "\\/")] = after.replace("/", "\\/")  # JSON may escape it so
            forms[_quoted(before)] = _quoted(after)
        scheme, _colon, rest = old.partition("://")
        login, _at, host = rest.rpartition("@")
        logins = {login, urllib.parse.unquote(login, errors="surrogateescape"), _quoted(login)}
        anyone = "|".join(re.escape(one) for one in sorted(logins))
        separators = r"(?::|%3A)(?:\\?/|%2F){2}"
        trace = rf"{scheme}(?:-message)?{separators}(?:{anyone})(?:@|%40){re.escape(host)}(?![\w~-]|\.\w)"
        return cls(forms, _any_of(forms), _any_of(forms.values()), re.compile(trace, re.IGNORECASE), host.lower())

    def may_be_in(self, value: str) -> bool:
        """Whether a value needs a closer look; very few do."""
        return self.mark in value.lower()

    def moved(self, value: str) -> str:
        """The value with all URIs changed; the value itself if some have an unknown form."""
        found = self.pattern.sub(lambda match: self.forms[match.group()], value)
        return value if self._has_trace(self.pattern.sub("\0", value)) else found

    def are_in(self, value: str) -> bool:
        """Whether a value names a folder of the old server."""
        return self.may_be_in(value) and self.trace.search(value) is not None

    def left_in(self, value: str) -> bool:
        """Whether a value still names a folder of the old server, not one of the new server with the same beginning."""
        return self.may_be_in(value) and self._has_trace(value)

    def _has_trace(self, value: str) -> bool:
        return self.trace.search(self.moved_already.sub("\0", value)) is not None

    def moved_lines(self, content: bytes) -> bytes:
        """The content of a file, with the URIs in each line changed as in a value."""
        text = content.decode("utf-8", "surrogateescape")
        if not self.may_be_in(text):
            return content
        lines = text.splitlines(keepends=True)
        return "".join(map(self.moved, lines)).encode("utf-8", "surrogateescape")


def read(files: Files, profile: str, settings: Settings) -> t.Mapping[str, bytes]:
    """The files that exist, path to content."""
    paths = [posixpath.join(profile, "virtualFolders.dat"), *filters(files, profile, settings)]
    found = {}
    for path in paths:
        content = files.read(path)
        if content is not None:
            found[path] = content
    return found


def filters(files: Files, profile: str, settings: Settings) -> t.Iterator[str]:
    """The paths where the listed accounts keep their filters, if any."""
    for ids in stored(settings):
        place = next(filter(files.is_directory, directories(settings, ids.server, profile)), None)
        if place is not None:  # in the profile, or where the user put it
            yield posixpath.join(place, FILTERS)


def moved(contents: t.Mapping[str, bytes], old: str, new: str) -> t.Mapping[str, bytes]:
    """The files after a root folder's URI has changed."""
    references = References.between(old, new)
    return {path: references.moved_lines(content) for path, content in contents.items()}


def moved_settings(before: IndexedSettings, old: str, new: str) -> IndexedSettings:
    """The preferences after a root folder's URI has changed; ``before`` itself if none names it."""
    if old == new:
        return before
    forms = References.between(old, new)
    texts = {key: value for key, value in before.items() if isinstance(value, str) and forms.may_be_in(value)}
    differ = {key: text for key, value in texts.items() for text in [forms.moved(value)] if text != value}
    return before.updated(differ) if differ else before


def left(settings: Settings, contents: t.Mapping[str, bytes], old: str, new: str) -> t.Sequence[str]:
    """The preferences and files that still name folders by the old URI: in an unknown form, or in a name."""
    references = References.between(old, new)
    found = [
        key
        for key, value in sorted(settings.items())
        if (isinstance(value, str) and references.left_in(value)) or references.left_in(key)
    ]
    texts = ((path, content.decode("utf-8", "replace")) for path, content in contents.items())
    return [*found, *(path for path, text in texts if references.left_in(text))]


def _any_of(forms: t.Iterable[str]) -> t.Pattern[str]:
    """A pattern for these URIs of a root folder."""
    pattern = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.compile(f"(?:{pattern}){_END}")


def _of_messages(folder: str) -> str:
    """The URI of the same folder for messages, which has its own scheme."""
    return folder.replace("://", "-message://", 1)


def _quoted(text: str) -> str:
    return urllib.parse.quote(text, safe="", errors="surrogateescape")
