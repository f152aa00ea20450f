# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a profile in which folders are named by their URI, and which must follow when a server moves.

``msgFilterRules.dat`` in each server's directory (filters: ``actionValue="imap://user%40host@server/Folder"``) and
``virtualFolders.dat`` (saved searches: ``scope=URI|URI``); nsMsgFilterList.cpp, nsMsgAccountManager.cpp. Other
files that name folders are caches, which Thunderbird makes anew.
"""

from __future__ import annotations

import posixpath
import re
import typing as t

from ..._host.files import Files
from ..._model.settings import Settings
from .lookup import stored
from .mapping import branch, text

_IN_PROFILE = "[ProfD]"


def read(files: Files, profile: str, settings: Settings) -> t.Mapping[str, bytes]:
    """The files that there are, path to content."""
    paths = [posixpath.join(profile, "virtualFolders.dat")]
    for ids in stored(settings):
        directory = text(settings, branch("server", ids.server) + "directory-rel")
        if directory.startswith(_IN_PROFILE):
            paths.append(posixpath.join(profile, directory[len(_IN_PROFILE) :], "msgFilterRules.dat"))
    found = {}
    for path in paths:
        content = files.read(path)
        if content is not None:
            found[path] = content
    return found


def moved(contents: t.Mapping[str, bytes], old: str, new: str) -> t.Mapping[str, bytes]:
    """The files after a root folder has got another URI."""
    before, after = (text.encode("utf-8", "surrogateescape") for text in (old, new))
    pattern = re.compile(re.escape(before) + rb'(?=[/"|\r\n]|$)')
    return {path: pattern.sub(lambda _match: after, content) for path, content in contents.items()}
