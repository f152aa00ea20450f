# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a login may be tried, by whomever."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security, Server
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import Endpoint, MailService, Role
from ansible_collections.charter.mail.plugins.module_utils._verify.login_limit import LoginLimit, SignIn, TaskCounter
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.connection import Deadline
from ansible_collections.charter.mail.tests.unit.idle_clock import CLOCK

IMAP = Endpoint(Role.INCOMING, MailService.IMAP, Server("imap.lab.test", 993, Security.SSL))
SMTP = Endpoint(Role.OUTGOING, MailService.SMTP, Server("smtp.lab.test", 465, Security.SSL))
PASSWORD = Secret("the-password")


def try_once(limit: LoginLimit, username: str, how: SignIn, endpoint: Endpoint = IMAP) -> bool:
    """Whether a sign-in may begin; it ends at once."""
    begun = limit.begin(endpoint, username, PASSWORD)
    if begun:
        limit.end(endpoint, username, PASSWORD, how)
    return begun


@pytest.mark.parametrize(
    ("one", "other"), [("Mario@charter.net", "mario@charter.net"), ("STRASSE@lab.test", "stra\u00dfe@lab.test")]
)
def test_letter_case_makes_no_other_login(one: str, other: str) -> None:
    limit = LoginLimit(1)
    assert try_once(limit, one, SignIn.REFUSED)
    assert limit.refused(other)
    assert limit.exhausted(other)
    assert not try_once(limit, other, SignIn.REFUSED)
    assert try_once(limit, "anna@charter.net", SignIn.REFUSED)


def test_what_is_under_way_counts_until_it_has_ended() -> None:
    limit = LoginLimit(1)
    assert limit.begin(IMAP, "mario", PASSWORD)
    assert not limit.begin(SMTP, "Mario", PASSWORD)
    assert not limit.exhausted("mario")
    limit.end(IMAP, "mario", PASSWORD, SignIn.ACCEPTED)
    assert limit.begin(SMTP, "Mario", PASSWORD)


def test_what_was_accepted_may_be_repeated_there_only() -> None:
    limit = LoginLimit(1)
    assert try_once(limit, "mario", SignIn.ACCEPTED)
    assert try_once(limit, "mario", SignIn.REFUSED, SMTP)
    assert try_once(limit, "mario", SignIn.ACCEPTED)
    assert not try_once(limit, "mario", SignIn.ACCEPTED, SMTP)
    assert not try_once(limit, "MARIO", SignIn.ACCEPTED)  # accepted as it was written


def test_what_was_not_tried_does_not_count() -> None:
    limit = LoginLimit(1)
    assert try_once(limit, "mario", SignIn.NOT_TRIED)
    assert not limit.refused("mario")
    assert try_once(limit, "mario", SignIn.REFUSED)


def test_waiting_ends_with_the_other_sign_in_or_with_the_deadline() -> None:
    limit = LoginLimit(1)
    assert limit.begin(IMAP, "mario", PASSWORD)
    assert not limit.begin(SMTP, "mario", PASSWORD, Deadline(0.2, CLOCK))
    timer = threading.Timer(0.05, limit.end, (IMAP, "mario", PASSWORD, SignIn.ACCEPTED))
    timer.start()
    assert limit.begin(SMTP, "mario", PASSWORD, Deadline(20, CLOCK))
    timer.join()


def test_hosts_can_share_a_counter() -> None:
    """What one host saw refused, the others do not try again."""
    shared = TaskCounter()
    one, other = LoginLimit(1, shared), LoginLimit(1, shared)
    assert one.begin(IMAP, "mario", PASSWORD)
    assert not other.begin(IMAP, "Mario", PASSWORD)
    one.end(IMAP, "mario", PASSWORD, SignIn.REFUSED)
    assert other.exhausted("MARIO")
    assert not other.begin(IMAP, "mario", PASSWORD, Deadline(20, CLOCK))
