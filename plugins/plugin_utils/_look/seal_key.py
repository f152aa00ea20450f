# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key that one host gets for its seals."""

from __future__ import annotations

import hashlib
import hmac
import typing as t

from ...module_utils._clients.seal import OPTION, require_key


def of_host(params: t.Mapping[str, t.Any], host: str) -> str | None:
    """A key of the host's own: what root of one host learns tells nothing about another one.

    Args:
        params: the options of the task.
        host: its name in the inventory.

    Returns:
        None if the task has no key.

    Raises:
        OptionError: the task's key is too short.
    """
    key = params[OPTION]
    if key is None:
        return None
    require_key(key)
    secret, text = (one.encode("utf-8", "surrogatepass") for one in (key, f"charter.mail seal key 1 {host}"))
    return hmac.new(secret, text, hashlib.sha256).hexdigest()
