# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An unencrypted keyring file, which GNOME Keyring reads as an additional keyring at any time, without prompting.

The format is that of gkm-secret-textual.c: a key file with ``[keyring]``, an item ``[N]`` and its attributes
``[N:attributeM]``. Anyone who can read the file can read the passwords; its mode is 0600, and it is only created on
request.
"""

from __future__ import annotations

import functools
import itertools
import posixpath
import typing as t

from ...._formats.glib_key_file import GlibKeyFile, escaped
from ...._host.file_write import FileWrite
from ...._model.numbers import INT32, number_in
from ...._model.secret import Secret
from .keyring_item import UID_ATTRIBUTE, Item, attributes

if t.TYPE_CHECKING:
    from ...._host.files import Files

NAME = "charter-mail.keyring"
_HEADER = "[keyring]\ndisplay-name=charter-mail\nlock-on-idle=false\nlock-after=false\n"


class PlaintextKeyring:
    """Implements the protocol ``PasswordStore``.

    Args:
        files: the user's files.
        folder: the folder of the user's keyrings.
    """

    def __init__(self, files: Files, folder: str) -> None:
        self._files = files
        self._path = posixpath.join(folder, NAME)

    def stored(self, uid: str) -> Secret | None:
        item = self._items.get(uid)
        secret = None if item is None else self._content.text(item, "secret")
        return None if secret is None else Secret(secret)

    @property
    def contents(self) -> t.Mapping[str, bytes | None]:
        return {NAME: self._content.render()}

    def write(self, wanted: t.Mapping[str, Item | None]) -> None:
        """Do nothing: everything is in the file."""

    def file_writes(self, wanted: t.Mapping[str, Item | None]) -> list[FileWrite]:
        """See ``PasswordStore``; the returned writes are then taken as done."""
        before = self._content
        known = {uid: group for uid, group in self._items.items() if uid in wanted}
        new = {uid: item for uid, item in wanted.items() if item is not None and uid not in known}
        gone = {group for uid, group in known.items() if wanted[uid] is None}
        after = before.without_group(*(name for name in before.groups if name.partition(":")[0] in gone))
        kept = ((group, wanted[uid]) for uid, group in known.items())
        after = after.with_texts({(group, "secret"): item.secret.reveal() for group, item in kept if item is not None})
        if new:
            after = GlibKeyFile.parse(after.render() + _added(after, new), self._path)
        if after == before:
            return []
        self.__dict__.pop("_items", None)
        self.__dict__["_content"] = after
        return [FileWrite(self._path, after.render())]

    @functools.cached_property
    def _content(self) -> GlibKeyFile:
        content = self._files.read(self._path)
        return GlibKeyFile.parse(content or b"", self._path)

    @functools.cached_property
    def _items(self) -> t.Mapping[str, str]:
        """The uid of each source to the group of its item."""
        content = self._content
        return {
            content.text(group, "value") or "": group.partition(":")[0]
            for group in content.groups
            if ":attribute" in group and content.text(group, "name") == UID_ATTRIBUTE
        }


def _added(content: GlibKeyFile, new: t.Mapping[str, Item]) -> bytes:
    """The text of new items, to be appended."""
    highest = max((number_in(name, INT32) or 0 for name in content.groups), default=0)
    numbers = (number for number in itertools.count(highest + 1) if str(number) not in content.groups)
    groups: list[tuple[str, dict[str, str]]] = []
    for number, (uid, item) in zip(numbers, new.items()):
        secret = item.secret.reveal()
        groups.append((str(number), {"item-type": "0", "display-name": item.label, "secret": secret}))
        for index, (name, value) in enumerate(attributes(uid).items()):
            groups.append((f"{number}:attribute{index}", {"name": name, "type": "string", "value": value}))
    text = "" if content.groups else _HEADER
    for group, entries in groups:
        text += f"\n[{group}]\n" + "".join(f"{key}={escaped(value)}\n" for key, value in entries.items())
    return text.encode("utf-8", "surrogateescape")
