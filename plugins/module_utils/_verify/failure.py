# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one exception that ends the test of an endpoint."""

from __future__ import annotations

NOT_A_MAIL_SERVER = "Check host and port: this is hardly a mail server."


class Failure(Exception):
    """A stage that failed, in words for a person.

    Args:
        finding: what went wrong: a clause whose subject is the server ("refused the connection").
        evidence: what was seen; printable, bounded, without secrets. May be empty.
        advice: what to do: plain sentences.
    """

    def __init__(self, finding: str, evidence: str, advice: str) -> None:
        super().__init__(finding)
        self.finding = finding
        self.evidence = evidence
        self.advice = advice
