# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A keyring file without encryption, which GNOME's keyring reads as one more keyring, at any time and unasked.

The format is that of gkm-secret-textual.c: a key file with ``[keyring]``, an item ``[N]`` and its attributes
``[N:attributeM]``. Whoever can read the file can read the passwords; it is 0600 and only made on request.
"""

from __future__ import annotations

import functools
import posixpath
import typing as t

from ..._host.files import Files, FileWrite
from ..._model.secret import Secret
from .keyfile import KeyFile
from .passwords import ATTRIBUTES, UID_ATTRIBUTE, Item

NAME = "charter-mail.keyring"
_HEADER = b"[keyring]\ndisplay-name=charter-mail\nlock-on-idle=false\nlock-after=false\n"


class PlaintextKeyring:
    """Implements the protocol ``PasswordStore``.

    Args:
        files: the user's files.
        folder: the user's folder of keyrings.
    """

    def __init__(self, files: Files, folder: str) -> None:
        self._files = files
        self._folder = folder
        self._path = posixpath.join(folder, NAME)

    def stored(self, uid: str) -> Secret | None:
        group = _items(self._content).get(uid)
        secret = None if group is None else self._content.text(group, "secret")
        return None if secret is None else Secret(secret)

    def write(self, wanted: t.Mapping[str, Item | None]) -> None:
        before = after = self._content
        for uid, item in wanted.items():
            after = _without(after, uid) if item is None else _with(after, uid, item)
        if after == before:
            return
        self._files.make_directory(self._folder)
        self._files.replace([FileWrite(self._path, after.render())])
        self.__dict__.pop("_content", None)

    @functools.cached_property
    def _content(self) -> KeyFile:
        content = self._files.read(self._path)
        return KeyFile.parse(content or b"", self._path)


def _items(content: KeyFile) -> t.Mapping[str, str]:
    """uid of a source to the group of its item."""
    return {
        content.text(group, "value") or "": group.partition(":")[0]
        for group in content.groups
        if ":attribute" in group and content.text(group, "name") == UID_ATTRIBUTE
    }


def _with(content: KeyFile, uid: str, item: Item) -> KeyFile:
    group = _items(content).get(uid)
    if group is not None:
        return content.with_text(group, "secret", item.secret.reveal())
    if not content.groups:
        content = KeyFile.parse(_HEADER, NAME)
    numbers = [int(name) for name in content.groups if name.isdecimal()]
    group = str(max(numbers, default=0) + 1)
    for key, text in (("item-type", "0"), ("display-name", item.label), ("secret", item.secret.reveal())):
        content = content.with_text(group, key, text)
    for number, (name, text) in enumerate({UID_ATTRIBUTE: uid, **ATTRIBUTES}.items()):
        attribute = f"{group}:attribute{number}"
        for key, value in (("name", name), ("type", "string"), ("value", text)):
            content = content.with_text(attribute, key, value)
    return content


def _without(content: KeyFile, uid: str) -> KeyFile:
    item = _items(content).get(uid)
    if item is None:
        return content
    return content.without_group(*(group for group in content.groups if group.partition(":")[0] == item))
