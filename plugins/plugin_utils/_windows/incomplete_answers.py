# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens if parts of a PC's answer are lost, for example since an antivirus holds a file open.

A batch file that only reads is run again. If parts of some users are lost again, these users fail, and no others.
"""

from __future__ import annotations

import secrets
import typing as t

from ...module_utils._model.errors import HostError
from .batch import Batch, BatchResult


class LostAnswerError(HostError):
    """Parts of an answer are missing although the batch file completed.

    Args:
        name: the batch file's name.
        answer: the parts that arrived, and the names of the lost ones.
    """

    def __init__(self, name: str, answer: BatchResult) -> None:
        super().__init__(
            "the PC",
            f"the answer of the batch file {name} lacks {', '.join(answer.lost)}",
            "run again. If it happens again, find out which program (such as an antivirus or an indexer) keeps these "
            "files or those in the temporary folder open, and exclude them from it",
        )
        self.parts = answer.parts
        self.lost = answer.lost


def complete_parts(name: str, answer: BatchResult) -> t.Mapping[str, bytes]:
    """The parts of an answer.

    Raises:
        LostAnswerError: some are lost.
    """
    if answer.lost:
        raise LostAnswerError(name, answer)
    return answer.parts


def ask(
    name: str, question: t.Callable[[Batch], None], run: t.Callable[[str, Batch], BatchResult]
) -> t.Mapping[str, bytes]:
    """Run a read-only batch file, and once more if its answer is incomplete.

    Args:
        name: the batch file's name.
        question: fills the batch file.
        run: runs a batch file of this name.

    Raises:
        LostAnswerError: the second answer is incomplete, too.
    """
    for last in (False, True):
        asked = Batch(secrets.token_hex(16))
        question(asked)
        try:
            return complete_parts(name, run(name, asked))
        except LostAnswerError:
            if last:
                raise
    raise AssertionError


def users_with_lost_parts(error: LostAnswerError, sids: t.Collection[str]) -> set[str]:
    """The users whose parts were lost: one may hold a file open that is to be read, which must not affect others.

    Args:
        error: the error.
        sids: the users that the answer is about.

    Raises:
        LostAnswerError: other parts were lost, too.
    """
    users = {part.partition(" ")[0] for part in error.lost}
    if not users <= set(sids):
        raise error
    return users
