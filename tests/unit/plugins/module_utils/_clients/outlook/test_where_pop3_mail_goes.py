# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Outlook will put the mail of a POP3 account is told before it starts."""

from __future__ import annotations

from ansible_collections.charter.mail.plugins.module_utils._windows.registry import KeyWrite, RegValue

from .office_pc import MARIO, OfficePc
from .outlook_runs import OUTLOOK_KEY, account, push, warnings

SERVICE = "{ED475414-B0D6-11D2-8C3B-00104B2A6676}"


def with_exchange(pc: OfficePc, profile: str = "Outlook") -> None:
    key = rf"{OUTLOOK_KEY}\Profiles\{profile}\9375CFF0413111d3B88A00104B2A6676\00000001"
    texts = {"clsid": SERVICE, "Service Name": "MSEMS", "Account Name": "mario@corp.example"}
    pc.everything = pc.everything.written([KeyWrite(key, {name: RegValue.sz(text) for name, text in texts.items()})])


def test_where_pop3_mail_will_go_is_told_before_outlook_starts() -> None:
    wanted = account(protocol="pop3")
    pc = OfficePc()
    push(pc, wanted)
    assert warnings(pc, wanted) == ""  # a profile of its own
    pc = OfficePc()
    pc.make_account(MARIO, account("mario@twc.com", provider="auto"))
    push(pc, wanted)
    assert "the default store of the Outlook profile Outlook, together with" in warnings(pc, wanted)
    pc = OfficePc()
    with_exchange(pc)
    push(pc, wanted)
    assert "may be the mailbox of mario@corp.example on a company's Exchange" in warnings(pc, wanted)
    assert warnings(pc, account()) == ""  # not staged at all
    pc.start_outlook(MARIO)
    assert warnings(pc, wanted) == ""


def test_pop3_without_a_prf_and_imap_go_nowhere_else() -> None:
    for wanted, methods in ((account(), ["prf"]), (account(protocol="pop3"), ["autodiscover"])):
        pc = OfficePc()
        with_exchange(pc)
        push(pc, wanted, methods=methods)
        assert warnings(pc, wanted, methods=methods) == ""
