# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host whose files are in a folder."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles


class FilesBelow(LocalFiles):
    """The files of a host below a folder; what is asked for is kept."""

    def __init__(self, root: pathlib.Path) -> None:
        super().__init__()
        self.root = root
        self.asked: list[str] = []

    def read(self, path: str) -> bytes | None:
        self.asked.append(path)
        return super().read(f"{self.root}{path}")

    def names(self, path: str) -> t.Sequence[str]:
        self.asked.append(path)
        return super().names(f"{self.root}{path}")

    def put(self, path: str, content: str | bytes) -> None:
        place = pathlib.Path(f"{self.root}{path}")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
