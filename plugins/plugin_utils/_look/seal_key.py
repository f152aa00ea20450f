# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seal key of a host."""

from __future__ import annotations

import hashlib
import hmac
import typing as t

from ...module_utils._clients.seal import OPTION, require_key


def of_host(params: t.Mapping[str, t.Any], host: str) -> str | None:
    """A key derived for the host: it tells root of this host nothing about another host.

    Args:
        params: the task's options.
        host: the host's name in the inventory.

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
