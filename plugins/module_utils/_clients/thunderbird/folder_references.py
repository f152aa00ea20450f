# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What names folders by their URI, and must follow when a server moves: preferences, and files of a profile.

The files are ``msgFilterRules.dat`` in each server's directory (filters:
``actionValue="imap://user%40host@server/Folder"``) and ``virtualFolders.dat`` (saved searches: ``scope=URI|URI``);
nsMsgFilterList.cpp, nsMsgAccountManager.cpp. Other files that name folders are caches, which Thunderbird makes anew.

A preference, or a line of a file, may name several folders, and add-ons have forms of their own: all the folders in it
are moved, or none.
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
"""In a server's directory."""

# What may follow a root folder's URI: nothing that would make it the URI of another host or login.
_END = r"(?![\w@~-]|[.:]\w)"


class References(t.NamedTuple):
    """The addresses below a root folder that has got another URI.

    Attributes:
        forms: how the old URI is written, to the new one in the same form.
        pattern: finds those forms.
        moved_already: finds those of the new URI. Where only the case of letters differs, ``trace`` finds them, too.
        trace: finds whatever may name a folder of the old server.
        mark: what every value that does so has in it.
    """

    forms: t.Mapping[str, str]
    pattern: t.Pattern[str]
    moved_already: t.Pattern[str]
    trace: t.Pattern[str]
    mark: str

    @classmethod
    def between(cls, old: str, new: str) -> References:
        """From one URI of a root folder to another."""
        forms: dict[str, str] = {}
        for before, after in ((old, new), (_of_messages(old), _of_messages(new))):
            forms[before] = after
            forms[before.replace("/", "\\/")] = after.replace("/", "\\/")  # as JSON may have it
            forms[_quoted(before)] = _quoted(after)
        scheme, _colon, rest = old.partition("://")
        login, _at, host = rest.rpartition("@")
        logins = {login, urllib.parse.unquote(login, errors="surrogateescape"), _quoted(login)}
        anyone = "|".join(re.escape(one) for one in sorted(logins))
        separators = r"(?::|%3A)(?:\\?/|%2F){2}"
        trace = rf"{scheme}(?:-message)?{separators}(?:{anyone})(?:@|%40){re.escape(host)}(?![\w~-]|\.\w)"
        return cls(forms, _any_of(forms), _any_of(forms.values()), re.compile(trace, re.IGNORECASE), host.lower())

    def may_be_in(self, value: str) -> bool:
        """Whether a value is worth a closer look; nearly none is."""
        return self.mark in value.lower()

    def moved(self, value: str) -> str:
        """The value with all addresses changed; the value itself where some are in a form that is not known."""
        found = self.pattern.sub(lambda match: self.forms[match.group()], value)
        return value if self._has_trace(self.pattern.sub("\0", value)) else found

    def are_in(self, value: str) -> bool:
        """Whether a value names a folder of the old server."""
        return self.may_be_in(value) and self.trace.search(value) is not None

    def left_in(self, value: str) -> bool:
        """Whether a value still names a folder of the old server, and not one of the new server that begins alike."""
        return self.may_be_in(value) and self._has_trace(value)

    def _has_trace(self, value: str) -> bool:
        return self.trace.search(self.moved_already.sub("\0", value)) is not None

    def moved_lines(self, content: bytes) -> bytes:
        """The content of a file, each line moved as a value is."""
        text = content.decode("utf-8", "surrogateescape")
        if not self.may_be_in(text):
            return content
        lines = text.splitlines(keepends=True)
        return "".join(map(self.moved, lines)).encode("utf-8", "surrogateescape")


def read(files: Files, profile: str, settings: Settings) -> t.Mapping[str, bytes]:
    """The files that there are, path to content."""
    paths = [posixpath.join(profile, "virtualFolders.dat"), *filters(files, profile, settings)]
    found = {}
    for path in paths:
        content = files.read(path)
        if content is not None:
            found[path] = content
    return found


def filters(files: Files, profile: str, settings: Settings) -> t.Iterator[str]:
    """The paths at which the accounts in the list have their filters, if they have any."""
    for ids in stored(settings):
        place = next(filter(files.is_directory, directories(settings, ids.server, profile)), None)
        if place is not None:  # in the profile, or wherever the user has put it
            yield posixpath.join(place, FILTERS)


def moved(contents: t.Mapping[str, bytes], old: str, new: str) -> t.Mapping[str, bytes]:
    """The files after a root folder has got another URI."""
    references = References.between(old, new)
    return {path: references.moved_lines(content) for path, content in contents.items()}


def moved_settings(before: IndexedSettings, old: str, new: str) -> IndexedSettings:
    """The preferences after a root folder has got another URI; themselves where none names it."""
    if old == new:
        return before
    forms = References.between(old, new)
    texts = {key: value for key, value in before.items() if isinstance(value, str) and forms.may_be_in(value)}
    differ = {key: text for key, value in texts.items() for text in [forms.moved(value)] if text != value}
    return before.updated(differ) if differ else before


def left(settings: Settings, contents: t.Mapping[str, bytes], old: str, new: str) -> t.Sequence[str]:
    """The preferences and files that still name folders by the old URI: in a form that is not known, or in a name."""
    references = References.between(old, new)
    found = [
        key
        for key, value in sorted(settings.items())
        if (isinstance(value, str) and references.left_in(value)) or references.left_in(key)
    ]
    texts = ((path, content.decode("utf-8", "replace")) for path, content in contents.items())
    return [*found, *(path for path, text in texts if references.left_in(text))]


def _any_of(forms: t.Iterable[str]) -> t.Pattern[str]:
    """What finds any of these URIs of a root folder."""
    pattern = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.compile(f"(?:{pattern}){_END}")


def _of_messages(folder: str) -> str:
    """The URI of the same place for messages, which has a scheme of its own."""
    return folder.replace("://", "-message://", 1)


def _quoted(text: str) -> str:
    return urllib.parse.quote(text, safe="", errors="surrogateescape")
