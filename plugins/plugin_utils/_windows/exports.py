# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry keys in an answer, as written by ``reg export``."""

from __future__ import annotations

import typing as t

from ...module_utils._model.errors import DamagedFileError, HostError
from ...module_utils._windows import reg_file
from ...module_utils._windows.registry import Registry, Values, fold

# The empty line that ends each key. A truncated file may end after a whole line of a value of several lines, which
# would then read as a shorter value.
_END = "\r\n\r\n".encode("utf-16-le")


def registry(
    answer: t.Mapping[str, bytes], exported: t.Mapping[str, str], wanted: reg_file.Wanted | None = None
) -> Registry:
    """The keys of several exports.

    A key's name can contain line breaks, which ``reg export`` writes unescaped, so the rest of the name reads as
    another key. A user could thus create a key in their own hive that reads as our record.

    Args:
        answer: the parts of an answer.
        exported: the key of each export, by part.
        wanted: as for ``reg_file.parse``.

    Raises:
        DamagedFileError: an export does not follow the grammar, or is truncated.
        HostError: an export contains keys that are not below its own.
    """
    found: list[tuple[str, Values]] = []
    for part, key in exported.items():
        if part in answer:
            if not answer[part].endswith(_END):
                raise DamagedFileError(
                    part,
                    None,
                    f"the export of the key {key} is cut off",
                    "run again. If it happens again, check whether the disk of the PC is full",
                )
            read = reg_file.parse(answer[part], part, wanted=wanted)
            for path in read:
                if not (fold(path) + "\\").startswith(fold(key) + "\\"):
                    raise HostError(
                        key,
                        f"its export names the key {path!r}, which is not below it",
                        "look for a key below it with a line break in its name, and delete that one",
                    )
            found += read.items()
    return Registry(found)
