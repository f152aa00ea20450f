# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common part of all looks of a run, made once: Ansible forks a process for each host and task."""

from __future__ import annotations

import functools
import typing as t

from ...module_utils._ansible import client_registry
from ...module_utils._clients.evolution import files_to_read as of_evolution
from ...module_utils._clients.file_groups import FilesToRead
from ...module_utils._clients.thunderbird import files_to_read as of_thunderbird
from .command import Command
from .covered_paths import Patterns
from .errors import UnseenError

FILES: t.Mapping[str, FilesToRead] = {"thunderbird": of_thunderbird.FILES, "evolution": of_evolution.FILES}
"""The files that each client needs, by client name."""


@functools.lru_cache
def prepared(clients: tuple[str, ...], *, has_key: bool) -> tuple[Patterns, Command]:
    """The paths that a look covers, and the command that reads them.

    Args:
        clients: the names of the clients that may get the accounts.
        has_key: whether the task has a key for the seals of password stores.

    Raises:
        UnseenError: a look cannot show anything about one of the clients.
    """
    files = FilesToRead()
    for name in clients:
        if name not in FILES:
            raise UnseenError(name)
        files = files.joined(FILES[name])
    patterns = Patterns(files, has_key=has_key)
    return patterns, Command(patterns, client_registry.programs())


for _has_key in (False, True):
    prepared(tuple(FILES), has_key=_has_key)
for _client in FILES:
    prepared((_client,), has_key=False)
