# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The password stores of fixtures; its README.md says who made them."""

from __future__ import annotations

import gzip
import pathlib

FIXTURES = pathlib.Path(__file__).with_name("fixtures")

IMAP = "imap://imap.example.com"
SMTP = "smtp://smtp.example.com"
POP3 = "mailbox://pop.example.com"
USER = "anna@example.com"
PASSWORD = "not a real pässword"
PRIMARY_PASSWORD = "not a real primary password"


def key4(name: str) -> bytes:
    """A key4.db."""
    return gzip.decompress((FIXTURES / f"{name}.key4.db.gz").read_bytes())


def logins(name: str) -> bytes:
    """A logins.json."""
    return (FIXTURES / f"{name}.logins.json").read_bytes()


def logins_db() -> bytes:
    """The logins.db of thunderbird-157."""
    return gzip.decompress((FIXTURES / "thunderbird-157.logins.db.gz").read_bytes())
