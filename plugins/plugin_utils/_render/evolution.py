# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evolution's sources as files, for a computer that Ansible does not manage."""

from __future__ import annotations

import typing as t

from ...module_utils._clients.evolution.configure import present
from ...module_utils._clients.evolution.sources import SUFFIX, Sources
from ...module_utils._model.account import Account


def render(accounts: t.Sequence[Account]) -> dict[str, str]:
    """The name and text of each file for ``~/.config/evolution/sources``, as evolution_account writes them.

    Args:
        accounts: the accounts of one user.
    """
    sources = Sources({})
    for account in accounts:
        sources, _ids = present(sources, account)
    return {f"{uid}{SUFFIX}": sources[uid].render().decode("utf-8") for uid in sources}
