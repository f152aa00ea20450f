# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks whether the connection to a PC has administrator rights.

Without them, a loaded hive cannot be opened. It must not be mistaken for the hive of a user who is not logged on, which
is not loaded.
"""

from __future__ import annotations

import typing as t

from ...module_utils._model.errors import HostError
from ...module_utils._windows import registry_keys
from .batch import Batch

_HIVES, _LOCAL_SERVICE = "hives", "administrator"


def ask(asked: Batch, sids: t.Sequence[str]) -> None:
    """Have a batch file report which hives are loaded, and which of these can be opened.

    Args:
        asked: the batch file.
        sids: the users' SIDs.
    """
    asked.answer_hives(_HIVES)
    asked.answer_whether_key(_LOCAL_SERVICE, registry_keys.LOCAL_SERVICE)
    for sid in sids:
        asked.answer_whether_key(_opened(sid), registry_keys.hive(sid))


def is_loaded(answer: t.Mapping[str, bytes], sid: str) -> bool:
    """Whether a user's hive is loaded and can be opened."""
    return _opened(sid) in answer


def closed_hives(answer: t.Mapping[str, bytes], sids: t.Sequence[str]) -> dict[str, HostError]:
    """The users whose hives are loaded but cannot be opened, with an error for each.

    Raises:
        HostError: the connection has no administrator rights, or reg.exe does not answer.
    """
    hives = answer[_HIVES].decode("ascii", "replace").upper().split()
    if not hives:
        raise HostError("the PC", "reg.exe gave no answer", "check whether something on the PC stops reg.exe")
    if registry_keys.LOCAL_SERVICE in hives and _LOCAL_SERVICE not in answer:
        raise _no_administrator(registry_keys.LOCAL_SERVICE)
    closed = (sid for sid in sids if registry_keys.hive(sid).upper() in hives and not is_loaded(answer, sid))
    return {sid: _no_administrator(registry_keys.hive(sid)) for sid in closed}


def _opened(sid: str) -> str:
    return f"{sid} loaded"


def _no_administrator(hive: str) -> HostError:
    return HostError(
        hive,
        "the connection has no administrator's rights on this PC: this part of the registry exists but cannot be "
        "opened",
        "connect as an administrator of the domain or as the built-in Administrator; other local administrators have "
        "no such rights over the network unless the PC's LocalAccountTokenFilterPolicy is 1",
    )
