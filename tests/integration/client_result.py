# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of mail_verify with from_client."""

from __future__ import annotations

import typing as t


class ClientResult:
    """The result of mail_verify for one account."""

    def __init__(self, result: dict[str, t.Any]) -> None:
        self.failed: bool = result["failed"]
        self.message: str = result["msg"]
        (account,) = result["accounts"]
        self.complete: bool = account["complete"]
        self.cause: dict[str, t.Any] = account["cause"]
        self.checks: list[dict[str, t.Any]] = account["checks"]
        self.client = self.checks[0]
        assert (self.client["stage"], self.client["endpoint"]) == ("client", "account")

    def status(self, endpoint: str, stage: str) -> str:
        """The status of a check."""
        (found,) = (check for check in self.checks if (check["endpoint"], check["stage"]) == (endpoint, stage))
        return str(found["status"])
