# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user has chosen for an account."""

from __future__ import annotations

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.own_addresses import ANY_COMPUTER
from ansible_collections.charter.mail.plugins.module_utils._clients.user_choice import local_service


def test_a_local_service_is_no_choice_of_the_user_where_the_admin_wants_one() -> None:
    servers = {"incoming": {"host": "localhost"}, "outgoing": {"host": "127.0.0.1"}}
    (request,) = requests({"email": "mario.rossi@charter.net", "accounts": None, **servers})
    assert local_service(ANY_COMPUTER, request.account, "127.0.0.1", "::1") == ""
    (request,) = requests({"email": "mario.rossi@charter.net", "accounts": None})
    assert "127.0.0.1" in local_service(ANY_COMPUTER, request.account, "127.0.0.1", "smtp.charter.net")
    assert "::1" in local_service(ANY_COMPUTER, request.account, "imap.charter.net", "::1")
