# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signature folder of a Windows user: our files in it, and whether files can be written there."""

from __future__ import annotations

import re
import typing as t

from ...module_utils._clients.outlook import locations
from ...module_utils._model.signature import LIMIT
from ...module_utils._windows.registry import Registry, fold
from ...module_utils._windows.users import WindowsUser
from .batch import Batch

_PATH = re.compile(r"[A-Z]:\\[A-Za-z0-9 ._\\-]+", re.IGNORECASE)
_USUAL = r"%USERPROFILE%\AppData\Roaming"
LARGEST = 20 * LIMIT  # bytes; RTF needs up to 17 per character
_LONGEST = 100  # characters, so that a full file path has at most 260


def ask(asked: Batch, sid: str, user: WindowsUser) -> None:
    """Request the content of the folder, if a batch file can name it."""
    folders = locations.signature_folders(user)
    if _is_usable(folders[-1]):
        for number, folder in enumerate(folders):
            asked.answer_attributes(f"{sid} above signatures {number}", folder)
        asked.answer_files_of_a_user(f"{sid} signature", folders[-1], locations.SIGNATURE_PREFIX.rstrip(), LARGEST)


def _is_usable(folder: str) -> bool:
    return _PATH.fullmatch(folder) is not None and len(folder) <= _LONGEST


def change(asked: Batch, user: WindowsUser, wanted: t.Mapping[str, bytes | None]) -> dict[str, bytes]:
    """Write files to the folder, or delete them (None). Return the files to put next to the batch file."""
    if not wanted:
        return {}
    sources = {name: f"text{number}" for number, name in enumerate(sorted(wanted))}
    asked.change_files_of_a_user(
        locations.signature_folders(user),
        {name: None if content is None else sources[name] for name, content in wanted.items()},
    )
    return {sources[name]: content for name, content in wanted.items() if content is not None}


def files(answer: t.Mapping[str, bytes], sid: str) -> dict[str, bytes]:
    """The files by name; empty content for a link, or a file larger than any of ours."""
    prefix = f"{sid} signature "
    found = {name[len(prefix) :]: body for name, body in answer.items() if name.startswith(prefix)}
    marks = [name.partition(" ")[2].partition(" ") for name in found if name.startswith("attributes ")]
    bodies = {name: body for name, body in found.items() if not name.startswith("attributes ")}
    foreign = {name: b"" for attributes, _blank, name in marks if "l" in attributes or name not in bodies}
    return {**bodies, **foreign}


def obstacle(answer: t.Mapping[str, bytes], registry: Registry, user: WindowsUser) -> str:
    """Why no file can be written to a user's signature folder, a clause; empty if it can.

    Args:
        answer: the answer to ``ask``.
        registry: with the user's hive.
        user: the folder's user.
    """
    folders = locations.signature_folders(user)
    folder = folders[-1]
    if not _is_usable(folder):
        return f"the path {folder} is too long, or has letters that are not safe in a batch file"
    redirected = registry.value(locations.shell_folders(user.sid), "AppData")
    usual = {fold(_USUAL), fold(folders[2])}
    if redirected is not None and fold((redirected.text or "").rstrip("\\")) not in usual:
        return f"the user's AppData folder is redirected ({redirected.text})"
    named = registry.value(locations.office(user.sid), "Signatures")
    if named is not None and named.text and fold(named.text) != fold(locations.SIGNATURES[-1]):
        return f"Outlook keeps signatures in a folder with another name ({named.text})"
    shown = ""
    for number, path in enumerate(folders):
        prefix = f"{user.sid} above signatures {number} attributes "
        shown = next((name[len(prefix) :] for name in answer if name.startswith(prefix)), "")
        if "l" in shown:
            return f"{path} is a link to another folder"
        if "d" not in shown and (shown or path != folder):
            return f"{path} is not a folder" if shown else f"there is no folder {path}"
    return ""
