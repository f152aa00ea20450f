# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources that say what no account can have are read as Evolution takes them."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import mapping
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.sources import SourceIds
from ansible_collections.charter.mail.plugins.module_utils._model.account import Security

from .sources_by_hand import by_hand


@pytest.mark.parametrize(
    ("edit", "account_field", "value"),
    [
        (("Port=993", "Port=99999999999"), "port", 993),
        (("Port=993", "Port=x"), "port", 993),
        (("Method=ssl-on-alternate-port", "Method=?"), "security", Security.NONE),
        (("Host=mobile.charter.net", "Host="), "host", ""),
    ],
)
def test_nonsense_reads_back_as_evolution_would_take_it(
    edit: tuple[str, str], account_field: str, value: object
) -> None:
    found = mapping.read_back(by_hand(acc=edit), SourceIds("acc", "ide", "tra"))
    assert found is not None
    if account_field == "security":
        assert found.incoming.security is value
    else:
        assert getattr(found.incoming, account_field) == value
    assert mapping.read_back(by_hand(), SourceIds("local")) is None
