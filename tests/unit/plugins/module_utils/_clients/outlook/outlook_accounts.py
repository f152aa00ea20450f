# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts to try with Outlook's file forms: the two of the worked examples, and any others."""

from __future__ import annotations

import dataclasses
import typing as t

from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Protocol, Security, Server

SUBMISSION = Server("smtp.charter.net", 587, Security.STARTTLS)
JO_IMAP = Account(
    email="jo.user@charter.net",
    protocol=Protocol.IMAP,
    incoming=Server("imap.charter.net", 993, Security.SSL),
    outgoing=SUBMISSION,
    username="jo.user@charter.net",
    full_name="Jo User",
)
JO_POP3 = dataclasses.replace(
    JO_IMAP,
    protocol=Protocol.POP3,
    incoming=Server("pop.charter.net", 995, Security.SSL),
    leave_on_server=True,
    leave_on_server_days=14,
)


def accounts(names: st.SearchStrategy[str], incoming: t.Sequence[Security]) -> st.SearchStrategy[Account]:
    """Accounts as they are read back, with names and logins from ``names``."""

    def servers(securities: t.Sequence[Security]) -> st.SearchStrategy[Server]:
        hosts = st.from_regex(r"[a-z][a-z0-9-]{0,8}\.example\.net", fullmatch=True)
        return st.builds(Server, hosts, st.integers(1, 65535), st.sampled_from(securities))

    mail_left = st.sampled_from([(False, 0), (True, 0), (True, 14), (True, 0x7FFF)])
    common = {
        "email": st.from_regex(r"[a-z][a-z.]{0,8}@example\.(net|org)", fullmatch=True),
        "incoming": servers(incoming),
        "outgoing": servers(list(Security)),
        "username": names,
        "full_name": st.one_of(st.none(), names),
    }
    imap = st.builds(Account, protocol=st.just(Protocol.IMAP), **common)
    pop3 = st.builds(Account, protocol=st.just(Protocol.POP3), **common)
    return st.one_of(imap, st.builds(_leaving, pop3, mail_left))


def _leaving(account: Account, left: tuple[bool, int]) -> Account:
    return dataclasses.replace(account, leave_on_server=left[0], leave_on_server_days=left[1])
