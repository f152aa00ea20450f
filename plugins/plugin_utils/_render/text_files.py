# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a folder on the controller."""

from __future__ import annotations

import os
import pathlib
import tempfile
import typing as t


class TextFiles:
    """Compares and writes the files of a folder.

    Args:
        folder: its path; it need not exist.
    """

    def __init__(self, folder: str) -> None:
        self._folder = pathlib.Path(folder)

    def differing(self, wanted: t.Mapping[str, bytes]) -> list[str]:
        """The paths of the files that do not exist with this content.

        Raises:
            OSError: a file cannot be read.
        """
        return [path for path, content in wanted.items() if self._read(path) != content]

    def diff(self, path: str, wanted: bytes) -> dict[str, str]:
        """The difference, in Ansible's form of a diff."""
        name = str(self._folder / path)
        before = self._read(path)
        return {
            "before_header": name,
            "after_header": name,
            "before": "" if before is None else before.decode("utf-8", "replace"),
            "after": wanted.decode("utf-8", "replace"),
        }

    def write(self, path: str, content: bytes) -> None:
        """Write a file atomically, with the mode that the umask allows.

        Raises:
            OSError: the file cannot be written.
        """
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as folder:
            new = pathlib.Path(folder, target.name)
            new.write_bytes(content)
            os.replace(new, target)

    def _read(self, path: str) -> bytes | None:
        try:
            return (self._folder / path).read_bytes()
        except FileNotFoundError:
            return None
