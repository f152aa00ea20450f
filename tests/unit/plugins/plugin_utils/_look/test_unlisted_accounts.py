# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look answers "unchanged" only where no account would be removed for not being listed."""

from __future__ import annotations

import pathlib

from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.test_exclusive import (
    MARIO_ENTRY,
    home,
    made_home,
    run,
)

from .homes import by_look, options

__all__ = ["home", "made_home"]


def test_a_look_does_not_answer_where_an_account_would_go(home: pathlib.Path) -> None:
    settled = options([MARIO_ENTRY])
    assert by_look(home, settled) is not None
    for scope in ("charter", "ours"):
        assert by_look(home, options([MARIO_ENTRY], exclusive=scope)) is None
    run(home, MARIO_ENTRY, exclusive="charter")
    answered = by_look(home, options([MARIO_ENTRY], exclusive="charter"))
    assert answered is not None
    assert not answered["changed"]
    run(home, MARIO_ENTRY, exclusive="ours")
    assert by_look(home, options([MARIO_ENTRY], exclusive="ours")) is not None
