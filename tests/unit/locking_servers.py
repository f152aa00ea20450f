# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of a provider that locks an account after so many refused sign-ins."""

from __future__ import annotations

import typing as t

from .mail_servers import Server, imap, smtp
from .scripted_server import Script, ScriptedServer, Talk

OLD_PASSWORD = "the-old-password"


class LockingProvider:
    """A server for receiving and one for sending, which count together.

    Args:
        refusals: so many, and the account is locked for everybody.

    Attributes:
        servers: to be filled with the running servers.
    """

    def __init__(self, refusals: int) -> None:
        self._refusals = refusals
        self.servers: list[ScriptedServer] = []

    @property
    def refused(self) -> int:
        """How many sign-ins had OLD_PASSWORD."""
        sent = Server(password=OLD_PASSWORD).plain()
        return sum(server.in_tls.count(sent) for server in self.servers)

    @property
    def locked(self) -> bool:
        """Whether the account is locked."""
        return self.refused >= self._refusals

    @property
    def receiving(self) -> Script:
        """IMAP with TLS."""
        return self._script(imap, "ssl", {b"AUTHENTICATE": b"TAG NO [CONTACTADMIN] locked"})

    @property
    def sending(self) -> Script:
        """Submission with STARTTLS."""
        return self._script(smtp, "starttls", {b"AUTH": b"535 Account is locked"})

    def _script(self, make: t.Callable[[Server], Script], tls: str, refusal: t.Mapping[bytes, bytes]) -> Script:
        def script(talk: Talk) -> None:
            make(Server(tls=tls, answers=refusal if self.locked else {}))(talk)

        return script
