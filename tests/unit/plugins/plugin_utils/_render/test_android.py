# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""QR codes for Thunderbird for Android, read again as its documented format says."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._model.account import Protocol, Security
from ansible_collections.charter.mail.plugins.plugin_utils._render import android, qr_code

from .accounts import account, of_all_kinds


def checked(payload: str) -> list[t.Any]:
    """A payload that a reader of format version 1 accepts."""
    accounts: list[t.Any]
    version, (number, end), *accounts = json.loads(payload)
    assert version == 1
    assert 1 <= number <= end
    assert accounts
    assert len(accounts) % 2 == 0
    for incoming, groups in zip(accounts[::2], accounts[1::2]):
        assert incoming[0] in {0, 1}
        assert len(incoming) == 6
        for outgoing, *identities in groups:
            assert outgoing[0] == 0
            assert len(outgoing) == 6
            assert identities
            assert all(len(identity) == 2 and "@" in identity[0] for identity in identities)
            for server in (incoming, outgoing):
                _kind, host, port, security, method, username = server
                assert host.isascii()
                assert 0 < port < 65536
                assert security in {0, 2, 3}
                assert method == 1
                assert username
                assert "\n" not in username
    return accounts


def test_an_account() -> None:
    (payload,) = android.payloads([account(full_name="Mario Rossi")])
    assert checked(payload) == [
        [0, "imap.charter.net", 993, 3, 1, "mario.rossi@charter.net"],
        [
            [
                [0, "smtp.charter.net", 587, 2, 1, "mario.rossi@charter.net"],
                ["mario.rossi@charter.net", "Mario Rossi"],
            ]
        ],
    ]


def test_many_accounts_on_several_codes() -> None:
    payloads = android.payloads(of_all_kinds())
    accounts = [one for payload in payloads for one in checked(payload)]
    assert len(accounts) == 2 * len(of_all_kinds())
    assert [json.loads(payload)[1] for payload in payloads] == [
        [number, len(payloads)] for number in range(1, len(payloads) + 1)
    ]


def test_a_code_fits_and_is_a_picture() -> None:
    accounts = [account(f"{'x' * 60}{n}@charter.net", full_name="山田 太郎" * 5) for n in range(3)]
    (payload,) = android.payloads(accounts)
    picture = qr_code.svg(payload)
    assert picture.startswith("<svg")
    assert "<title>QR code</title>" in picture


def test_what_a_code_cannot_say() -> None:
    assert android.not_expressed(account(protocol=Protocol.POP3, leave_on_server=True))
    assert not android.not_expressed(account(incoming=Security.STARTTLS))
