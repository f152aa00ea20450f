# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each host gets a key of its own."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.seal import SHORTEST, require_key
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.plugin_utils._look.seal_key import of_host

KEY = "a" * SHORTEST


def test_each_host_and_each_key_of_a_task_has_another_one() -> None:
    hosts = ("desk-1", "desk-2", "", "m\u00fcller", "\udc80")
    found = {of_host({"seal_key": key}, host) for key in (KEY, f"{KEY}a") for host in hosts}
    assert len(found) == 2 * len(hosts)
    for key in found:
        assert key is not None
        require_key(key)
        assert KEY not in key


def test_it_is_the_same_in_each_run() -> None:
    assert of_host({"seal_key": KEY}, "desk-1") == "b25e4699f7ea353ebb5b809151c251e2ca3820a0605195e1800a67348ef9ffa3"


def test_a_task_without_a_key() -> None:
    assert of_host({"seal_key": None}, "desk-1") is None


@pytest.mark.parametrize("key", ["", "short"])
def test_a_short_key_of_a_task_is_refused(key: str) -> None:
    with pytest.raises(OptionError, match="seal_key: it has"):
        of_host({"seal_key": key}, "desk-1")
