# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are nearly valid, to compare a grammar of ours with that of the client."""

from __future__ import annotations

import random
import typing as t


def mutated(chance: random.Random, seeds: t.Sequence[bytes], pieces: t.Sequence[bytes]) -> bytes:
    """A few valid parts with mutations, some of which are harmless.

    Args:
        chance: decides.
        seeds: the valid parts.
        pieces: what is put into them.
    """
    content = b"".join(chance.choices(seeds, k=chance.randint(1, 3)))
    for _ in range(chance.randint(0, 4)):
        start = chance.randint(0, len(content))
        end = min(len(content), start + chance.choice((0, 0, 1, 2, 5)))
        content = content[:start] + chance.choice((b"", chance.choice(pieces))) + content[end:]
    return content
